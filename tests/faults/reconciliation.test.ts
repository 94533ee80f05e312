import { expect, test } from 'vitest';
import type { ClientId, OrderId, OrderKey, OrderRef, PermId } from '#domain/ids';
import { units } from '#domain/quantity';
import { CoreDesk } from '../support/core/desk.ts';
import { manualOrder } from '../support/core/fixtures.ts';
import { earlier, earlierFill, REF, restartedWithDraft, TRIGGER } from '../support/core/earlier-run.ts';
import { BAC, IBM } from '../support/core/trigger-fixtures.ts';
import { compare } from '../support/core/told.ts';

function places(desk: CoreDesk): readonly string[] {
  return desk.broker.left.filter((what) => what !== 'reconcile');
}

test('R-01: nothing here and nothing at the broker: the book is clean and arming is allowed', () => {
  const desk = new CoreDesk().started();
  expect({
    reconciled: desk.deskState.reconciliation.done(),
    orders: desk.stores.orders.size,
    positions: desk.stores.positions.size,
    alarms: desk.alarms(),
  }).toEqual({ reconciled: true, orders: 0, positions: 0, alarms: [] });
  desk.quote(179.9);
  expect(desk.trigger(desk.arm()).life).toBe('armed');
});

test('R-02: a working order of an earlier run is taken up under its reference, tied to its trigger, which stays disarmed', () => {
  const desk = restartedWithDraft();
  desk.news({ kind: 'open-order', order: earlier(REF) });
  desk.ends();
  expect(desk.order(REF)).toMatchObject({
    key: REF,
    ref: REF,
    state: 'ACCEPTED',
    origin: 'trigger',
    triggerId: TRIGGER,
    leg: 'E',
    permId: 501,
  });
  expect(desk.deskState.index.exposed().map((order) => order.key)).toEqual([REF]);
  expect(desk.trigger(TRIGGER)).toMatchObject({ life: 'fired', gen: 3 });
  expect(desk.deskState.registry.size).toBe(0);
  expect(places(desk)).toEqual([]);
});

test('R-03: orders of people and of other programs are counted and never touched', () => {
  const desk = restartedWithDraft();
  desk.news({ kind: 'open-order', order: manualOrder({ permId: 61 as PermId, orderId: 0 as OrderId }) });
  desk.news({ kind: 'open-order', order: manualOrder({ permId: 62 as PermId, clientId: 7 as ClientId, orderId: 3 as OrderId }) });
  desk.ends();
  desk.wait(120_000);
  expect(['perm:61', 'perm:62'].map((key) => desk.order(key as OrderKey).origin)).toEqual(['manual', 'foreign']);
  expect(desk.deskState.index.exposed().map((order) => order.key)).toEqual(['perm:61', 'perm:62']);
  expect(places(desk)).toEqual([]);
});

test('R-08: an order that filled in part and was cancelled while the desk was away keeps its part', () => {
  const desk = new CoreDesk();
  const { entry } = desk.fired();
  desk.openOrder(entry);
  desk.disconnect();
  desk.connect();
  desk.news({ kind: 'completed-order', order: desk.completedOf(entry, 'Cancelled'), completedStatus: 'Cancelled by Trader' });
  desk.fill(entry, 30, 180.03, {}, false);
  desk.position(30);
  desk.ends();
  expect(desk.order(entry)).toMatchObject({ state: 'CANCELLED', filled: units(30), quantity: units(100) });
  expect(desk.held()).toMatchObject({ quantity: units(30), brokerQuantity: units(30) });
});

test('R-08: so it is when the executions come before the list, and for an order of an earlier run', () => {
  const desk = restartedWithDraft();
  desk.news({ kind: 'execution', execution: earlierFill(REF, 30), contract: IBM, live: false });
  desk.news({
    kind: 'completed-order',
    order: earlier(REF, { orderId: 0 as OrderId, clientId: 0 as ClientId, ibStatus: 'Cancelled' }),
    completedStatus: 'Cancelled by Trader',
  });
  desk.position(30, IBM, 170);
  desk.ends();
  expect(desk.order(REF)).toMatchObject({ state: 'CANCELLED', filled: units(30), quantity: units(100) });
  expect(desk.held()).toMatchObject({ quantity: units(30), brokerQuantity: units(30) });
});

test('R-12: an order that worked here and is completed as cancelled there is CANCELLED', () => {
  const desk = new CoreDesk();
  const { entry } = desk.fired();
  desk.openOrder(entry);
  desk.disconnect();
  desk.wait(60_000);
  desk.connect();
  desk.news({ kind: 'completed-order', order: desk.completedOf(entry, 'Cancelled'), completedStatus: 'Cancelled by Trader' });
  desk.ends();
  expect(desk.order(entry)).toMatchObject({ state: 'CANCELLED', filled: 0, orderId: 100, permId: 1_000_100 });
  expect(desk.deskState.index.exposed()).toEqual([]);
});

