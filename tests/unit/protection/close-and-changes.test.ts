import { expect, test } from 'vitest';
import { modifyOrder } from '#core/execution/modify';
import { closePosition } from '#core/protection/close-position';
import { resizeExitsNow } from '#core/protection/resize-on-request';
import { trailPosition } from '#core/protection/trailing-stop';
import { logLine } from '#core/state/desk-state';
import type { AccountId, OrderId, PermId } from '#domain/ids';
import { units } from '#domain/quantity';
import { acknowledged, confirmed, executedByHand, heldBare, heldBracket, sentBracket } from '../../support/core/bracket.ts';
import { DU, manualOrder } from '../../support/core/fixtures.ts';
import { offer } from '../../support/core/held.ts';
import { protectPosition } from '#core/protection/place-stop';
import { CoreDesk } from '../../support/core/desk.ts';
import { cancelled, changes, closes } from '../../support/core/left.ts';
import { IBM, px } from '../../support/core/trigger-fixtures.ts';

test('a close of a part waits while a change of an exit is under way, and leaves when IB has answered it', () => {
  const desk = heldBare();
  const typed = manualOrder({ side: 'SELL', type: 'STP', stop: px(179), quantity: units(50), orderId: -7 as OrderId });
  const { limit: _none, ...order } = typed;
  desk.news({ kind: 'open-order', order });
  const stop = desk.deskState.index.working().find(({ origin }) => origin === 'manual')!;
  expect(modifyOrder(desk.deskState, stop.key, stop.updatedAt, { stop: px(179.5) }, 'the test').ok).toBe(true);
  expect(closePosition(desk.deskState, DU, IBM.conId, 50, 'the test').ok).toBe(true);
  expect(closes(desk)).toEqual([]);
  desk.news({ kind: 'open-order', order: { ...order, stop: px(179.5) } });
  expect(closes(desk)).toEqual([['SELL', 'MKT', units(50)]]);
});

test('what an exit has filled counts once while its change is under way: the other exits keep what is left for them', () => {
  const desk = heldBare();
  const byHand = (orderId: number, permId: number, quantity: number) => {
    const { limit: _none, ...order } = manualOrder({ side: 'SELL', type: 'STP', stop: px(179), quantity: units(quantity) });
    desk.news({ kind: 'open-order', order: { ...order, orderId: orderId as OrderId, permId: permId as PermId } });
  };
  byHand(-7, 7_007, 100);
  executedByHand(desk, 'SELL', 20, { execId: '0009.1.01', orderId: -7, permId: 7_007 });
  confirmed(desk, 80);
  byHand(-8, 7_008, 60);
  const [first, second] = desk.deskState.index.working().filter(({ origin }) => origin === 'manual');
  // It is being made to take 20 more, and 40 stay after the close: 20 are the other one's.
  expect(modifyOrder(desk.deskState, first!.key, first!.updatedAt, { quantity: units(40) }, 'the test').ok).toBe(true);
  expect(closePosition(desk.deskState, DU, IBM.conId, 50, 'the test').ok).toBe(true);
  expect([changes(desk).at(-1)?.[1], desk.broker.changes.at(-1)?.orderId, cancelled(desk)]).toEqual([units(20), -8, []]);
  expect(desk.order(second!.key).state).toBe('PENDING_REPLACE');
});

test('no stop joins the group of a target that IB has not confirmed', () => {
  const desk = new CoreDesk();
  const { id, entry } = desk.fired({ target: { kind: 'price', price: px(182) } });
  const target = desk.ref(id, 'T');
  desk.fills(entry, 100, 180.02);
  confirmed(desk, 100, 1_000);
  desk.quote(180.5);
  expect(protectPosition(desk.deskState, DU, IBM.conId, px(179), 'the test').ok).toBe(false);
  acknowledged(desk, target, 'Submitted');
  expect(protectPosition(desk.deskState, DU, IBM.conId, px(179), 'the test').ok).toBe(true);
  expect(desk.broker.frames.at(-1)?.leg.ocaGroup).toBe(desk.broker.frameOf(target).leg.ocaGroup);
});

