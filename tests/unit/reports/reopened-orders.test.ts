import { expect, test } from 'vitest';
import type { OrderRef } from '#domain/ids';
import { CoreDesk } from '../../support/core/desk.ts';
import { px } from '../../support/core/trigger-fixtures.ts';

/** Told as Cancelled. */
function cancelled(): { readonly desk: CoreDesk; readonly entry: OrderRef } {
  const desk = new CoreDesk();
  const { entry } = desk.fired({ entry: { type: 'LMT', limit: px(180) } });
  desk.openOrder(entry);
  desk.status(entry, 'Cancelled');
  expect(desk.order(entry).state).toBe('CANCELLED');
  return { desk, entry };
}

test('an order that was told as cancelled and is listed as working by a list that was asked for later is alive, and a kill takes it', () => {
  const { desk, entry } = cancelled();
  const asked = desk.broker.openOrderRequests;
  desk.openOrder(entry);
  expect([desk.order(entry).state, desk.broker.openOrderRequests]).toEqual(['CANCELLED', asked + 1]);
  desk.openOrder(entry);
  desk.end('open-orders');
  expect(desk.order(entry)).toMatchObject({ state: 'ACCEPTED', note: 'IB lists it as working after it was told as cancelled' });
  expect(desk.alarms().at(-1)).toBe('IB lists BUY IBM as working, although it was told as cancelled: it is alive.');
  expect(desk.deskState.index.exposed().map(({ key }) => key)).toEqual([entry]);
  desk.killBy();
  expect(desk.broker.cancels).toHaveLength(1);
});

test('a late word of an order that has ended, and a list that was asked for before, revive nothing', () => {
  const { desk, entry } = cancelled();
  const earlier = desk.broker.requests;
  desk.openOrder(entry);
  desk.openOrder(entry);
  // The list of an earlier request names it too; the one that was asked for does not.
  desk.end('open-orders', desk.epoch, earlier);
  desk.end('open-orders');
  expect([desk.order(entry).state, desk.alarms()]).toEqual(['CANCELLED', []]);
  desk.wait(60_000);
  expect(desk.order(entry).state).toBe('CANCELLED');
});

test('an order that comes alive after a kill was verified is cancelled, and the kill has a residual again', () => {
  const { desk, entry } = cancelled();
  desk.killBy();
  desk.end('open-orders');
  desk.wait(2_000);
  expect(desk.stores.engine.get('desk')?.kill?.phase).toBe('verified');
  desk.openOrder(entry);
  desk.openOrder(entry);
  desk.end('open-orders');
  expect(desk.broker.cancels).toHaveLength(1);
  expect(desk.stores.engine.get('desk')?.kill).toMatchObject({ phase: 'residuals', residuals: [entry] });
  desk.status(entry, 'Cancelled');
  desk.wait(1_000);
  desk.end('open-orders');
  desk.wait(1_500);
  expect(desk.stores.engine.get('desk')?.kill?.phase).toBe('verified');
});

test('one late word and the list that it makes the desk ask for, which does not name the order, revive nothing', () => {
  const { desk, entry } = cancelled();
  desk.openOrder(entry);
  desk.end('open-orders');
  expect([desk.order(entry).state, desk.alarms()]).toEqual(['CANCELLED', []]);
});

test('an order that has filled before the list has ended is not made to work again by it', () => {
  const { desk, entry } = cancelled();
  desk.openOrder(entry);
  desk.openOrder(entry);
  desk.fill(entry, 100, 180);
  expect(desk.order(entry).state).toBe('FILLED');
  const before = desk.alarms().length;
  desk.end('open-orders');
  expect([desk.order(entry).state, desk.alarms().length, desk.counter('illegal order moves')]).toEqual(['FILLED', before, 0]);
});

test('words from before the end that come twice revive nothing when the end itself is told after them', () => {
  const { desk, entry } = cancelled();
  // The end came first by the list of completed orders; what the order's own client hears comes late, each word twice.
  desk.openOrder(entry);
  desk.openOrder(entry);
  desk.status(entry, 'Cancelled');
  desk.end('open-orders');
  expect([desk.order(entry).state, desk.alarms()]).toEqual(['CANCELLED', []]);
});

test('after a re-arm an order that comes alive is the operator’s: the kill of before takes nothing any more', () => {
  const { desk, entry } = cancelled();
  desk.killBy();
  desk.end('open-orders');
  desk.wait(2_000);
  desk.rearm();
  desk.openOrder(entry);
  desk.openOrder(entry);
  desk.end('open-orders');
  desk.wait(5_000);
  expect([desk.order(entry).state, desk.broker.cancels]).toEqual(['ACCEPTED', []]);
});
