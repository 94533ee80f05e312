import { describe, expect, test } from 'vitest';
import { cancelOrder } from '#core/execution/cancel';
import { changeOrder, type NewTerms } from '#core/execution/modify';
import { reduceRefusal } from '#core/pretrade/reduce-refusal';
import { closePosition } from '#core/protection/close-position';
import { breakeven, protectPosition } from '#core/protection/place-stop';
import { trailPosition } from '#core/protection/trailing-stop';
import { cancelAll } from '#core/safety/cancel-all';
import { commit } from '#core/state/desk-state';
import { ENGINE_STATES, type EngineState, offers } from '#core/state/engine-state';
import type { Refusal } from '#core/state/refusal';
import { fireNow } from '#core/strategy/trigger/fire-now';
import { ocaGroupOf } from '#core/order/oca-group';
import type { OrderRef } from '#domain/ids';
import { units } from '#domain/quantity';
import type { Result } from '#domain/result';
import { armAsSeen } from '../../support/core/arm-as-seen.ts';
import { acknowledged, heldBare, heldBracket } from '../../support/core/bracket.ts';
import { waitingBracket } from '../../support/core/bracket-desk.ts';
import { CoreDesk } from '../../support/core/desk.ts';
import { DU } from '../../support/core/fixtures.ts';
import { IBM, px } from '../../support/core/trigger-fixtures.ts';

/**
 * What the operator may do in every state of the desk, through the real commands and the real gate: what leaves the program decides. Only
 * what raises exposure is bound to the running states; the way out is open in all of them.
 */

interface Scene {
  readonly desk: CoreDesk;
  /** The order that is changed or cancelled; none where a position is acted on. */
  readonly order?: OrderRef;
}

interface Act {
  readonly scene: () => Scene;
  readonly act: (scene: Scene) => Result<unknown, Refusal> | boolean;
  /** How many frames, changes or cancels leave when it is allowed; an armed trigger sends none. */
  readonly sends: 'place' | 'modify' | 'cancel' | 'nothing';
  readonly in: readonly EngineState[];
  /** Also under the kill switch, once the kill is recorded. */
  readonly latched: boolean;
}

const BY = 'the test';

/** 100 IBM with a stop of its bracket that covers `covers` of them. */
function held(covers: number): Scene {
  const { desk, stop } = heldBracket();
  if (covers < 100) {
    changeOrder(desk.deskState, desk.order(stop), { quantity: units(covers) }, BY);
    acknowledged(desk, stop, 'PreSubmitted', { quantity: units(covers) });
  }
  return { desk, order: stop };
}

function target(): Scene {
  const { desk, target: order } = heldBracket();
  return { desk, order };
}

function change(terms: NewTerms): Act['act'] {
  return ({ desk, order }) => changeOrder(desk.deskState, desk.order(order ?? expect.fail()), terms, BY);
}

const EVERYWHERE = ENGINE_STATES;
const TRADING = ['SCANNING', 'SIGNAL_WAIT', 'EXECUTION', 'MANAGING'] as const;

