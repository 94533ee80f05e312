import { expect, test } from 'vitest';
import { cancelOrder, cancelOrders } from '#core/execution/cancel';
import { faultDesk } from '#core/execution/halt';
import { modifyOrder } from '#core/execution/modify';
import type { OrderKey, OrderRef } from '#domain/ids';
import { units } from '#domain/quantity';
import { CoreDesk } from '../../support/core/desk.ts';
import { restartedAfter } from '../../support/core/earlier-run.ts';
import { MemoryLatchFile } from '../../support/core/fixtures.ts';
import { tell } from '../../support/core/told.ts';
import { px } from '../../support/core/trigger-fixtures.ts';

/** Behaviour that drawn faults of this room showed to be held by no test. */

const LIMIT = { entry: { type: 'LMT', limit: px(180) } } as const;

function working(): { readonly desk: CoreDesk; readonly entry: OrderRef } {
  const desk = new CoreDesk();
  const { entry } = desk.fired(LIMIT);
  desk.openOrder(entry);
  desk.wait(1_000);
  desk.quote(180.02);
  return { desk, entry };
}

function changedOutside(desk: CoreDesk): readonly string[] {
  return desk.alarms().filter((text) => text.includes('was changed in TWS or by IB'));
}

test('the first listing of an order says how IB has taken it: other terms there are nobody’s change', () => {
  const desk = new CoreDesk();
  const { entry } = desk.fired(LIMIT);
  desk.openOrder(entry, 'PreSubmitted', { limit: px(179.99) });
  expect([changedOutside(desk), desk.order(entry).changedExternallyAt]).toEqual([[], undefined]);
  expect(desk.order(entry).limit).toBe(px(179.99));
  desk.openOrder(entry, 'Submitted', { limit: px(179.5) });
  expect(changedOutside(desk)).toHaveLength(1);
});

test('a list that still names the terms from before a change of this desk is nobody’s second change', () => {
  const { desk, entry } = working();
  const order = desk.order(entry);
  expect(modifyOrder(desk.deskState, order.key, order.updatedAt, { limit: px(179.5) }, 'the test').ok).toBe(true);
  desk.openOrder(entry, 'Submitted', { limit: px(179.5) });
  desk.wait(1_000);
  desk.openOrder(entry, 'Submitted', { limit: px(180) });
  desk.wait(3_000);
  expect(changedOutside(desk)).toEqual([]);
});

test('terms of a change that IB refused and takes over all the same are this desk’s own', () => {
  const { desk, entry } = working();
  const order = desk.order(entry);
  expect(modifyOrder(desk.deskState, order.key, order.updatedAt, { limit: px(179.5) }, 'the test').ok).toBe(true);
  tell(desk, 105, 'Order being modified does not match the original order', { modified: true });
  expect(desk.order(entry)).toMatchObject({ state: 'ACCEPTED', limit: px(180) });
  desk.openOrder(entry, 'Submitted', { limit: px(179.5) });
  expect([changedOutside(desk), desk.order(entry).limit]).toEqual([[], px(179.5)]);
  // Half a minute later nobody here has asked for it any more.
  desk.wait(31_000);
  desk.openOrder(entry, 'Submitted', { limit: px(180) });
  expect(changedOutside(desk)).toHaveLength(1);
});

test('a change that still waits here is dropped when its order is cancelled: it would leave after the cancel', () => {
  const { desk, entry } = working();
  const order = desk.order(entry);
  expect(modifyOrder(desk.deskState, order.key, order.updatedAt, { quantity: units(60) }, 'the test').ok).toBe(true);
  const dropped: OrderRef[] = [];
  const drop = desk.broker.drop.bind(desk.broker);
  desk.broker.drop = (refs, reason) => {
    dropped.push(...refs);
    return drop(refs, reason);
  };
  cancelOrders(desk.deskState, [desk.order(entry)], 'the test');
  expect([dropped, desk.broker.cancels.length]).toEqual([[entry], 1]);
});

test('a change or a cancel of an order that is gone from the book is refused by name', () => {
  const { desk } = working();
  const none = 'TD1-T9999999-1-1-E' as OrderKey;
  const refused = { ok: false, error: { code: 'not-found', text: 'There is no such order.' } };
  expect(modifyOrder(desk.deskState, none, 0, { limit: px(1) }, 'the test')).toEqual(refused);
  expect(cancelOrder(desk.deskState, none, 'the test')).toEqual(refused);
});

test('a latch in doubt has purged, cancelled and counted nothing', () => {
  const dead = new CoreDesk();
  dead.fired();
  const latchFile = new MemoryLatchFile();
  latchFile.doubt = 'kill-latch.json is gone';
  const { kill } = restartedAfter(dead, undefined, latchFile);
  const nothing = { purged: 0, targets: [], left: [], cancelsSent: 0, cancelsUnsent: 0, cancelled: 0, residuals: [] };
  expect(kill).toMatchObject({ phase: 'doubt', scope: 'own', exits: 'keep', ...nothing });
});

test('a defect puts the desk into ERROR with one alarm, drops what waits for a slot, and a second one adds none', () => {
  const desk = new CoreDesk();
  const id = desk.waiting();
  desk.broker.mode = 'queue';
  desk.quote(180.02);
  faultDesk(desk.deskState, 'A defect.');
  faultDesk(desk.deskState, 'Another defect.');
  expect([desk.state, desk.broker.waiting, desk.order(desk.ref(id)).state]).toEqual(['ERROR', 0, 'DENIED']);
  expect(desk.alarms().filter((text) => text.includes('stands in ERROR'))).toEqual([
    'A defect. The desk stands in ERROR; read the log, then acknowledge.',
  ]);
});
