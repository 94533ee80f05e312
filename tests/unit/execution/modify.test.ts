import { expect, test } from 'vitest';
import { pauseDesk } from '#core/execution/halt';
import { modifyOrder } from '#core/execution/modify';
import type { NoticeDisposition } from '#core/ports/broker';
import type { ClientId, OrderId, OrderRef, PermId } from '#domain/ids';
import { units } from '#domain/quantity';
import { heldBare, heldBracket } from '../../support/core/bracket.ts';
import { CoreDesk } from '../../support/core/desk.ts';
import { manualOrder } from '../../support/core/fixtures.ts';
import { px } from '../../support/core/trigger-fixtures.ts';

const LIMIT = { entry: { type: 'LMT', limit: px(180) } } as const;

/** A desk with a limit order that works at the broker. */
function working(): { readonly desk: CoreDesk; readonly entry: OrderRef } {
  const desk = new CoreDesk();
  const { entry } = desk.fired(LIMIT);
  desk.openOrder(entry);
  desk.wait(1_000);
  desk.quote(180.02);
  return { desk, entry };
}

function change(desk: CoreDesk, entry: OrderRef, terms: Parameters<typeof modifyOrder>[3]) {
  const order = desk.order(entry);
  return modifyOrder(desk.deskState, order.key, order.updatedAt, terms, 'the test');
}

function refusal(desk: CoreDesk, code: number, disposition: NoticeDisposition, entry: OrderRef): void {
  const { orderId } = desk.broker.frameOf(entry);
  desk.news({
    kind: 'notice',
    notice: { code, id: orderId, clientId: 2 as ClientId, text: 'not so', severity: 'error', disposition, orderId },
  });
}

test('new terms leave under the id of the order and become its own when IB lists them', () => {
  const { desk, entry } = working();
  expect(change(desk, entry, { limit: px(179.5), quantity: units(60) }).ok).toBe(true);
  expect(desk.broker.changes.map(({ orderId, leg }) => [orderId, leg.limit, leg.quantity])).toEqual([[100, px(179.5), units(60)]]);
  expect(desk.order(entry)).toMatchObject({ state: 'PENDING_REPLACE', limit: px(180), quantity: units(100) });
  // The old picture, again or with another status, says nothing yet.
  desk.openOrder(entry);
  desk.openOrder(entry, 'PreSubmitted');
  expect(desk.order(entry).state).toBe('PENDING_REPLACE');
  desk.openOrder(entry, 'Submitted', { limit: px(179.5), quantity: units(60) });
  expect(desk.order(entry)).toMatchObject({ state: 'ACCEPTED', limit: px(179.5), quantity: units(60), note: 'changed as asked' });
  expect(desk.order(entry).change).toBeUndefined();
  expect(desk.state).not.toBe('EMERGENCY');
});

test.each([
  [104, 'refused-change'],
  [105, 'refused-change'],
  [110, 'reject'],
  [201, 'reject'],
] as const)('code %i on a change leaves the order working with its old terms, and says so', (code, disposition) => {
  const { desk, entry } = working();
  change(desk, entry, { limit: px(179.5) });
  refusal(desk, code, disposition, entry);
  expect(desk.order(entry)).toMatchObject({ state: 'ACCEPTED', limit: px(180) });
  expect(desk.alarms().at(-1)).toContain('keeps its terms');
  desk.status(entry, 'Submitted');
  expect(desk.order(entry).state).toBe('ACCEPTED');
});

test('a change that IB never answers is looked up; a listing with the old terms ends it', () => {
  const { desk, entry } = working();
  change(desk, entry, { limit: px(179.5) });
  const before = desk.broker.openOrderRequests;
  desk.wait(5_000);
  expect(desk.broker.openOrderRequests).toBeGreaterThan(before);
  desk.openOrder(entry);
  expect(desk.order(entry)).toMatchObject({ state: 'ACCEPTED', limit: px(180), note: 'IB kept the old terms' });
});

test('fills that come while a change is under way are booked and do not end it', () => {
  const { desk, entry } = working();
  change(desk, entry, { limit: px(179.5) });
  desk.fill(entry, 40, 180);
  expect(desk.order(entry)).toMatchObject({ state: 'PENDING_REPLACE', filled: units(40) });
  desk.openOrder(entry, 'Submitted', { limit: px(179.5) });
  expect(desk.order(entry)).toMatchObject({ state: 'PARTIALLY_FILLED', filled: units(40), limit: px(179.5) });
});

test('nothing is changed that risk does not approve, under an old picture, twice at once, or while the link is not sound', () => {
  const { desk, entry } = working();
  expect(change(desk, entry, { quantity: units(2_000) })).toMatchObject({
    ok: false,
    error: { text: expect.stringContaining('C-01') as string },
  });
  expect(change(desk, entry, { limit: px(120) })).toMatchObject({ ok: false, error: { text: expect.stringContaining('C-03') as string } });
  expect(modifyOrder(desk.deskState, desk.order(entry).key, 1, { limit: px(179) }, 'the test')).toMatchObject({
    ok: false,
    error: { code: 'conflict' },
  });
  expect(change(desk, entry, { stop: px(170) })).toMatchObject({ ok: false });
  desk.upstream('down');
  expect(change(desk, entry, { limit: px(179.5) })).toMatchObject({ ok: false });
  desk.upstream('up');
  desk.ends();
  desk.quote(180.02);
  expect(change(desk, entry, { limit: px(179.5) }).ok).toBe(false);
  expect(desk.broker.changes).toEqual([]);
});