test('R-15: a position of the opposite sign pauses the desk with an alarm', () => {
  const desk = new CoreDesk();
  const { entry } = desk.fired();
  desk.fills(entry, 100, 180.02);
  compare(desk, -100);
  compare(desk, -100);
  expect(desk.state).toBe('PAUSED');
  expect(desk.alarms().filter((text) => text.includes('The desk holds 100 IBM, the broker -100'))).toHaveLength(1);
});

test('R-16: what a listing says twice, and says again, changes nothing more', () => {
  const desk = new CoreDesk();
  const { entry } = desk.fired();
  desk.openOrder(entry);
  desk.status(entry, 'Submitted');
  const { digest } = desk.commits;
  for (let i = 0; i < 5; i += 1) {
    desk.openOrder(entry);
    desk.status(entry, 'Submitted');
  }
  expect(desk.commits.digest).toBe(digest);
});

test('R-23: a reconciliation that runs twice, and one into live fills, leads to the same book as one', () => {
  const tellAll = (desk: CoreDesk, entry: OrderRef): void => {
    desk.openOrder(entry, 'Submitted');
    desk.fill(entry, 40, 180.03, { execId: 'x.1.01' as never, cumQuantity: units(40) }, false);
  };
  const book = (desk: CoreDesk, entry: OrderRef) => ({
    order: { state: desk.order(entry).state, filled: desk.order(entry).filled },
    fills: desk.fillsBooked().map(({ execId, quantity }) => [execId, quantity]),
    held: desk.held()?.quantity,
    corrections: desk.alarms().filter((text) => text.includes('corrected')),
  });
  const once = new CoreDesk();
  const { entry } = once.fired();
  once.disconnect();
  once.connect();
  tellAll(once, entry);
  once.ends();
  once.fill(entry, 60, 180.04, { execId: 'x.2.01' as never });

  const twice = new CoreDesk();
  const { entry: same } = twice.fired();
  twice.disconnect();
  twice.connect();
  tellAll(twice, same);
  twice.fill(same, 60, 180.04, { execId: 'x.2.01' as never });
  tellAll(twice, same);
  twice.ends();
  twice.upstream('down');
  twice.upstream('up');
  tellAll(twice, same);
  twice.fill(same, 60, 180.04, { execId: 'x.2.01' as never }, false);
  twice.ends();
  expect(book(twice, same)).toEqual(book(once, entry));
  expect(book(once, entry)).toEqual({
    order: { state: 'FILLED', filled: units(100) },
    fills: [
      ['x.1.01', units(40)],
      ['x.2.01', units(60)],
    ],
    held: units(100),
    corrections: [],
  });
});

test('R-26: a reference that TWS cut or dropped makes a stranger of an order, unless its permId is known', () => {
  const desk = restartedWithDraft();
  desk.news({ kind: 'open-order', order: earlier('TD1-AAAA' as OrderRef, { permId: 71 as PermId, orderId: 51 as OrderId }) });
  desk.news({ kind: 'open-order', order: earlier('' as OrderRef, { permId: 72 as PermId, orderId: 52 as OrderId }) });
  desk.ends();
  expect(['perm:71', 'perm:72'].map((key) => [desk.order(key as OrderKey).origin, desk.order(key as OrderKey).triggerId])).toEqual([
    ['foreign', undefined],
    ['foreign', undefined],
  ]);

  const known = new CoreDesk();
  const { entry } = known.fired();
  known.openOrder(entry);
  known.news({ kind: 'open-order', order: known.openOrderOf(entry, 'Submitted', { orderRef: '' as OrderRef, orderId: 0 as OrderId }) });
  expect([...known.stores.orders.keys()]).toEqual([entry]);
  expect(known.order(entry)).toMatchObject({ state: 'ACCEPTED', orderId: 100 });
});

test('O-45: an order that IB itself cancelled, after months or a corporate action, is found by the next comparison and told', () => {
  const desk = restartedWithDraft();
  const gtc = earlier(REF, { tif: 'GTC', contract: BAC });
  desk.news({ kind: 'open-order', order: gtc });
  desk.ends();
  expect(desk.order(REF)).toMatchObject({ state: 'ACCEPTED', tif: 'GTC' });
  desk.disconnect();
  desk.connect();
  desk.news({
    kind: 'completed-order',
    order: { ...gtc, orderId: 0 as OrderId, clientId: 0 as ClientId, ibStatus: 'Cancelled' },
    completedStatus: 'Cancelled by System',
  });
  desk.ends();
  expect(desk.order(REF).state).toBe('CANCELLED');
  expect(desk.logs.some(({ text }) => text === 'Order cancelled: BUY BAC')).toBe(true);
});
