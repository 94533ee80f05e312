import { expect, test } from 'vitest';
import type { ClientId, ExecId, OrderId, OrderKey, OrderRef, PermId } from '#domain/ids';
import { units } from '#domain/quantity';
import { CoreDesk } from '../../support/core/desk.ts';
import { manualOrder } from '../../support/core/fixtures.ts';
import { earlier, earlierFill, REF } from '../../support/core/earlier-run.ts';
import { IBM, px } from '../../support/core/trigger-fixtures.ts';

test('an order answered before its own sending was written down is not left behind in SUBMITTED', () => {
  const desk = new CoreDesk();
  const id = desk.waiting();
  desk.broker.mode = 'queue';
  desk.quote(180.02);
  const ref = desk.ref(id);
  const early = { ...manualOrder({ orderId: 300 as OrderId, clientId: 2 as ClientId, permId: 9 as PermId }), orderRef: ref, type: 'MKT' };
  desk.news({ kind: 'open-order', order: early });
  desk.news({ kind: 'order-sent', legs: [{ ref, orderId: 300 as OrderId, clientId: 2 as ClientId }], at: 0 });
  desk.news({ kind: 'open-order', order: early });
  expect(desk.order(ref)).toMatchObject({ state: 'ACCEPTED', orderId: 300, permId: 9 });
});

test('an order denied here that IB knows all the same is alive and counts as exposure', () => {
  const desk = new CoreDesk();
  const id = desk.waiting();
  desk.broker.mode = 'refuse';
  desk.quote(180.02);
  const ref = desk.ref(id);
  expect(desk.order(ref).state).toBe('DENIED');
  desk.news({
    kind: 'open-order',
    order: { ...manualOrder({ orderId: 300 as OrderId, clientId: 2 as ClientId, permId: 9 as PermId }), orderRef: ref },
  });
  expect(desk.order(ref).state).toBe('ACCEPTED');
  expect(desk.deskState.index.exposed().map((order) => order.key)).toContain(ref);
  expect(desk.alarms().some((text) => text.includes('it is alive'))).toBe(true);
});

// Identity

test('an order id used again in another session is not taken for the old order (I-23, R-19)', () => {
  const desk = new CoreDesk();
  const { entry } = desk.fired();
  desk.openOrder(entry);
  const stranger = manualOrder({ orderId: 100 as OrderId, clientId: 2 as ClientId, permId: 42 as PermId, side: 'SELL' });
  desk.news({ kind: 'open-order', order: stranger });
  expect(desk.order(entry)).toMatchObject({ permId: 1_000_100, side: 'BUY', state: 'ACCEPTED' });
  desk.news({
    kind: 'order-status',
    status: { ...desk.statusOf(entry, 'Cancelled'), permId: 42 as PermId },
  });
  expect(desk.order(entry).state).toBe('ACCEPTED');
  expect(desk.order('perm:42' as OrderKey)).toMatchObject({ side: 'SELL', state: 'CANCELLED' });
  desk.fill(entry, 100, 180, { permId: 42 as PermId, side: 'SELL', orderRef: undefined as never });
  expect(desk.order(entry).filled).toBe(0);
});

test('a second order under the same reference is kept apart and alarmed (K-23)', () => {
  const desk = new CoreDesk();
  const { entry } = desk.fired();
  desk.openOrder(entry);
  desk.news({
    kind: 'open-order',
    order: desk.openOrderOf(entry, 'Submitted', { permId: 43 as PermId, orderId: 7 as OrderId, clientId: 0 as ClientId }),
  });
  expect(desk.order(entry)).toMatchObject({ orderId: 100, permId: 1_000_100 });
  expect(desk.order('perm:43' as OrderKey)).toMatchObject({ orderId: 7, state: 'ACCEPTED' });
  expect(desk.alarms().some((text) => text.includes('Two orders carry the reference'))).toBe(true);
  desk.fill(entry, 100, 180, { permId: 43 as PermId });
  expect(desk.order(entry).filled).toBe(0);
  expect(desk.order('perm:43' as OrderKey).filled).toBe(units(100));
});

