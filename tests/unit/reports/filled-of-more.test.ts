import { expect, test } from 'vitest';
import { modifyOrder } from '#core/execution/modify';
import { kill } from '#core/safety/kill';
import type { OrderRef } from '#domain/ids';
import { units } from '#domain/quantity';
import { CoreDesk } from '../../support/core/desk.ts';
import { px } from '../../support/core/trigger-fixtures.ts';

/** An entry for 100 at 180 that IB has; its quantity is being changed. */
function changing(from: number, to: number): { readonly desk: CoreDesk; readonly entry: OrderRef } {
  const desk = new CoreDesk();
  const { entry } = desk.fired({ quantity: units(from), entry: { type: 'LMT', limit: px(180) } });
  desk.openOrder(entry, 'Submitted', { quantity: units(from) });
  desk.wait(1_000);
  desk.quote(180.02);
  const { key, updatedAt } = desk.order(entry);
  expect(modifyOrder(desk.deskState, key, updatedAt, { quantity: units(to) }, 'the test').ok).toBe(true);
  return { desk, entry };
}

/** 100 changed to 20 and taken; now a listing names 100 again, which may be an old list or a person in TWS. */
function doubted(): { readonly desk: CoreDesk; readonly entry: OrderRef } {
  const { desk, entry } = changing(100, 20);
  desk.openOrder(entry, 'Submitted', { quantity: units(20) });
  desk.openOrder(entry, 'Submitted', { quantity: units(100) });
  expect(desk.order(entry)).toMatchObject({ state: 'ACCEPTED', quantity: units(20) });
  return { desk, entry };
}

test('more filled than the desk has of an order proves the larger quantity that a listing named: it still works (storm 259)', () => {
  const { desk, entry } = doubted();
  desk.fill(entry, 39, 180);
  expect(desk.order(entry)).toMatchObject({ state: 'PARTIALLY_FILLED', quantity: units(100), filled: units(39) });
  expect(desk.alarms()).toEqual(['BUY IBM was changed in TWS or by IB, not by this desk: quantity 20 → 100. It is taken over as it is.']);
  kill(desk.deskState, 'own', 'the test', 'enough', 'cancel');
  expect(desk.broker.cancels).toContainEqual(expect.objectContaining({ orderId: desk.order(entry).orderId }));
});

test('all that the desk has of an order filled does not end it while a listing names more: IB says how it ended', () => {
  const { desk, entry } = doubted();
  desk.fill(entry, 20, 180);
  expect(desk.order(entry)).toMatchObject({ state: 'PARTIALLY_FILLED', quantity: units(20), filled: units(20) });
  desk.status(entry, 'Filled');
  expect(desk.order(entry).state).toBe('FILLED');
});

test('more filled than was listed of an order whose raise is on its way proves the raise, and no more than that was ordered', () => {
  const { desk, entry } = changing(20, 100);
  desk.fill(entry, 39, 180);
  expect(desk.order(entry)).toMatchObject({ state: 'PENDING_REPLACE', quantity: units(100), filled: units(39) });
  expect([desk.alarms(), desk.state]).toEqual([[], 'MANAGING']);
  desk.openOrder(entry, 'Submitted', { quantity: units(100) });
  expect(desk.order(entry)).toMatchObject({ state: 'PARTIALLY_FILLED', quantity: units(100), note: 'changed as asked' });
});

test('beyond every quantity that was ever named more was filled than ordered, and only IB says that it is over (storm 801454)', () => {
  const { desk, entry } = doubted();
  const before = desk.broker.requests;
  desk.fill(entry, 101, 180);
  expect(desk.order(entry)).toMatchObject({ state: 'PARTIALLY_FILLED', filled: units(101) });
  expect(desk.alarms()).toContain('Order of IBM filled 101 of 100: more than ordered.');
  expect(desk.broker.requests).toBeGreaterThan(before);
  // Somebody had made it larger while nobody here heard of it.
  desk.openOrder(entry, 'Submitted', { quantity: units(150) });
  desk.openOrder(entry, 'Submitted', { quantity: units(150) });
  desk.end('open-orders');
  expect(desk.order(entry)).toMatchObject({ state: 'PARTIALLY_FILLED', quantity: units(150) });
  desk.fill(entry, 49, 180);
  expect(desk.order(entry)).toMatchObject({ state: 'FILLED', filled: units(150) });
});

test('what filled more than ordered is over when IB calls it filled', () => {
  const { desk, entry } = doubted();
  desk.fill(entry, 101, 180);
  desk.status(entry, 'Filled', 101);
  expect(desk.order(entry)).toMatchObject({ state: 'FILLED', filled: units(101) });
});
