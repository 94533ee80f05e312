import { expect, test } from 'vitest';
import { breakeven, protectPosition } from '#core/protection/place-stop';
import { closePosition } from '#core/protection/close-position';
import { exiting, exitsOf, unprotectedOf } from '#core/protection/exits';
import { startReconciliation } from '#core/reconciliation/compare';

import { changeOrder } from '#core/execution/modify';
import type { Contract } from '#domain/contract';
import type { ClientId, ExecId, OrderId, OrderRef, PermId } from '#domain/ids';
import { units } from '#domain/quantity';
import { executedByHand, heldBare, heldBracket } from '../../support/core/bracket.ts';
import { CoreDesk } from '../../support/core/desk.ts';
import { DU, manualOrder } from '../../support/core/fixtures.ts';
import { cancelled, changes, closes } from '../../support/core/left.ts';
import { soldByHand } from '../../support/core/held.ts';
import { BAC, IBM, px } from '../../support/core/trigger-fixtures.ts';

function close(desk: CoreDesk, percent: 25 | 50 | 100) {
  return closePosition(desk.deskState, DU, IBM.conId, percent, 'the test');
}

test('half is closed only after both exits have shrunk to the other half, the stop last', () => {
  const { desk, target, stop } = heldBracket();
  expect(close(desk, 50).ok).toBe(true);
  expect(changes(desk)).toEqual([[target, units(50)]]);
  desk.openOrder(target, 'Submitted', { quantity: units(50) });
  expect(changes(desk)).toEqual([
    [target, units(50)],
    [stop, units(50)],
  ]);
  expect(closes(desk)).toEqual([]);
  desk.openOrder(stop, 'PreSubmitted', { quantity: units(50) });
  expect(closes(desk)).toEqual([['SELL', 'MKT', units(50)]]);
  expect(desk.stores.closings.size).toBe(0);
});

test('all of it is closed only after IB has confirmed that its exits are gone, the stop last', () => {
  const { desk, target, stop } = heldBracket();
  expect(close(desk, 100).ok).toBe(true);
  expect(cancelled(desk)).toEqual([target]);
  desk.status(target, 'Cancelled');
  expect(cancelled(desk)).toEqual([target, stop]);
  expect(closes(desk)).toEqual([]);
  desk.status(stop, 'Cancelled');
  expect(closes(desk)).toEqual([['SELL', 'MKT', units(100)]]);
});

test('a stop that fills while it is being cancelled leaves nothing to close: the position never turns around', () => {
  const { desk, target, stop } = heldBracket();
  close(desk, 100);
  desk.fill(stop, 100, 178.98);
  desk.status(stop, 'Filled', 100);
  desk.status(target, 'Cancelled');
  expect(desk.held()?.quantity).toBe(units(0));
  desk.wait(20_000);
  expect(closes(desk)).toEqual([]);
});

test('a stop that fills in part leaves only the rest to close', () => {
  const { desk, target, stop } = heldBracket();
  close(desk, 100);
  desk.fill(stop, 30, 178.98);
  desk.status(stop, 'Cancelled', 30);
  desk.status(target, 'Cancelled');
  expect(closes(desk)).toEqual([['SELL', 'MKT', units(70)]]);
});

test('exits that do not move within ten seconds end the close with an alarm; nothing was sent', () => {
  const { desk } = heldBracket();
  close(desk, 100);
  desk.wait(11_000);
  expect(closes(desk)).toEqual([]);
  expect(desk.stores.closings.size).toBe(0);
  expect(desk.alarms().some((text) => text.startsWith('Not closed:'))).toBe(true);
});

test('a kill ends a close that waits: nothing of it leaves later', () => {
  const { desk, target, stop } = heldBracket();
  close(desk, 50);
  desk.killBy();
  desk.status(target, 'Cancelled');
  desk.status(stop, 'Cancelled');
  expect(closes(desk)).toEqual([]);
  expect(desk.stores.closings.size).toBe(0);
});

test('a second press while a close waits or works is refused', () => {
  const { desk, target, stop } = heldBracket();
  expect(close(desk, 100).ok).toBe(true);
  expect(close(desk, 100)).toMatchObject({ ok: false, error: { code: 'conflict' } });
  desk.status(target, 'Cancelled');
  desk.status(stop, 'Cancelled');
  expect(close(desk, 50)).toMatchObject({ ok: false, error: { code: 'conflict' } });
  expect(closes(desk)).toHaveLength(1);
});

