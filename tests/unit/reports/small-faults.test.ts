import { expect, test } from 'vitest';
import { cancelOrders } from '#core/execution/cancel';
import type { ClientId, OrderId, OrderKey, PermId } from '#domain/ids';
import { amountOf } from '#domain/money';
import { units } from '#domain/quantity';
import { CoreDesk } from '../../support/core/desk.ts';
import { manualOrder } from '../../support/core/fixtures.ts';
import { px } from '../../support/core/trigger-fixtures.ts';
import { tell } from '../../support/core/told.ts';

/** Behaviour that drawn faults of this room showed to be held by no test. */

const LIMIT = { entry: { type: 'LMT', limit: px(180) } } as const;
const DAY = 24 * 3_600_000;

function working() {
  const desk = new CoreDesk();
  const { entry } = desk.fired(LIMIT);
  desk.openOrder(entry);
  return { desk, entry };
}

/** How many commits of this name the desk has made. */
function commits(desk: CoreDesk, name: string): number {
  return desk.journal.records.filter((record) => record.name === name).length;
}

test('an execution that is told twice is booked once, and nothing is called a correction', () => {
  const { desk, entry } = working();
  const told = desk.fill(entry, 40, 180);
  desk.fill(entry, 40, 180, told);
  desk.fill(entry, 40, 180, told, false);
  expect([commits(desk, 'fill'), desk.order(entry).filled, desk.held()?.quantity]).toEqual([1, units(40), units(40)]);
  expect(desk.alarms().filter((text) => text.includes('corrected'))).toEqual([]);
});

test('the commission of a fill is counted once, and a corrected one replaces it', () => {
  const { desk, entry } = working();
  const { execId } = desk.fill(entry, 40, 180);
  const other = desk.fill(entry, 60, 180);
  const report = (of: typeof execId, commission: number): void =>
    desk.news({ kind: 'commission', execId: of, commission: amountOf(commission), currency: 'USD', realizedPnl: undefined });
  report(execId, 1);
  report(other.execId, 2);
  report(execId, 1.5);
  report(execId, 1.5);
  expect([desk.held()?.commission, commits(desk, 'commission')]).toEqual([amountOf(3.5), 3]);
});

test('a listing that says what the desk has is committed once', () => {
  const { desk, entry } = working();
  const before = commits(desk, 'order.open');
  desk.openOrder(entry);
  desk.openOrder(entry);
  expect(commits(desk, 'order.open')).toBe(before);
});

test('a cancel that somebody gave in TWS is over when IB lists the order as working', () => {
  const { desk, entry } = working();
  desk.status(entry, 'PendingCancel');
  expect(desk.order(entry).state).toBe('PENDING_CANCEL');
  desk.openOrder(entry);
  expect(desk.order(entry).state).toBe('ACCEPTED');
});

test('a cancel of this desk that IB refused is over when IB lists the order as working, and not before', () => {
  const { desk, entry } = working();
  cancelOrders(desk.deskState, [desk.order(entry)], 'the test');
  desk.openOrder(entry);
  expect(desk.order(entry).state).toBe('PENDING_CANCEL');
  tell(desk, 10148, 'OrderId 100 that needs to be cancelled cannot be cancelled');
  desk.openOrder(entry);
  expect(desk.order(entry).state).toBe('ACCEPTED');
});

test('the number that orderBound tells again changes nothing; that of another client does', () => {
  const { desk, entry } = working();
  const { orderId, permId } = desk.order(entry);
  const bound = (clientId: number, number = orderId): void =>
    desk.news({
      kind: 'order-bound',
      permId: permId ?? expect.fail('no permId'),
      clientId: clientId as ClientId,
      orderId: number ?? expect.fail('no number'),
    });
  bound(2);
  expect(commits(desk, 'order.bound')).toBe(0);
  bound(0);
  expect(desk.order(entry)).toMatchObject({ orderId, clientId: 0 });
  bound(0, -9 as OrderId);
  expect(desk.order(entry)).toMatchObject({ orderId: -9, clientId: 0 });
  expect(commits(desk, 'order.bound')).toBe(2);
});

test.each([
  ['PreSubmitted', 'ACCEPTED'],
  ['Submitted', 'ACCEPTED'],
  ['PendingSubmit', 'SUBMITTED'],
  ['PendingCancel', 'PENDING_CANCEL'],
  ['Inactive', 'INACTIVE'],
  ['Filled', 'ACCEPTED'],
  ['NeverHeardOf', 'UNKNOWN'],
] as const)('an order that the desk did not send and that IB lists as %s is %s', (ibStatus, state) => {
  const desk = new CoreDesk().started();
  desk.news({ kind: 'open-order', order: manualOrder({ orderId: -3 as OrderId, permId: 555 as PermId, ibStatus }) });
  expect(desk.order('perm:555' as OrderKey)).toMatchObject({ state, ibStatus });
});

test.each([
  [4.5 * DAY, 'CANCELLED'],
  [5 * DAY + 60_000, 'EXPIRED'],
] as const)('an order of the day that was held through %i ms without a session and that IB ends is %s', (ms, state) => {
  // Thursday evening before a long weekend: a contract that is never open as far as the desk knows.
  const desk = new CoreDesk();
  const { entry } = desk.fired(LIMIT);
  desk.openOrder(entry);
  const closed = Array.from({ length: 7 }, (_, day) => `201310${String(8 + day).padStart(2, '0')}:CLOSED`).join(';');
  const details = desk.deskState.details.get(desk.order(entry).contract.conId) ?? expect.fail('no details');
  desk.core.learn({ ...details, timeZoneId: 'US/Eastern', tradingHours: closed, liquidHours: closed });
  desk.deskState.exchange.server((desk.clock.now() + ms) / 1_000, 0);
  desk.status(entry, 'Cancelled');
  expect(desk.order(entry).state).toBe(state);
});

test('an order that a code refuses and that a list does not name is rejected with an alarm', () => {
  const { desk, entry } = working();
  tell(desk, 201, 'Order rejected - reason:no');
  expect(desk.order(entry).state).toBe('ACCEPTED');
  desk.end('open-orders');
  expect(desk.order(entry).state).toBe('REJECTED');
  expect(desk.alarms().filter((text) => text.startsWith('Rejected by IB: BUY IBM'))).toHaveLength(1);
});
