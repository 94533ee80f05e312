import { expect, test } from 'vitest';
import { startReconciliation } from '#core/reconciliation/compare';
import { settleOrder } from '#core/reconciliation/unknown-orders';
import type { ClientId, OrderId, OrderKey, PermId } from '#domain/ids';
import { units } from '#domain/quantity';
import { heldBracket } from '../../support/core/bracket.ts';
import { CoreDesk } from '../../support/core/desk.ts';
import { manualOrder } from '../../support/core/fixtures.ts';
import { fillTold } from '../../support/core/held.ts';
import { BAC, IBM } from '../../support/core/trigger-fixtures.ts';

/** Behaviour that drawn faults of this room showed to be held by no test. */

test('an order that is gone from the book cannot be settled', () => {
  const desk = new CoreDesk().started();
  expect(settleOrder(desk.deskState, 'TD1-T9999999-1-1-E' as OrderKey, 0, 'the test')).toEqual({
    ok: false,
    error: { code: 'not-found', text: 'There is no such order.' },
  });
});

test('a position that is flat here and at the broker is written once, however many lists do not name it', () => {
  const { desk, stop, target } = heldBracket();
  fillTold(desk, 'execution, then status', stop, 100, 178.98);
  desk.status(target, 'Cancelled');
  const written = (): number => desk.journal.records.filter(({ name }) => name === 'positions.absent').length;
  for (let list = 0; list < 3; list += 1) {
    desk.wait(3_000);
    desk.end('positions');
  }
  expect([written(), desk.held()?.quantity, desk.held()?.brokerQuantity]).toEqual([1, units(0), units(0)]);
});

test('a broken market data farm makes the quotes of its contracts unusable until it is back, or no longer named', () => {
  const desk = new CoreDesk().started([IBM, BAC]);
  desk.quote(180);
  const fault = (): string | undefined => desk.deskState.board.fault(IBM.conId, { now: desk.clock.now(), maxAgeMs: 2_000 });
  const farm = (state: 'broken' | 'ok') => ({ name: 'usfarm', kind: 'market', state, since: desk.clock.now() }) as const;
  const told = (farms: readonly ReturnType<typeof farm>[]): void => desk.news({ kind: 'link', link: desk.link({ farms }) });
  expect(fault()).toBeUndefined();
  told([farm('broken')]);
  expect(fault()).toBe('farm-down');
  told([farm('broken')]);
  expect(fault()).toBe('farm-down');
  told([farm('ok')]);
  expect(fault()).toBeUndefined();
  told([farm('broken')]);
  told([]);
  expect(fault()).toBeUndefined();
});

test('a cancel of another program’s order is not repeated one by one, also when it is listed as working after it', () => {
  const desk = new CoreDesk().started();
  const theirs = manualOrder({ orderId: 9 as OrderId, permId: 909 as PermId, clientId: 2 as ClientId, orderRef: undefined as never });
  const { orderRef: _none, ...plain } = theirs;
  desk.news({ kind: 'open-order', order: plain });
  expect(desk.order('perm:909' as OrderKey).origin).toBe('foreign');
  desk.killBy('all', 'everything', 'cancel');
  expect([desk.broker.globalCancels, desk.broker.cancels]).toEqual([1, []]);
  desk.wait(15_000);
  startReconciliation(desk.deskState);
  desk.news({ kind: 'open-order', order: plain });
  desk.ends();
  expect([desk.order('perm:909' as OrderKey).state, desk.broker.cancels]).toEqual(['PENDING_CANCEL', []]);
});

test('a cancel that somebody gave in TWS is not made this desk’s own by a comparison', () => {
  const desk = new CoreDesk();
  const { entry } = desk.fired();
  desk.openOrder(entry);
  desk.status(entry, 'PendingCancel');
  desk.status(entry, 'Submitted');
  desk.wait(15_000);
  startReconciliation(desk.deskState);
  desk.fill(entry, 10, 180.02);
  desk.ends();
  expect([desk.order(entry).state, desk.broker.cancels]).toEqual(['PENDING_CANCEL', []]);
});

test('the global cancel of a kill leaves again over the next connection while nothing has shown that it came', () => {
  const desk = new CoreDesk();
  const { entry } = desk.fired();
  desk.openOrder(entry);
  desk.killBy('all', 'everything', 'cancel');
  expect(desk.broker.globalCancels).toBe(1);
  desk.disconnect();
  desk.connect();
  expect(desk.broker.globalCancels).toBe(2);
});

test('a lost connection pauses a desk that trades, makes its prices a baseline, and says so', () => {
  const desk = new CoreDesk();
  desk.waiting();
  expect(desk.state).toBe('SIGNAL_WAIT');
  desk.disconnect();
  expect([desk.state, desk.counter('connections lost'), desk.deskState.board.quote(IBM.conId)?.last]).toEqual(['PAUSED', 1, undefined]);
});