test('a fill by hand that flattens the position takes its exits back and says so', () => {
  const { desk, target, stop } = heldBracket();
  soldByHand(desk, 100, 0);
  expect(desk.held()?.quantity).toBe(units(0));
  expect(desk.broker.cancels).toEqual([]);
  desk.wait(2_000);
  expect(desk.broker.cancels.map(({ orderId }) => orderId)).toEqual([
    desk.broker.frameOf(target).orderId,
    desk.broker.frameOf(stop).orderId,
  ]);
  expect(desk.alarms().some((text) => text.includes('after a fill from outside'))).toBe(true);
});

test('a fill by hand that halves the position halves its exits', () => {
  const { desk, target, stop } = heldBracket();
  soldByHand(desk, 50, 50);
  desk.wait(2_000);
  expect(desk.broker.changes.map(({ ref, leg }) => [ref, leg.quantity])).toEqual([
    [target, units(50)],
    [stop, units(50)],
  ]);
});

test('a fill from outside that is only told when the executions are listed halves the exits as well (storm 800276)', () => {
  const { desk, target, stop } = heldBracket();
  executedByHand(desk, 'SELL', 50, { execId: '0009.50.01', orderId: 3, permId: 777, live: false });
  desk.position(50);
  desk.wait(2_000);
  expect(desk.held()?.quantity).toBe(units(50));
  expect(changes(desk)).toEqual([
    [target, units(50)],
    [stop, units(50)],
  ]);
});

test('two fills by hand in a row halve the exits twice and never cancel one whose change is on the way', () => {
  const { desk, target, stop } = heldBracket();
  soldByHand(desk, 20, 80);
  desk.wait(1_400);
  soldByHand(desk, 30, 70);
  desk.position(50);
  desk.wait(1_000);
  expect(desk.broker.changes.map(({ ref, leg }) => [ref, leg.quantity])).toEqual([
    [target, units(50)],
    [stop, units(50)],
  ]);
  soldByHand(desk, 10, 90);
  desk.position(40);
  desk.wait(1_600);
  for (const [ref, status] of [
    [target, 'Submitted'],
    [stop, 'PreSubmitted'],
  ] as const)
    desk.openOrder(ref, status, { quantity: units(50) });
  desk.wait(1_000);
  expect(desk.broker.changes.slice(2).map(({ ref, leg }) => [ref, leg.quantity])).toEqual([
    [target, units(40)],
    [stop, units(40)],
  ]);
  desk.wait(2_000);
  expect(desk.broker.cancels).toEqual([]);
  expect(desk.alarms().filter((text) => text.includes('after a fill from outside'))).toHaveLength(2);
});

test('protection is not taken away on the strength of a book that differs from the broker', () => {
  const { desk } = heldBracket();
  soldByHand(desk, 100, 0);
  desk.position(100);
  desk.wait(8_000);
  expect(desk.broker.cancels).toEqual([]);
});

test('what no stop covers is shown, and one command covers it', () => {
  const { desk, target, stop } = heldBracket();
  const position = () => desk.held() ?? expect.fail('no position');
  expect(unprotectedOf(desk.deskState, position())).toBe(units(0));
  desk.status(stop, 'Cancelled');
  desk.status(target, 'Cancelled');
  expect(unprotectedOf(desk.deskState, position())).toBe(units(100));
  expect(protectPosition(desk.deskState, DU, IBM.conId, px(181), 'the test')).toMatchObject({ ok: false });
  expect(protectPosition(desk.deskState, DU, IBM.conId, px(179.004), 'the test').ok).toBe(true);
  const frame = desk.broker.frames.at(-1);
  expect(frame?.leg).toMatchObject({ leg: 'S', type: 'STP', side: 'SELL', quantity: units(100), stop: px(179.01), tif: 'GTC' });
  desk.openOrder(frame?.ref ?? expect.fail('no stop left'), 'PreSubmitted');
  expect(unprotectedOf(desk.deskState, position())).toBe(units(0));
  expect(exiting(desk.deskState, exitsOf(desk.deskState, position()))).toBe(units(100));
});