test('a close makes room at the cost of a stop that IB has not confirmed, not of the target that works', () => {
  const desk = new CoreDesk().started();
  desk.news({ kind: 'open-order', order: manualOrder({ side: 'SELL', limit: px(182), quantity: units(50), orderId: -7 as OrderId }) });
  desk.quote(179.9);
  const id = desk.arm(desk.spec(180, {}, { stop: { kind: 'price', price: px(179) } }));
  desk.quote(179.9);
  desk.quote(180.02);
  desk.fills(desk.ref(id), 100, 180.02);
  confirmed(desk, 100, 1_000);
  desk.quote(180.5);
  expect(desk.order(desk.ref(id, 'S')).state).toBe('SUBMITTED');
  expect(closePosition(desk.deskState, DU, IBM.conId, 50, 'the test').ok).toBe(true);
  expect(cancelled(desk)).toEqual([desk.ref(id, 'S')]);
});

test('the target fills while the entry has filled 30 of 100: the rest of the entry is cancelled at once', () => {
  const { desk, entry, target } = sentBracket();
  desk.fill(entry, 30, 180.02);
  desk.fill(target, 30, 182);
  expect(desk.broker.cancels.map(({ orderId }) => orderId)).toEqual([desk.broker.frameOf(entry).orderId]);
});

test('the stop of a short bracket that stands against a long one turns nothing around: what is long then is the other bracket’s', () => {
  const { desk } = heldBracket();
  const short = desk.arm(
    desk.spec(181, { name: 'B' }, { side: 'SELL', target: { kind: 'price', price: px(178) }, stop: { kind: 'price', price: px(183) } }),
  );
  desk.quote(180.9);
  desk.quote(181.02);
  const [entry, target, stop] = [desk.ref(short), desk.ref(short, 'T'), desk.ref(short, 'S')];
  desk.fills(entry, 100, 181.01);
  confirmed(desk, 0, 16_000);
  desk.openOrder(stop, 'Submitted');
  desk.fill(stop, 100, 183);
  desk.status(target, 'Cancelled');
  confirmed(desk, 100);
  desk.wait(10_000);
  expect([desk.held()?.quantity, offer(desk)?.kind]).toEqual([units(100), undefined]);
});

test('of two stops neither takes over what none covers: its level was not meant for that', () => {
  const { desk } = heldBracket();
  const second = desk.arm(desk.spec(181, { name: 'B' }, { quantity: units(50), stop: { kind: 'price', price: px(179.5) } }));
  desk.quote(180.9);
  desk.quote(181.02);
  desk.fills(desk.ref(second), 50, 181.02);
  desk.openOrder(desk.ref(second, 'S'), 'PreSubmitted');
  executedByHand(desk, 'BUY', 30, { execId: '0009.1.01', orderId: -1, permId: 7_001 });
  confirmed(desk, 180, 16_000);
  const done = resizeExitsNow(desk.deskState, DU, IBM.conId, 'the test');
  expect([done.ok ? 'enlarged' : done.error.text, changes(desk)]).toEqual([expect.stringContaining('No stop of this position'), []]);
});

test('a trailing stop is no larger than what is held, although the stop that it replaces is', () => {
  const { desk } = heldBracket();
  executedByHand(desk, 'SELL', 40, { execId: '0009.1.01', orderId: -1, permId: 7_001 });
  expect(trailPosition(desk.deskState, DU, IBM.conId, { kind: 'amount', amount: px(1) }, 'the test').ok).toBe(true);
  expect(desk.broker.frames.at(-1)?.leg).toMatchObject({ type: 'TRAIL', quantity: units(60) });
});

test('exits of another account are not in the way of a close', () => {
  const desk = heldBare();
  const account = 'DU7654321' as AccountId;
  desk.news({
    kind: 'open-order',
    order: manualOrder({ account, side: 'SELL', limit: px(182), quantity: units(100), orderId: -7 as OrderId }),
  });
  expect(closePosition(desk.deskState, DU, IBM.conId, 100, 'the test').ok).toBe(true);
  expect([closes(desk), cancelled(desk)]).toEqual([[['SELL', 'MKT', units(100)]], []]);
});

test('a close never gets the reference of an earlier one, however many commits lie between them', () => {
  const desk = heldBare();
  const first = desk.coordinator.seq;
  expect(closePosition(desk.deskState, DU, IBM.conId, 25, 'the test').ok).toBe(true);
  const close = desk.broker.frames.at(-1)!.ref;
  desk.openOrder(close);
  desk.status(close, 'Cancelled');
  desk.wait(11_000);
  desk.quote(180.5);
  while ((desk.coordinator.seq - first) % 1_000 !== 0) logLine(desk.deskState, 'info', 'a day goes on');
  expect(closePosition(desk.deskState, DU, IBM.conId, 25, 'the test').ok).toBe(true);
  expect(desk.broker.frames.at(-1)!.ref).not.toBe(close);
});
