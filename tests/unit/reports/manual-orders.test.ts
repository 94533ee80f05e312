import { expect, test } from 'vitest';
import { decide } from '#core/reconciliation/adoption';
import { cancelOrders } from '#core/execution/cancel';
import { isChangeable, modifyOrder } from '#core/execution/modify';
import type { ClientId, OrderId, OrderKey, PermId } from '#domain/ids';
import { CoreDesk } from '../../support/core/desk.ts';
import { manualOrder } from '../../support/core/fixtures.ts';
import { px } from '../../support/core/trigger-fixtures.ts';

/** Orders typed into TWS have the order id 0 until client 0 has them numbered (K-45): 0 names nobody. */

const KEY = 'perm:555' as OrderKey;

/** The desk comes and finds an order typed into TWS, still without a number. */
function found(): CoreDesk {
  const desk = new CoreDesk();
  desk.core.start();
  desk.connect();
  desk.news({ kind: 'open-order', order: manualOrder({ orderId: 0 as OrderId, permId: 555 as PermId }) });
  desk.ends();
  desk.wait(3_000);
  desk.end('positions');
  return desk;
}

test('an order that TWS lists without a number is neither cancelled nor changed as order 0, and the operator hears why', () => {
  const desk = found();
  const text = expect.stringContaining('TWS has given it no number yet') as string;
  expect(decide(desk.deskState, `order:${KEY}`, 'cancel', 'the test')).toMatchObject({
    ok: false,
    error: { code: 'not-allowed-now', text },
  });
  expect(decide(desk.deskState, `order:${KEY}`, 'adopt', 'the test').ok).toBe(true);
  const order = desk.order(KEY);
  expect(isChangeable(order)).toBe(false);
  expect(modifyOrder(desk.deskState, KEY, order.updatedAt, { limit: px(171) }, 'the test')).toMatchObject({ ok: false, error: { text } });
  cancelOrders(desk.deskState, [order], 'the test');
  expect({ cancels: desk.broker.cancels, changes: desk.broker.changes, state: desk.order(KEY).state }).toEqual({
    cancels: [],
    changes: [],
    state: 'ACCEPTED',
  });
});

test('the number that TWS gives is that of the same row, whether orderBound tells it or the next listing', () => {
  const bound = found();
  bound.news({ kind: 'order-bound', permId: 555 as PermId, clientId: 0 as ClientId, orderId: -2 as OrderId });
  const listed = found();
  listed.news({ kind: 'open-order', order: manualOrder({ orderId: -2 as OrderId, permId: 555 as PermId }) });
  for (const desk of [bound, listed]) {
    expect([...desk.stores.orders.keys()]).toEqual([KEY]);
    expect(isChangeable(desk.order(KEY))).toBe(true);
    expect(decide(desk.deskState, `order:${KEY}`, 'cancel', 'the test').ok).toBe(true);
    expect(desk.broker.cancels).toEqual([{ clientId: 0, orderId: -2, permId: 555 }]);
    // A list made before it was bound takes the number away from nobody.
    desk.news({ kind: 'open-order', order: manualOrder({ orderId: 0 as OrderId, permId: 555 as PermId }) });
    expect(desk.order(KEY).orderId).toBe(-2);
  }
});

test('a kill of everything that keeps exits reaches an order without a number by nothing: it is a residual, and the global cancel would take exits along', () => {
  const desk = found();
  desk.killBy('all');
  desk.wait(60_000);
  expect({ cancels: desk.broker.cancels, global: desk.broker.globalCancels, state: desk.order(KEY).state }).toEqual({
    cancels: [],
    global: 0,
    state: 'ACCEPTED',
  });
  expect([desk.kill?.phase, desk.kill?.residuals]).toEqual(['residuals', [KEY]]);
});

test('a kill of everything, exits too, reaches an order without a number by its global cancel, and never by order 0', () => {
  const desk = found();
  desk.killBy('own');
  expect({ cancels: desk.broker.cancels, global: desk.broker.globalCancels, state: desk.order(KEY).state }).toEqual({
    cancels: [],
    global: 0,
    state: 'ACCEPTED',
  });
  desk.killBy('all', 'the test says so', 'cancel');
  desk.wait(2_000);
  expect({ cancels: desk.broker.cancels, global: desk.broker.globalCancels, state: desk.order(KEY).state }).toEqual({
    cancels: [],
    global: 1,
    state: 'PENDING_CANCEL',
  });
});

test('a number for an order that nobody here knows makes the desk ask for the open orders', () => {
  const desk = new CoreDesk().started();
  const before = desk.broker.openOrderRequests;
  desk.news({ kind: 'order-bound', permId: 9 as PermId, clientId: 0 as ClientId, orderId: -2 as OrderId });
  expect({ asked: desk.broker.openOrderRequests - before, orders: desk.stores.orders.size }).toEqual({ asked: 1, orders: 0 });
});

test('the number that TWS gives a manual order is told once, and of this desk’s own orders no such line is written', () => {
  const desk = found();
  const lines = (on: CoreDesk): number => on.logs.filter(({ text }) => text.startsWith('TWS has given the manual order')).length;
  desk.news({ kind: 'order-bound', permId: 555 as PermId, clientId: 0 as ClientId, orderId: -2 as OrderId });
  expect(lines(desk)).toBe(1);
  const own = new CoreDesk();
  const { entry } = own.fired();
  own.openOrder(entry);
  own.news({ kind: 'order-bound', permId: own.order(entry).permId!, clientId: 0 as ClientId, orderId: -9 as OrderId });
  expect([own.order(entry).orderId, lines(own)]).toEqual([-9, 0]);
});