test('breakeven moves the stop to the average price, rounded to the side that loses less, and not through the market', () => {
  const { desk, stop } = heldBracket();
  expect(breakeven(desk.deskState, DU, IBM.conId, 'the test').ok).toBe(true);
  expect(desk.broker.changes.at(-1)).toMatchObject({ ref: stop, leg: { stop: px(180.02), quantity: units(100) } });
  desk.openOrder(stop, 'PreSubmitted', { stop: px(180.02) });
  desk.quote(179.5);
  expect(breakeven(desk.deskState, DU, IBM.conId, 'the test')).toMatchObject({ ok: false });
});

test('a close whose target does not go leaves the stop alone: what is held stays protected', () => {
  const { desk, target } = heldBracket();
  close(desk, 100);
  desk.wait(11_000);
  expect(cancelled(desk)).toEqual([target]);
  expect(unprotectedOf(desk.deskState, desk.held() ?? expect.fail('no position'))).toBe(units(0));
  expect(desk.alarms().some((text) => text.startsWith('Not closed:'))).toBe(true);
});

test('a close that gives up after its stop has gone says what is UNPROTECTED', () => {
  const { desk, target, stop } = heldBracket();
  close(desk, 100);
  desk.status(target, 'Cancelled');
  desk.disconnect();
  desk.status(stop, 'Cancelled');
  desk.wait(31_000);
  expect(closes(desk)).toEqual([]);
  expect(desk.stores.closings.size).toBe(0);
  expect(desk.alarms().at(-1)).toContain('UNPROTECTED 100 IBM');
});

test('a close whose exits go while the book is compared waits for it and leaves then, once', () => {
  const { desk, target, stop } = heldBracket();
  close(desk, 100);
  desk.status(target, 'Cancelled');
  startReconciliation(desk.deskState);
  desk.status(stop, 'Cancelled');
  expect(closes(desk)).toEqual([]);
  expect(desk.stores.closings.size).toBe(1);
  desk.ends();
  expect(closes(desk)).toEqual([['SELL', 'MKT', units(100)]]);
  expect(desk.stores.closings.size).toBe(0);
});

test('no exit is taken out of the way of a close that could not leave: without a connection, while the book is compared', () => {
  const { desk } = heldBracket();
  startReconciliation(desk.deskState);
  expect(close(desk, 100)).toMatchObject({ ok: false });
  desk.ends();
  desk.disconnect();
  expect(close(desk, 100)).toMatchObject({ ok: false });
  expect([desk.broker.cancels, desk.broker.changes, closes(desk)]).toEqual([[], [], []]);
});

test('a stop that IB does not shrink is not cancelled for it: the close gives up and the stop covers all of it', () => {
  const { desk, target, stop } = heldBracket();
  close(desk, 50);
  desk.openOrder(target, 'Submitted', { quantity: units(50) });
  const { orderId, clientId } = desk.broker.frameOf(stop);
  const notice = { code: 105, id: orderId, clientId, text: 'no', severity: 'error', disposition: 'refused-change', orderId } as const;
  desk.news({ kind: 'notice', notice });
  expect(desk.order(stop).state).toBe('ACCEPTED');
  desk.wait(11_000);
  expect([desk.broker.cancels, closes(desk)]).toEqual([[], []]);
  expect(unprotectedOf(desk.deskState, desk.held() ?? expect.fail('no position'))).toBe(units(0));
});

test('a target that IB does not shrink goes instead: a position can do without it', () => {
  const { desk, target } = heldBracket();
  close(desk, 50);
  const { orderId, clientId } = desk.broker.frameOf(target);
  const notice = { code: 105, id: orderId, clientId, text: 'no', severity: 'error', disposition: 'refused-change', orderId } as const;
  desk.news({ kind: 'notice', notice });
  desk.wait(500);
  expect(cancelled(desk)).toEqual([target]);
});

test('a position with an exit of another program in the way is not closed from here', () => {
  const desk = heldBare();
  desk.news({
    kind: 'open-order',
    order: manualOrder({ side: 'SELL', quantity: units(60), clientId: 9 as ClientId, orderId: 4 as OrderId }),
  });
  expect(close(desk, 100)).toMatchObject({ ok: false });
  expect(close(desk, 50)).toMatchObject({ ok: false });
  expect(close(desk, 25).ok).toBe(true);
  expect(closes(desk)).toEqual([['SELL', 'MKT', units(25)]]);
});

