import { expect, test } from 'vitest';
import { modifyOrder } from '#core/execution/modify';
import type { OrderRef } from '#domain/ids';
import { units } from '#domain/quantity';
import { acknowledged, heldBracket } from '../../support/core/bracket.ts';
import { CoreDesk } from '../../support/core/desk.ts';
import { px } from '../../support/core/trigger-fixtures.ts';

/** 100 changed to 60 and taken by IB. */
function changed(): { readonly desk: CoreDesk; readonly entry: OrderRef } {
  const { desk, entry } = changing();
  desk.openOrder(entry, 'Submitted', { quantity: units(60) });
  expect(desk.order(entry)).toMatchObject({ state: 'ACCEPTED', quantity: units(60) });
  return { desk, entry };
}

/** The change of 100 to 60 has left. */
function changing(): { readonly desk: CoreDesk; readonly entry: OrderRef } {
  const desk = new CoreDesk();
  const { entry } = desk.fired({ entry: { type: 'LMT', limit: px(180) } });
  desk.openOrder(entry);
  desk.wait(1_000);
  desk.quote(180.02);
  expect(modifyOrder(desk.deskState, desk.order(entry).key, desk.order(entry).updatedAt, { quantity: units(60) }, 'the test').ok).toBe(
    true,
  );
  return { desk, entry };
}

test('a list that was made before a change does not take the change back: the desk asks again and keeps the new terms (storm 295)', () => {
  const { desk, entry } = changed();
  const asked = desk.broker.openOrderRequests;
  const earlier = desk.broker.requests;
  desk.openOrder(entry);
  desk.end('open-orders', desk.epoch, earlier);
  expect([desk.order(entry).quantity, desk.broker.openOrderRequests]).toEqual([units(60), asked + 1]);
  desk.openOrder(entry, 'Submitted', { quantity: units(60) });
  desk.end('open-orders');
  expect(desk.order(entry)).toMatchObject({ state: 'ACCEPTED', quantity: units(60) });
  expect(desk.alarms()).toEqual([]);
});

test('what a list says that was asked for later is taken over, also when it names the old terms', () => {
  const { desk, entry } = changed();
  desk.openOrder(entry);
  desk.openOrder(entry);
  desk.end('open-orders');
  expect(desk.order(entry)).toMatchObject({ state: 'ACCEPTED', quantity: units(100) });
});

test('an old list tells the state of a changed order all the same', () => {
  const { desk, entry } = changed();
  desk.openOrder(entry, 'PreSubmitted');
  expect(desk.order(entry)).toMatchObject({ state: 'ACCEPTED', ibStatus: 'PreSubmitted', quantity: units(60) });
  desk.openOrder(entry, 'Cancelled');
  expect(desk.order(entry).state).toBe('CANCELLED');
});

test('an order that IB ends as Inactive while its change is on its way no longer counts as changing (storm 377)', () => {
  const { desk, entry } = changing();
  desk.openOrder(entry, 'Inactive');
  expect(desk.order(entry)).toMatchObject({ state: 'INACTIVE', quantity: units(100) });
  expect(desk.order(entry).change).toBeUndefined();
  const other = changing();
  other.desk.status(other.entry, 'Inactive');
  expect(other.desk.order(other.entry).state).toBe('INACTIVE');
});

test('what IB makes of an order while its change is on its way is taken over, and the change still waits (storm 20176)', () => {
  const { desk, entry } = changing();
  desk.openOrder(entry, 'Submitted', { quantity: units(40) });
  expect(desk.order(entry)).toMatchObject({ state: 'PENDING_REPLACE', quantity: units(40), change: { quantity: units(60) } });
  desk.openOrder(entry, 'Submitted', { quantity: units(60) });
  expect(desk.order(entry)).toMatchObject({ state: 'ACCEPTED', quantity: units(60), note: 'changed as asked' });
});

test('a list that was asked for before the doubt decides nothing, however often it names the old terms', () => {
  const { desk, entry } = changed();
  const earlier = desk.broker.requests;
  desk.openOrder(entry);
  desk.openOrder(entry);
  desk.end('open-orders', desk.epoch, earlier);
  expect(desk.order(entry).quantity).toBe(units(60));
  desk.openOrder(entry, 'Submitted', { quantity: units(60) });
  desk.end('open-orders');
  expect(desk.order(entry).quantity).toBe(units(60));
});

test('a status says nothing of terms: a change stays on its way until a listing names what became of it', () => {
  const { desk, entry } = changing();
  desk.status(entry, 'PreSubmitted');
  expect(desk.order(entry)).toMatchObject({ state: 'PENDING_REPLACE', change: { quantity: units(60) } });
});

test('a list that was made before somebody changed the order in TWS does not take that change back', () => {
  const desk = new CoreDesk();
  const { entry } = desk.fired({ entry: { type: 'LMT', limit: px(180) } });
  desk.openOrder(entry);
  desk.wait(1_000);
  desk.openOrder(entry, 'Submitted', { limit: px(179.5) });
  expect(desk.order(entry)).toMatchObject({ limit: px(179.5), note: 'changed in TWS or by IB, not by this desk' });
  const asked = desk.broker.openOrderRequests;
  desk.openOrder(entry);
  expect([desk.order(entry).limit, desk.broker.openOrderRequests]).toEqual([px(179.5), asked + 1]);
  desk.openOrder(entry, 'Submitted', { limit: px(179.5) });
  desk.end('open-orders');
  expect(desk.order(entry).limit).toBe(px(179.5));
});

test('a list that was made before IB made an exit smaller does not make it larger again: it never sells more than is held', () => {
  const { desk, target, stop } = heldBracket();
  desk.wait(60_000);
  desk.fill(target, 40, 182);
  acknowledged(desk, stop, 'PreSubmitted', { quantity: units(60) });
  expect(desk.order(stop).quantity).toBe(units(60));
  acknowledged(desk, stop, 'PreSubmitted');
  expect(desk.order(stop).quantity).toBe(units(60));
  acknowledged(desk, stop, 'PreSubmitted', { quantity: units(80) });
  expect(desk.order(stop).quantity).toBe(units(60));
});

test('an entry that somebody makes smaller in TWS twice keeps no memory of what lay between', () => {
  const desk = new CoreDesk();
  const { entry } = desk.fired({ entry: { type: 'LMT', limit: px(180) } });
  desk.openOrder(entry);
  desk.wait(60_000);
  desk.openOrder(entry, 'Submitted', { quantity: units(60) });
  desk.openOrder(entry, 'Submitted', { quantity: units(80) });
  expect(desk.order(entry).quantity).toBe(units(80));
});