const ACTS: Readonly<Record<string, Act>> = {
  arm: {
    scene: () => ({ desk: new CoreDesk().started() }),
    act: ({ desk }) => armAsSeen(desk.deskState, desk.spec(), BY),
    sends: 'nothing',
    in: ['SCANNING', 'SIGNAL_WAIT', 'MANAGING'],
    latched: false,
  },
  fire: {
    scene: () => {
      const desk = new CoreDesk();
      desk.waiting();
      return { desk };
    },
    act: ({ desk }) => {
      const trigger = [...desk.stores.triggers.values()][0] ?? expect.fail();
      const fired = fireNow(desk.deskState, trigger.id, trigger.updatedAt, BY);
      desk.core.drainNow();
      return fired;
    },
    sends: 'place',
    in: ['SIGNAL_WAIT', 'MANAGING'],
    latched: false,
  },
  'change an entry': {
    scene: () => {
      const { desk, entry } = waitingBracket();
      return { desk, order: entry };
    },
    act: change({ limit: px(179.9) }),
    sends: 'modify',
    in: TRADING,
    latched: false,
  },
  protect: {
    scene: () => ({ desk: heldBare() }),
    act: ({ desk }) => protectPosition(desk.deskState, DU, IBM.conId, px(179), BY),
    sends: 'place',
    in: EVERYWHERE,
    latched: true,
  },
  'close half': {
    scene: () => ({ desk: heldBare() }),
    act: ({ desk }) => closePosition(desk.deskState, DU, IBM.conId, 50, BY),
    sends: 'place',
    in: EVERYWHERE,
    latched: true,
  },
  'close half of what is covered': {
    scene: () => held(100),
    act: ({ desk }) => closePosition(desk.deskState, DU, IBM.conId, 50, BY),
    sends: 'modify',
    in: EVERYWHERE,
    latched: true,
  },
  flatten: {
    scene: () => ({ desk: heldBare() }),
    act: ({ desk }) => closePosition(desk.deskState, DU, IBM.conId, 100, BY),
    sends: 'place',
    in: EVERYWHERE,
    latched: true,
  },
  breakeven: {
    scene: () => held(100),
    act: ({ desk }) => breakeven(desk.deskState, DU, IBM.conId, BY),
    sends: 'modify',
    in: EVERYWHERE,
    latched: true,
  },
  trail: {
    scene: () => ({ desk: heldBare() }),
    act: ({ desk }) => trailPosition(desk.deskState, DU, IBM.conId, { kind: 'amount', amount: px(0.5) }, BY),
    sends: 'place',
    in: EVERYWHERE,
    latched: true,
  },
  'trail in place of a stop': {
    scene: () => held(100),
    act: ({ desk }) => trailPosition(desk.deskState, DU, IBM.conId, { kind: 'amount', amount: px(0.5) }, BY),
    sends: 'place',
    in: EVERYWHERE,
    latched: true,
  },
  'tighten a stop': { scene: () => held(100), act: change({ stop: px(179.5) }), sends: 'modify', in: EVERYWHERE, latched: true },
  'tighten a target': { scene: target, act: change({ limit: px(181) }), sends: 'modify', in: EVERYWHERE, latched: true },
  'shrink a target': { scene: target, act: change({ quantity: units(40) }), sends: 'modify', in: EVERYWHERE, latched: true },
  'loosen a stop': { scene: () => held(100), act: change({ stop: px(178) }), sends: 'modify', in: EVERYWHERE, latched: false },
  'loosen a target': { scene: target, act: change({ limit: px(183) }), sends: 'modify', in: EVERYWHERE, latched: false },
  'shrink a stop that is needed': {
    scene: () => held(100),
    act: change({ quantity: units(40) }),
    sends: 'modify',
    in: EVERYWHERE,
    latched: false,
  },
  'enlarge a stop': { scene: () => held(60), act: change({ quantity: units(100) }), sends: 'modify', in: EVERYWHERE, latched: false },
  'enlarge beyond what is held': { scene: () => held(100), act: change({ quantity: units(101) }), sends: 'modify', in: [], latched: false },
  'cancel one': {
    scene: () => held(100),
    act: ({ desk, order }) => cancelOrder(desk.deskState, desk.order(order ?? expect.fail()).key, BY),
    sends: 'cancel',
    in: EVERYWHERE,
    latched: true,
  },
  'cancel all': {
    scene: () => {
      const { desk, entry } = waitingBracket();
      return { desk, order: entry };
    },
    act: ({ desk }) => {
      cancelAll(desk.deskState, 'own', BY);
      return true;
    },
    sends: 'cancel',
    in: EVERYWHERE,
    latched: true,
  },
};

function put(desk: CoreDesk, state: EngineState, latched: boolean): void {
  commit(desk.deskState, 'order', 'force', { kind: 'system', text: 'test' }, (tx) => {
    tx.set(desk.stores.engine, 'desk', { state, since: 0, reason: 'the test put it there', step: 1 });
  });
  if (latched) desk.deskState.latch.set('a kill', 'own');
}

