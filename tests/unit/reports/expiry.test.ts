import { expect, test } from 'vitest';
import { cancelOrders } from '#core/execution/cancel';
import type { ClientId, OrderId, OrderRef } from '#domain/ids';
import { units } from '#domain/quantity';
import { goodTillOf } from '#tws/order/good-till-date';
import { tell } from '../../support/core/told.ts';
import { CoreDesk } from '../../support/core/desk.ts';
import { earlier } from '../../support/core/earlier-run.ts';
import { px } from '../../support/core/trigger-fixtures.ts';

/** IB ends an order of the day with the word Cancelled and without a code. The desk's clock begins at 10:30 New York. */

const HOUR = 3_600_000;
const TO_THE_CLOSE = 5.5 * HOUR;

/** A limit order of the day that works at the broker. */
function working(tif: 'DAY' | 'GTC' = 'DAY'): { readonly desk: CoreDesk; readonly entry: OrderRef } {
  const desk = new CoreDesk();
  const { entry } = desk.fired({ entry: { type: 'LMT', limit: px(180) }, tif });
  desk.openOrder(entry, 'Submitted', { tif });
  return { desk, entry };
}

/** Hours later, without the timer's half seconds between. */
function later(desk: CoreDesk, ms: number): void {
  desk.deskState.exchange.server((desk.clock.now() + ms) / 1_000, 0);
}

test('an order of the day that IB ends at the close without a cancel has expired, and the operator reads it so', () => {
  const { desk, entry } = working();
  later(desk, TO_THE_CLOSE);
  desk.openOrder(entry, 'Cancelled');
  desk.status(entry, 'Cancelled');
  expect(desk.order(entry)).toMatchObject({ state: 'EXPIRED', ibStatus: 'Cancelled' });
  expect(desk.deskState.index.exposed()).toEqual([]);
  expect(desk.logs.filter(({ text }) => text.startsWith('Order expired: BUY IBM'))).toHaveLength(1);
});

test.each([
  ['an hour before the close', 'DAY', TO_THE_CLOSE - HOUR, 'CANCELLED'],
  ['good till cancelled', 'GTC', TO_THE_CLOSE, 'CANCELLED'],
  ['seconds before the desk’s clock has come to the close', 'DAY', TO_THE_CLOSE - 3_000, 'EXPIRED'],
  ['two days later', 'DAY', 48 * HOUR, 'EXPIRED'],
] as const)('cancelled by IB, %s: an order that is %s … %i ms on is %s', (_when, tif, ms, state) => {
  const { desk, entry } = working(tif);
  later(desk, ms);
  desk.status(entry, 'Cancelled');
  expect(desk.order(entry).state).toBe(state);
});

test('a cancel that was asked for, or that IB announced with 202, is one also at the close', () => {
  const asked = working();
  later(asked.desk, TO_THE_CLOSE);
  cancelOrders(asked.desk.deskState, [asked.desk.order(asked.entry)], 'the test');
  asked.desk.status(asked.entry, 'Cancelled');
  const announced = working();
  later(announced.desk, TO_THE_CLOSE);
  tell(announced.desk, 202, 'Order Canceled - reason:');
  announced.desk.status(announced.entry, 'Cancelled');
  expect([asked.desk.order(asked.entry).state, announced.desk.order(announced.entry).state]).toEqual(['CANCELLED', 'CANCELLED']);
});

test('a cancel of an order lost sight of is one too, when IB answers it after the close, whatever its row says', () => {
  const { desk, entry } = working();
  desk.disconnect();
  desk.connect();
  desk.ends();
  expect(desk.order(entry).state).toBe('UNKNOWN');
  cancelOrders(desk.deskState, [desk.order(entry)], 'the test');
  expect(desk.order(entry).note).not.toContain('cancel');
  later(desk, TO_THE_CLOSE);
  desk.status(entry, 'Cancelled');
  expect(desk.order(entry).state).toBe('CANCELLED');
});

test('a cancel of a bracket that TWS may hold untransmitted explains its end as well', () => {
  const { desk, entry } = working();
  const { key } = desk.order(entry);
  desk.deskState.bracketCancels.set(key, { epoch: desk.epoch, at: desk.clock.now(), answered: false });
  later(desk, TO_THE_CLOSE);
  desk.status(entry, 'Cancelled');
  expect(desk.order(entry).state).toBe('CANCELLED');
});