test('permId 0 is no identity: two manual orders without ids stay two, an own order is upgraded once', () => {
  const desk = new CoreDesk();
  const { entry } = desk.fired();
  desk.openOrder(entry, 'PendingSubmit', { permId: 0 as PermId });
  expect(desk.order(entry).permId).toBeUndefined();
  desk.status(entry, 'Submitted');
  expect(desk.order(entry)).toMatchObject({ permId: 1_000_100, state: 'ACCEPTED' });
  desk.status(entry, 'Submitted', 0, { permId: 0 as PermId });
  expect(desk.order(entry).permId).toBe(1_000_100);
  desk.news({ kind: 'open-order', order: manualOrder({ orderId: 0 as OrderId, permId: 71 as PermId }) });
  desk.news({ kind: 'open-order', order: manualOrder({ orderId: 0 as OrderId, permId: 72 as PermId, side: 'SELL' }) });
  expect([desk.order('perm:71' as OrderKey).side, desk.order('perm:72' as OrderKey).side]).toEqual(['BUY', 'SELL']);
});

test('a whatIf answer is no order', () => {
  const desk = new CoreDesk().started();
  desk.news({ kind: 'open-order', order: manualOrder({ whatIf: true }) });
  expect([...desk.stores.orders.keys()]).toEqual([]);
});

// What came before this run

test('an execution before its order is joined when the order comes (R-17)', () => {
  const desk = new CoreDesk();
  desk.core.start();
  desk.connect();
  desk.news({
    kind: 'execution',
    live: false,
    contract: IBM,
    execution: earlierFill(REF, 40, { execId: 'e.1.01' as ExecId }),
  });
  desk.news({ kind: 'open-order', order: earlier(REF) });
  expect(desk.order(REF)).toMatchObject({
    state: 'PARTIALLY_FILLED',
    filled: units(40),
    avgFillPrice: px(170),
    origin: 'trigger',
    triggerId: 'AAAAAAAA',
  });
  expect(desk.fillsBooked()[0]?.orderKey).toBe(REF);
});

test.each([
  ['Filled', '', 'FILLED'],
  ['Cancelled', '', 'CANCELLED'],
  ['Inactive', '', 'REJECTED'],
  ['', 'Filled Size: 100', 'FILLED'],
  ['', 'Cancelled by Trader', 'CANCELLED'],
] as const)('a completed order of an earlier run (%s %s) does not work: %s (R-04)', (ibStatus, completedStatus, state) => {
  const desk = new CoreDesk();
  desk.core.start();
  desk.connect();
  const ref = 'TD1-AAAAAAAA-3-1-E' as OrderRef;
  desk.news({
    kind: 'completed-order',
    order: { ...manualOrder({ orderId: 0 as OrderId, permId: 88 as PermId, ibStatus }), orderRef: ref },
    completedStatus,
  });
  desk.ends();
  expect(desk.order(ref).state).toBe(state);
  expect(desk.deskState.index.workingCount()).toBe(0);
});

test('an own order that filled while the desk was away: FILLED, and the fill is in the position once (R-07, R-11)', () => {
  const desk = new CoreDesk();
  const { entry } = desk.fired();
  desk.disconnect();
  expect(desk.order(entry).state).toBe('UNKNOWN');
  desk.connect();
  desk.news({ kind: 'completed-order', order: desk.completedOf(entry, 'Filled'), completedStatus: 'Filled Size: 100' });
  desk.fill(entry, 100, 180.04, {}, false);
  desk.position(100);
  desk.ends();
  expect(desk.order(entry)).toMatchObject({ state: 'FILLED', filled: units(100), orderId: 100 });
  expect(desk.held()).toMatchObject({ quantity: units(100), brokerQuantity: units(100) });
});

test('an order completed as Filled whose executions IB no longer tells ends with an alarm (R-29)', () => {
  const desk = new CoreDesk();
  const { entry } = desk.fired();
  desk.disconnect();
  desk.connect();
  desk.news({ kind: 'completed-order', order: desk.completedOf(entry, 'Filled'), completedStatus: '' });
  desk.ends();
  expect(desk.order(entry)).toMatchObject({ state: 'FILLED', filled: 0 });
  expect(desk.alarms().some((text) => text.includes('no longer tells its executions'))).toBe(true);
});

test('the quantity TWS reports after a manual change is taken over; filled plus remaining stays the quantity', () => {
  const desk = new CoreDesk();
  const { entry } = desk.fired();
  desk.openOrder(entry);
  desk.openOrder(entry, 'Submitted', { quantity: units(50) });
  desk.fill(entry, 50, 180.02);
  expect(desk.order(entry)).toMatchObject({ quantity: units(50), filled: units(50), state: 'FILLED' });
});
