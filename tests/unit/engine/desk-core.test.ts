import { expect, test } from 'vitest';
import {
  ENGINE_EVENTS,
  ENGINE_STATES,
  type EngineEvent,
  type EngineState,
  isArmedState,
  mayArm,
  mayFire,
  mayTransmit,
  nextEngineState,
  offers,
} from '#core/state/engine-state';
import { commit } from '#core/state/desk-state';
import type { ApprovedOrder } from '#core/ports/broker';
import { approve } from '#core/risk/risk-engine';
import type { OrderRef } from '#domain/ids';
import { ZERO_AMOUNT } from '#domain/money';
import type { OrderIntent } from '#domain/order';
import { units } from '#domain/quantity';
import { CoreDesk } from '../../support/core/desk.ts';
import { DU } from '../../support/core/fixtures.ts';
import { IBM, px } from '../../support/core/trigger-fixtures.ts';
import { context, exit, intent, marketLeg } from '../../support/core/risk.ts';

const RUNNING = { pause: 'PAUSED', stop: 'IDLE', fault: 'ERROR', kill: 'EMERGENCY' } as const;

/** The whole table, written down a second time: a change of the engine has to be made here as well. */
const EXPECTED: Readonly<Record<EngineState, Partial<Record<EngineEvent, EngineState>>>> = {
  IDLE: { start: 'INITIALIZING', fault: 'ERROR', kill: 'EMERGENCY' },
  INITIALIZING: { ready: 'SCANNING', ...RUNNING },
  SCANNING: { build: 'LEVEL_BUILDING', 'orders-working': 'MANAGING', ...RUNNING },
  LEVEL_BUILDING: { 'levels-built': 'SIGNAL_WAIT', 'no-watchers': 'SCANNING', ...RUNNING },
  SIGNAL_WAIT: { build: 'LEVEL_BUILDING', fired: 'SIZING', 'orders-working': 'MANAGING', 'no-watchers': 'SCANNING', ...RUNNING },
  SIZING: { sized: 'EXECUTION', denied: 'SIGNAL_WAIT', ...RUNNING },
  EXECUTION: { sent: 'MANAGING', denied: 'SIGNAL_WAIT', ...RUNNING },
  MANAGING: { build: 'LEVEL_BUILDING', fired: 'SIZING', 'orders-done': 'SIGNAL_WAIT', ...RUNNING },
  PAUSED: { resume: 'INITIALIZING', stop: 'IDLE', fault: 'ERROR', kill: 'EMERGENCY' },
  ERROR: { recover: 'IDLE', kill: 'EMERGENCY' },
  EMERGENCY: { acknowledge: 'STOPPED', kill: 'EMERGENCY' },
  STOPPED: { rearm: 'IDLE', kill: 'EMERGENCY' },
};

test.each(ENGINE_STATES)('%s answers every event exactly as the table says', (state) => {
  for (const event of ENGINE_EVENTS) expect([event, nextEngineState(state, event)]).toEqual([event, EXPECTED[state][event]]);
});

test('a kill is legal everywhere; EMERGENCY leads only to STOPPED, STOPPED to IDLE only by re-arming, and nothing is forced (I-13)', () => {
  for (const state of ENGINE_STATES) expect(nextEngineState(state, 'kill')).toBe('EMERGENCY');
  const out = (state: EngineState) =>
    new Set(ENGINE_EVENTS.map((event) => nextEngineState(state, event)).filter((to) => to !== undefined && to !== state));
  expect([...out('EMERGENCY')]).toEqual(['STOPPED']);
  expect([...out('STOPPED')].toSorted()).toEqual(['EMERGENCY', 'IDLE']);
  expect(ENGINE_EVENTS.filter((event) => nextEngineState('STOPPED', event) === 'IDLE')).toEqual(['rearm']);
  expect(ENGINE_EVENTS.filter((event) => event.includes('force'))).toEqual([]);
});

test('every state can be reached from IDLE and can come back to it', () => {
  const reach = (from: EngineState): Set<EngineState> => {
    const seen = new Set<EngineState>([from]);
    for (const state of seen)
      for (const event of ENGINE_EVENTS) {
        const to = nextEngineState(state, event);
        if (to !== undefined) seen.add(to);
      }
    return seen;
  };
  expect(reach('IDLE').size).toBe(12);
  for (const state of ENGINE_STATES) expect([state, reach(state).has('IDLE')]).toEqual([state, true]);
});

const CLASSES = ['trigger-entry', 'operator-entry', 'reduce'] as const;
type Class = (typeof CLASSES)[number];

const MAY_LEAVE: Readonly<Record<EngineState, readonly Class[]>> = {
  IDLE: ['reduce'],
  INITIALIZING: ['reduce'],
  SCANNING: ['operator-entry', 'reduce'],
  LEVEL_BUILDING: ['reduce'],
  SIGNAL_WAIT: ['operator-entry', 'reduce'],
  SIZING: ['reduce'],
  EXECUTION: CLASSES,
  MANAGING: CLASSES,
  PAUSED: ['reduce'],
  ERROR: ['reduce'],
  EMERGENCY: ['reduce'],
  STOPPED: ['reduce'],
};

