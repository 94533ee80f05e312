import { expect, test } from 'vitest';
import { cancelOrders } from '#core/execution/cancel';
import { cancelAll } from '#core/safety/cancel-all';
import { changeTrigger } from '#core/strategy/trigger/change';
import type { AccountId } from '#domain/ids';
import { amountOf, trustedAmount } from '#domain/money';
import { heldBracket } from '../../support/core/bracket.ts';
import { CoreDesk } from '../../support/core/desk.ts';
import { DU } from '../../support/core/fixtures.ts';
import { fillTold } from '../../support/core/held.ts';
import { px } from '../../support/core/trigger-fixtures.ts';

/** Behaviour that drawn faults of this room showed to be held by no test. */

const LIMIT = { entry: { type: 'LMT', limit: px(180) } } as const;

function working() {
  const desk = new CoreDesk();
  const { id, entry } = desk.fired(LIMIT);
  desk.openOrder(entry);
  return { desk, id, entry };
}

test('a kill cancels what the operator has cancelled a moment before: that cancel was not the kill’s', () => {
  const { desk, entry } = working();
  cancelOrders(desk.deskState, [desk.order(entry)], 'the test');
  desk.clock.advance(200);
  desk.killBy();
  expect(desk.broker.cancels).toHaveLength(2);
});

test('a kill that is pressed again within a second asks again for what could not leave, and not for what has left', () => {
  const { desk } = working();
  desk.killBy();
  desk.clock.advance(200);
  desk.killBy();
  expect(desk.broker.cancels).toHaveLength(1);
  const down = working().desk;
  down.broker.socket = false;
  down.killBy();
  expect(down.broker.cancels).toEqual([]);
  down.broker.socket = true;
  down.clock.advance(200);
  down.killBy();
  expect(down.broker.cancels).toHaveLength(1);
});

test('a kill disarms what is armed and what is paused, and moves no trigger that does not watch', () => {
  const { desk, id: fired } = working();
  const lifeBefore = desk.trigger(fired).life;
  const armed = desk.arm(desk.spec(190, { name: 'armed' }));
  const paused = desk.arm(desk.spec(191, { name: 'paused' }));
  expect(changeTrigger(desk.deskState, paused, desk.trigger(paused).updatedAt, 'pause', 'the test').ok).toBe(true);
  const loose = desk.arm(desk.spec(192, { name: 'loose' }));
  expect(changeTrigger(desk.deskState, loose, desk.trigger(loose).updatedAt, 'disarm', 'the test').ok).toBe(true);
  const before = desk.trigger(loose);
  desk.killBy();
  for (const id of [armed, paused]) expect(desk.trigger(id)).toMatchObject({ life: 'draft', reason: 'by the kill (the test)' });
  expect([desk.trigger(fired).life, desk.trigger(loose)]).toEqual([lifeBefore, before]);
  expect(desk.counter('illegal trigger moves')).toBe(0);
});

test.each([
  ['of another account', 'DU7654321' as AccountId, amountOf(-9_000)],
  ['that IB does not tell', DU, undefined],
  ['that is no figure', DU, trustedAmount(Number.NaN)],
] as const)('a loss %s neither kills nor counts as reached', (_which, account, daily) => {
  const desk = new CoreDesk().started();
  desk.news({ kind: 'pnl', account, daily, unrealized: undefined, realized: undefined });
  expect([desk.state, desk.deskState.latch.isSet(), desk.stores.loss.get('desk')?.reached ?? false]).toEqual(['SCANNING', false, false]);
  desk.pnl(-9_000);
  expect([desk.deskState.latch.isSet(), desk.stores.loss.get('desk')?.reached]).toEqual([true, true]);
});

test('after a kill the line of what stays open names what is held, and nothing that is flat', () => {
  const flat = heldBracket();
  fillTold(flat.desk, 'execution, then status', flat.stop, 100, 178.98);
  flat.desk.status(flat.target, 'Cancelled');
  flat.desk.killBy();
  expect(flat.desk.alarms().filter((text) => text.startsWith('Positions stay open'))).toEqual([]);
  const { desk } = heldBracket();
  desk.killBy();
  expect(desk.alarms().filter((text) => text.startsWith('Positions stay open'))).toEqual([
    'Positions stay open: 100 IBM, protected 100 of 100.',
  ]);
});

test('a figure of the day that is none takes nothing back that was reached', () => {
  const desk = new CoreDesk().started();
  desk.pnl(-9_000);
  desk.news({ kind: 'pnl', account: DU, daily: trustedAmount(Number.NaN), unrealized: undefined, realized: undefined });
  expect(desk.stores.loss.get('desk')?.reached).toBe(true);
});

test('cancel all says how many protective orders stay, and nothing of them where none do', () => {
  const { desk } = heldBracket();
  cancelAll(desk.deskState, 'own', 'the test');
  const said = (on: CoreDesk): string => on.logs.findLast(({ text }) => text.startsWith('the test cancels'))?.text ?? '';
  expect(said(desk)).toBe(
    'the test cancels 0 orders. 2 protective orders of what is held stay. positions stay open: 100 IBM, protected 100 of 100.',
  );
  const bare = working().desk;
  cancelAll(bare.deskState, 'own', 'the test');
  expect(said(bare)).toBe('the test cancels 1 order.');
});