test('a close waits for the answer to a change of an exit, even when the new terms would fit', () => {
  const { desk, target, stop } = heldBracket();
  desk.status(target, 'Cancelled');
  changeOrder(desk.deskState, desk.order(stop), { quantity: units(50) }, 'the test');
  expect(close(desk, 50).ok).toBe(true);
  expect(closes(desk)).toEqual([]);
  desk.openOrder(stop, 'PreSubmitted', { quantity: units(50) });
  expect(closes(desk)).toEqual([['SELL', 'MKT', units(50)]]);
});

test('two closes that the same news sets free leave once each', () => {
  const desk = new CoreDesk();
  desk.started([IBM, BAC]);
  desk.rules = { ...desk.rules, limits: { ...desk.rules.limits, ordersPerSecond: 100, ordersPerSecondPerSymbol: 100 } };
  desk.wait(16_000);
  desk.ends();
  const stops: OrderRef[] = [];
  for (const contract of [IBM, BAC]) {
    desk.quote(180, contract);
    boughtByHand(desk, contract);
    protectPosition(desk.deskState, DU, contract.conId, px(179), 'the test');
    const { ref } = desk.broker.frames.at(-1) ?? expect.fail('no stop left');
    desk.openOrder(ref, 'PreSubmitted');
    desk.status(ref, 'Inactive');
    stops.push(ref);
  }
  for (const contract of [IBM, BAC]) expect(closePosition(desk.deskState, DU, contract.conId, 50, 'the test').ok).toBe(true);
  expect(desk.stores.closings.size).toBe(2);
  startReconciliation(desk.deskState);
  for (const ref of stops) desk.status(ref, 'Cancelled');
  expect(closes(desk)).toEqual([]);
  desk.ends();
  expect(closes(desk)).toEqual([
    ['SELL', 'MKT', units(50)],
    ['SELL', 'MKT', units(50)],
  ]);
  expect(new Set(desk.broker.frames.map(({ ref }) => ref)).size).toBe(desk.broker.frames.length);
  expect(desk.alarms().some((text) => text.includes('nothing was sent'))).toBe(false);
});

function boughtByHand(desk: CoreDesk, contract: Contract): void {
  const execution = {
    execId: `0x${contract.conId}.1.01` as ExecId,
    account: DU,
    conId: contract.conId,
    side: 'BUY',
    quantity: units(100),
    price: px(180),
    cumQuantity: units(100),
    avgPrice: px(180),
    orderId: -7 as OrderId,
    permId: (70 + contract.conId) as PermId,
    clientId: 0 as ClientId,
    time: '',
    at: desk.clock.now(),
  } as const;
  desk.news({ kind: 'execution', contract, live: true, execution });
  desk.position(100, contract);
}

test('a close that waited for a message slot is measured again as it leaves: what was sold meanwhile is not sold twice', () => {
  const { desk, target, stop } = heldBracket();
  desk.status(target, 'Cancelled');
  desk.status(stop, 'Cancelled');
  desk.broker.mode = 'queue';
  expect(close(desk, 100).ok).toBe(true);
  soldByHand(desk, 30, 70);
  desk.broker.mode = 'wire';
  desk.broker.releaseWaiting();
  expect(closes(desk)).toEqual([]);
  expect(desk.broker.gateAnswers.at(-1)).toContain('would turn it around');
  expect(desk.alarms().some((text) => text.startsWith('Not sent: SELL IBM.') && text.includes('UNPROTECTED 70'))).toBe(true);
});

test('a close that waits for its message slot holds back none of the other side: what a person has turned around can be closed', () => {
  const desk = heldBare();
  desk.broker.mode = 'queue';
  expect(close(desk, 100).ok).toBe(true);
  soldByHand(desk, 150, -50);
  desk.broker.mode = 'wire';
  expect(close(desk, 100).ok).toBe(true);
  expect(closes(desk)).toEqual([['BUY', 'MKT', units(50)]]);
  desk.broker.releaseWaiting();
  expect(closes(desk)).toEqual([['BUY', 'MKT', units(50)]]);
});
