import { expect, test } from 'vitest';
import { OrderIndex } from '#core/order/order-index';
import { OrdersOutCheck } from '#core/order/orders-out';
import type { ClientId, OrderId, OrderKey, OrderRef, PermId } from '#domain/ids';
import type { Order } from '#domain/order';
import { units } from '#domain/quantity';
import { leg, working } from '../../support/core/risk.ts';

const REF = 'TD1-T0000001-1-1-E' as OrderRef;
const OTHER = 'TD1-T0000002-1-1-E' as OrderRef;

function ours(more: Partial<Order> = {}): Order {
  return working({
    key: REF as string as OrderKey,
    ref: REF,
    orderId: 100 as OrderId,
    clientId: 2 as ClientId,
    permId: 9_001 as PermId,
    ...more,
  });
}

function named(more: { orderId?: number; clientId?: number; permId?: number; ref?: OrderRef }) {
  return {
    orderId: (more.orderId ?? 0) as OrderId,
    clientId: (more.clientId ?? 2) as ClientId,
    permId: (more.permId ?? 0) as PermId,
    ...(more.ref === undefined ? {} : { ref: more.ref }),
  };
}

function found(order: Order, more: Parameters<typeof named>[0]): boolean {
  const index = new OrderIndex();
  index.note(order);
  return index.find(named(more)) === order.key;
}

test('news finds its order by IB’s permanent number, its reference, or its number of this client', () => {
  expect(found(ours(), { permId: 9_001 })).toBe(true);
  expect(found(ours(), { ref: REF })).toBe(true);
  expect(found(ours(), { orderId: 100 })).toBe(true);
  expect(found(ours(), { orderId: 100, clientId: 3 })).toBe(false);
  expect(found(ours(), { orderId: 101 })).toBe(false);
});

test('a number that IB uses again does not lead to the old order: another permanent number or another reference is another order', () => {
  expect(found(ours(), { orderId: 100, permId: 9_002 })).toBe(false);
  expect(found(ours(), { orderId: 100, ref: OTHER })).toBe(false);
  expect(found(ours(), { ref: REF, permId: 9_002 })).toBe(false);
  const { permId: _none, ...young } = ours();
  expect(found(young, { orderId: 100, permId: 9_002 })).toBe(true);
});

test('0 is nobody’s number: orders typed into TWS share it', () => {
  const typed = working({ orderId: 0 as OrderId, clientId: 0 as ClientId });
  expect(found(typed, { orderId: 0, clientId: 0 })).toBe(false);
});

test('what waits here for a slot counts as exposure like what is at the broker; what has ended does not', () => {
  const index = new OrderIndex();
  const orders = (['QUEUED', 'INTENT', 'ACCEPTED', 'UNKNOWN', 'PENDING_CANCEL', 'FILLED', 'DENIED'] as const).map((state) =>
    working({ state }),
  );
  for (const order of orders) index.note(order);
  expect(
    index
      .exposed()
      .map(({ state }) => state)
      .toSorted(),
  ).toEqual(['ACCEPTED', 'INTENT', 'PENDING_CANCEL', 'QUEUED', 'UNKNOWN']);
  expect([index.workingCount(), index.unknownCount()]).toEqual([5, 1]);
  for (const order of orders) index.note({ ...order, state: 'CANCELLED' });
  expect([index.exposed(), index.workingCount(), index.unknownCount()]).toEqual([[], 0, 0]);
});

const hundred = leg({ ref: REF });

test('C-23: a frame is right once, with exactly what was approved', () => {
  const check = () => {
    const out = new OrdersOutCheck();
    out.approve([hundred]);
    return out;
  };
  expect(check().frame(REF, units(100), false)).toBeUndefined();
  expect(check().frame(REF, units(99), false)).toMatch(/another quantity/);
  expect(check().frame(REF, units(101), false)).toMatch(/another quantity/);
  expect(check().frame(OTHER, units(100), false)).toMatch(/without an approval/);
  expect(check().frame(OTHER, units(100), true)).toMatch(/without an approval/);
  expect(check().frame(undefined, units(100), false)).toMatch(/without a reference/);
  const out = check();
  expect([out.frame(REF, units(100), false), out.frame(REF, units(100), false)]).toEqual([undefined, expect.stringMatching(/twice/)]);
  expect(out.totals()).toEqual({ approved: 1, left: 1, approvedQuantity: units(100), leftQuantity: units(100) });
});

test('C-23: a change may leave with its new quantity, and counts as no order', () => {
  const out = new OrdersOutCheck();
  out.approve([hundred]);
  out.frame(REF, units(100), false);
  out.amend(leg({ ref: REF, quantity: units(60) }));
  expect(out.frame(REF, units(60), true)).toBeUndefined();
  expect(out.frame(REF, units(100), true)).toMatch(/another quantity/);
  expect(out.totals()).toMatchObject({ approved: 1, left: 1, approvedQuantity: units(100), leftQuantity: units(100) });
});

test('C-23: the first change of an order of an earlier run looks like an order, once', () => {
  const out = new OrdersOutCheck();
  out.amend(hundred);
  expect(out.frame(REF, units(100), false)).toBeUndefined();
  expect(out.frame(REF, units(100), false)).toMatch(/twice/);
});

test('C-23: what did not leave has no approval any more; what has left keeps its count, whoever withdraws it', () => {
  const out = new OrdersOutCheck();
  out.approve([hundred, leg({ ref: OTHER, quantity: units(40) })]);
  out.frame(REF, units(100), false);
  out.withdraw([REF, OTHER]);
  expect(out.totals()).toEqual({ approved: 1, left: 1, approvedQuantity: units(100), leftQuantity: units(100) });
  expect(out.frame(OTHER, units(40), false)).toMatch(/without an approval/);
});