test('a second change waits for the answer to the first', () => {
  const { desk, entry } = working();
  expect(change(desk, entry, { limit: px(179.5) }).ok).toBe(true);
  expect(change(desk, entry, { limit: px(179.4) })).toMatchObject({ ok: false });
  expect(desk.broker.changes).toHaveLength(1);
});

test('what the broker port refuses takes the order back to where it was', () => {
  const { desk, entry } = working();
  desk.broker.mode = 'refuse';
  change(desk, entry, { limit: px(179.5) });
  expect(desk.order(entry)).toMatchObject({ state: 'ACCEPTED', limit: px(180) });
  expect(desk.alarms().at(-1)).toContain('keeps its terms');
});

test('the change of an exit passes in PAUSED, that of an entry does not, and after a kill neither does', () => {
  const { desk, entry } = working();
  pauseDesk(desk.deskState, 'the test', 'the test');
  expect(change(desk, entry, { limit: px(179.5) })).toMatchObject({
    ok: false,
    error: { text: expect.stringContaining('PAUSED') as string },
  });
  desk.fill(entry, 100, 180);
  desk.news({ kind: 'open-order', order: manualOrder({ side: 'SELL', limit: px(182), orderId: 7 as OrderId }) });
  const manual = [...desk.stores.orders.values()].find((order) => order.origin === 'manual');
  if (manual === undefined) throw new Error('no manual order');
  expect(modifyOrder(desk.deskState, manual.key, manual.updatedAt, { limit: px(183) }, 'the test').ok).toBe(true);
  expect(desk.broker.changes.at(-1)?.leg).toMatchObject({ side: 'SELL', limit: px(183), quantity: units(100) });
  desk.killBy();
  const later = desk.order(manual.key);
  expect(modifyOrder(desk.deskState, later.key, later.updatedAt, { limit: px(184) }, 'the test').ok).toBe(false);
});

test('an exit that is changed stays in the OCA group that lets only one of its bracket fill', () => {
  const { desk, stop, target } = heldBracket();
  const { ocaGroup } = desk.order(stop);
  expect(change(desk, stop, { stop: px(179.7) })).toMatchObject({ ok: true });
  expect(change(desk, target, { limit: px(181.5) }).ok).toBe(true);
  expect(ocaGroup).toEqual(expect.any(String));
  expect(desk.broker.changes.map(({ leg }) => leg.ocaGroup)).toEqual([ocaGroup, ocaGroup]);
});

test('a change lost with the connection is UNKNOWN until IB lists the order, and is never sent again', () => {
  const { desk, entry } = working();
  change(desk, entry, { limit: px(179.5) });
  desk.disconnect();
  expect(desk.order(entry).state).toBe('UNKNOWN');
  desk.connect();
  desk.openOrder(entry, 'Submitted', { limit: px(180) });
  desk.ends();
  expect(desk.order(entry)).toMatchObject({ state: 'ACCEPTED', limit: px(180) });
  expect(desk.order(entry).change).toBeUndefined();
  expect(desk.broker.changes).toHaveLength(1);
});

test('an order of another program is not changed from here, with a number that could be ours or without', () => {
  for (const orderId of [3, -3]) {
    const desk = new CoreDesk().started();
    desk.quote(180.02);
    desk.news({ kind: 'open-order', order: manualOrder({ clientId: 9 as ClientId, orderId: orderId as OrderId }) });
    const order = desk.core.view.index.working().find(({ origin }) => origin === 'foreign')!;
    expect(modifyOrder(desk.deskState, order.key, order.updatedAt, { limit: px(171) }, 'the test')).toMatchObject({
      ok: false,
      error: { text: expect.stringContaining('Another program placed this order') as unknown },
    });
    expect(desk.order(order.key)).toMatchObject({ state: 'ACCEPTED', limit: px(170) });
    expect(desk.broker.frames).toEqual([]);
  }
});

test('a stop typed into TWS that is larger than its position may be made to fit under the kill switch, and never to exceed it', () => {
  const desk = heldBare();
  const terms = { orderId: -20 as OrderId, permId: 77 as PermId, side: 'SELL', type: 'STP', stop: px(179), quantity: units(150) } as const;
  const { limit: _none, ...order } = manualOrder(terms);
  desk.news({ kind: 'open-order', order });
  desk.killBy('own');
  const change = (quantity: number): boolean => {
    const order = [...desk.stores.orders.values()].find(({ permId }) => permId === terms.permId)!;
    return modifyOrder(desk.deskState, order.key, order.updatedAt, { quantity: units(quantity) }, 'the test').ok;
  };
  expect([change(120), desk.broker.changes.length]).toEqual([false, 0]);
  expect([change(100), desk.broker.changes.length]).toEqual([true, 1]);
});