test.each(ENGINE_STATES)('in %s exactly these orders may leave (I-03, I-03b)', (state) => {
  expect(CLASSES.filter((kind) => mayTransmit(state, kind))).toEqual(MAY_LEAVE[state]);
});

test('firing, arming and offers agree with the table', () => {
  for (const state of ENGINE_STATES) {
    const offered = offers(state, undefined);
    const has = (name: string) => offered.includes(name);
    expect([state, mayFire(state)]).toEqual([state, nextEngineState(state, 'fired') !== undefined]);
    for (const event of ['start', 'resume', 'pause', 'stop', 'recover', 'acknowledge'] as const)
      expect([state, event, has(`engine.${event}`)]).toEqual([state, event, nextEngineState(state, event) !== undefined]);
    expect([state, has('engine.rearm.confirm')]).toEqual([state, nextEngineState(state, 'rearm') !== undefined]);
    for (const always of ['kill', 'order.cancel', 'orders.cancel-all']) expect([state, has(always)]).toEqual([state, true]);
    expect([state, has('trigger.arm')]).toEqual([state, mayArm(state)]);
    expect([state, has('position.flatten'), offers(state, 'shut').includes('position.flatten')]).toEqual([state, true, false]);
    if (isArmedState(state)) expect([state, has('engine.pause')]).toEqual([state, true]);
    expect(new Set(offered).size).toBe(offered.length);
  }
});

// The gate

function order(kind: Class | 'flatten'): OrderIntent {
  if (kind === 'trigger-entry') return intent();
  if (kind === 'operator-entry') return intent(undefined, { origin: 'operator' });
  const flat = exit();
  return kind === 'flatten'
    ? flat
    : { ...flat, legs: [marketLeg({ ref: 'TD1-R0000001-1-1-E' as OrderRef, side: 'SELL', quantity: units(100) })] };
}

function approved(desk: CoreDesk, kind: Class | 'flatten', seq = desk.coordinator.seq + 1): ApprovedOrder {
  const made = approve(order(kind), context({ position: units(100) }), seq);
  if (!('verdict' in made)) throw new Error(made.text);
  return made;
}

/** 100 IBM in the book: what the reducing orders of these tests close. */
function hold(desk: CoreDesk): void {
  commit(desk.deskState, 'data', 'force', { kind: 'system', text: 'test' }, (tx) => {
    tx.set(desk.stores.positions, `${DU}:${IBM.conId}`, {
      account: DU,
      contract: IBM,
      quantity: units(100),
      averagePrice: px(180),
      realized: ZERO_AMOUNT,
      commission: ZERO_AMOUNT,
      updatedAt: 0,
    });
  });
}

const CONDITIONS = ['all good', 'latched', 'link down', 'upstream down', 'not reconciled', 'journal failed'] as const;

function leaves(state: EngineState, condition: (typeof CONDITIONS)[number], kind: Class | 'flatten'): boolean {
  const reduces = kind === 'reduce' || kind === 'flatten';
  const killed = state === 'EMERGENCY' || state === 'STOPPED';
  const good = condition === 'all good' || (condition === 'latched' && reduces && killed);
  return good && MAY_LEAVE[state].includes(reduces ? 'reduce' : kind);
}

test.each(ENGINE_STATES)('in %s the gate lets through what the table allows, and only when all else is good', (state) => {
  for (const condition of CONDITIONS)
    for (const kind of [...CLASSES, 'flatten'] as const) {
      const desk = new CoreDesk().started();
      commit(desk.deskState, 'order', 'force', { kind: 'system', text: 'test' }, (tx) => {
        tx.set(desk.stores.engine, 'desk', { state, since: 0, reason: 'the test put it there', step: 1 });
      });
      hold(desk);
      const wish = approved(desk, kind);
      if (condition === 'latched') desk.deskState.latch.set('a kill', 'own');
      if (condition === 'link down') desk.deskState.link = { ...desk.deskState.link, ready: false };
      if (condition === 'upstream down') desk.deskState.link = { ...desk.deskState.link, upstream: 'down' };
      if (condition === 'not reconciled') desk.deskState.reconciliation.reset();
      if (condition === 'journal failed') desk.journal.fail('full');
      const open = desk.core.gate(wish) === undefined;
      expect([state, condition, kind, open]).toEqual([state, condition, kind, leaves(state, condition, kind)]);
      expect(typeof (desk.core.gate({ ...wish }) ?? 'refused')).toBe('string');
      expect(desk.core.gate({ ...wish })).toMatch(/did not approve/);
    }
});

test('an approval of before a kill is void for ever, one of after it is not', () => {
  const desk = new CoreDesk().started();
  hold(desk);
  const old = approved(desk, 'flatten', desk.coordinator.seq);
  desk.killBy();
  expect(desk.core.gate(old)).toMatch(/approved before the kill/);
  expect(desk.core.gate(approved(desk, 'flatten'))).toBeUndefined();
  expect(desk.core.gate(approved(desk, 'reduce'))).toBeUndefined();
  expect(desk.core.gate(approved(desk, 'operator-entry'))).toMatch(/kill switch/);
  desk.rearm();
  expect(desk.core.gate(old)).toMatch(/approved before the kill/);
});