test('a cancel that IB refused explains no later end: the order lived on and expired', () => {
  const { desk, entry } = working();
  cancelOrders(desk.deskState, [desk.order(entry)], 'the test');
  tell(desk, 10148, 'OrderId that needs to be cancelled can not be cancelled, state: Submitted');
  desk.openOrder(entry, 'Submitted');
  expect(desk.order(entry).state).toBe('ACCEPTED');
  later(desk, TO_THE_CLOSE);
  desk.status(entry, 'Cancelled');
  expect(desk.order(entry).state).toBe('EXPIRED');
});

test('what the completed orders say in words decides, whatever the clock says', () => {
  const says = (completedStatus: string): string => {
    const { desk, entry } = working();
    desk.disconnect();
    later(desk, TO_THE_CLOSE);
    desk.connect();
    desk.news({ kind: 'completed-order', order: desk.completedOf(entry, 'Cancelled'), completedStatus });
    desk.ends();
    return desk.order(entry).state;
  };
  expect([says('Expired'), says('Cancelled by Trader')]).toEqual(['EXPIRED', 'CANCELLED']);
  const desk = new CoreDesk({ startAfter: 500 });
  desk.core.start();
  desk.connect();
  const ref = 'TD1-AAAAAAAA-3-1-E' as OrderRef;
  const order = earlier(ref, { ibStatus: 'Cancelled', orderId: 0 as OrderId, clientId: 0 as ClientId });
  desk.news({ kind: 'completed-order', order, completedStatus: 'Expired' });
  desk.ends();
  expect(desk.order(ref).state).toBe('EXPIRED');
});

test('an order with a date expires when that has come', () => {
  const ends = (hours: number): string => {
    const { desk, entry } = working();
    const ref = 'TD1-AAAAAAAA-3-1-E' as OrderRef;
    const goodTill = desk.clock.now() + 48 * HOUR;
    const order = earlier(ref, { tif: 'GTD', goodTill });
    desk.news({ kind: 'open-order', order });
    later(desk, hours * HOUR);
    desk.news({ kind: 'open-order', order: { ...order, ibStatus: 'Cancelled' } });
    expect(desk.order(entry).state).toBe('ACCEPTED');
    return desk.order(ref).state;
  };
  expect([ends(47), ends(48)]).toEqual(['CANCELLED', 'EXPIRED']);
});

test('an order of an earlier day that IB lists nowhere has expired, and the operator is told to look', () => {
  const { desk, entry } = working();
  desk.disconnect();
  later(desk, 24 * HOUR);
  desk.connect();
  desk.ends();
  expect(desk.order(entry).state).toBe('EXPIRED');
  expect(desk.alarms().filter((text) => text.includes('nobody told its end'))).toHaveLength(1);
});

test('it has not when the broker’s position differs, for that could be its fill; nor when it is of today', () => {
  const differs = working();
  differs.desk.disconnect();
  later(differs.desk, 24 * HOUR);
  differs.desk.connect();
  differs.desk.position(100);
  differs.desk.ends();
  const today = working();
  today.desk.disconnect();
  later(today.desk, TO_THE_CLOSE);
  today.desk.connect();
  today.desk.ends();
  expect([differs.desk.order(differs.entry).state, today.desk.order(today.entry).state]).toEqual(['UNKNOWN', 'UNKNOWN']);
});

test('a fill that comes after it expired is booked, and alarmed', () => {
  const { desk, entry } = working();
  later(desk, TO_THE_CLOSE);
  desk.status(entry, 'Cancelled');
  desk.fill(entry, 100, 180);
  expect(desk.order(entry)).toMatchObject({ state: 'FILLED', filled: units(100) });
  expect(desk.alarms().length).toBeGreaterThan(0);
});

test.each([
  ['20261106 16:00:00 US/Eastern', Date.UTC(2026, 10, 6, 21)],
  ['20261106-21:00:00', Date.UTC(2026, 10, 6, 21)],
  ['20261106', Date.UTC(2026, 10, 6, 21)],
  ['20261106 15:30:20', Date.UTC(2026, 10, 6, 20, 30, 20)],
  ['20261106 16:00:00 Nowhere/Land', undefined],
  ['next week', undefined],
  ['', undefined],
] as const)('the date %s of an order is %s', (text, at) => {
  expect(goodTillOf(text)).toBe(at);
});