/** Whether it was done: what the command says, and what left. */
function done(act: Act, state: EngineState, latched: boolean): boolean {
  const scene = act.scene();
  const { desk } = scene;
  put(desk, state, latched);
  const left = (): number =>
    act.sends === 'place' ? desk.broker.frames.length : act.sends === 'modify' ? desk.broker.changes.length : desk.broker.cancels.length;
  const before = left();
  const answer = act.act(scene);
  const ok = typeof answer === 'boolean' ? answer : answer.ok;
  if (act.sends !== 'nothing') expect([state, latched, ok, left() > before]).toEqual([state, latched, ok, ok]);
  return ok;
}

describe.each(Object.entries(ACTS))('A2: %s', (_name, act) => {
  test('is allowed in exactly these states', () => {
    expect(ENGINE_STATES.filter((state) => done(act, state, false))).toEqual(ENGINE_STATES.filter((state) => act.in.includes(state)));
  });

  test(act.latched ? 'is allowed under the kill switch' : 'is not allowed under the kill switch', () => {
    const killed = ['EMERGENCY', 'STOPPED'] as const;
    expect(killed.filter((state) => done(act, state, true))).toEqual(act.latched ? killed : []);
  });

  test('while a kill is being recorded only cancels leave', () => {
    const others = ENGINE_STATES.filter((state) => state !== 'EMERGENCY' && state !== 'STOPPED');
    expect(others.filter((state) => done(act, state, true))).toEqual(act.sends === 'cancel' ? others : []);
  });
});

const OFFERED: Readonly<Record<string, string>> = {
  arm: 'trigger.arm',
  fire: 'trigger.fire-now',
  protect: 'position.protect',
  'close half': 'position.close',
  flatten: 'position.flatten',
  breakeven: 'position.breakeven',
  trail: 'position.trail',
  'tighten a stop': 'order.modify',
  'cancel one': 'order.cancel',
  'cancel all': 'orders.cancel-all',
};

test('A2: what the screen offers in a state is what is allowed in it', () => {
  for (const state of ENGINE_STATES)
    for (const [name, command] of Object.entries(OFFERED))
      expect([state, command, offers(state, undefined).includes(command)]).toEqual([state, command, ACTS[name]?.in.includes(state)]);
});

test.each([
  ['the link is down', (desk: CoreDesk) => desk.disconnect(), 'The connection to TWS was lost.'],
  ['TWS has lost IB', (desk: CoreDesk) => desk.upstream('down'), 'TWS has lost its connection to IB.'],
  [
    'the book is being compared',
    (desk: CoreDesk) => {
      desk.deskState.reconciliation.reset();
    },
    'The book is being reconciled with the broker.',
  ],
] as const)(
  'A2: where %s nothing that reduces is offered or leaves, and the reason is the same for the screen and the commands',
  (_what, happens, why) => {
    const desk = heldBare();
    happens(desk);
    const refusal = reduceRefusal(desk.deskState);
    expect(refusal).toBe(why);
    const offered = offers('IDLE', refusal);
    expect(offered.filter((name) => name.startsWith('position.') || name === 'order.modify')).toEqual([]);
    for (const name of ['protect', 'close half', 'flatten', 'trail'] as const)
      expect(ACTS[name]?.act({ desk })).toMatchObject({ ok: false, error: { text: expect.stringContaining(why) as unknown } });
  },
);

test('a stop that joined a group is tightened under the kill switch without lowering what is covered', () => {
  const { desk, order } = held(100);
  put(desk, 'EMERGENCY', true);
  expect(desk.order(order ?? expect.fail()).ocaGroup).toBe(ocaGroupOf((order ?? expect.fail()).replace(/-S$/, '-E')));
  expect(change({ stop: px(179.5), quantity: units(50) })({ desk, ...(order === undefined ? {} : { order }) })).toMatchObject({
    ok: false,
    error: { text: expect.stringContaining('50 of 100') as unknown },
  });
});
