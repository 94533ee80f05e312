import { expect, test } from 'vitest';
import { cancelOrders } from '#core/execution/cancel';
import { startReconciliation } from '#core/reconciliation/compare';

import { units } from '#domain/quantity';
import { CoreDesk } from '../../support/core/desk.ts';

/** Seconds pass, and every list that is asked for is told; how often was asked, and how often the gate was seen shut. */
function listed(desk: CoreDesk, seconds: number, list: () => void): { readonly asked: number; readonly shut: number } {
  const before = desk.broker.reconciles;
  let shut = 0;
  for (let second = 0; second < seconds; second += 1) {
    desk.wait(1_000);
    if (!desk.deskState.reconciliation.done()) shut += 1;
    list();
    desk.ends();
  }
  return { asked: desk.broker.reconciles - before, shut };
}

test('an order that IB acknowledges as PendingSubmit outside hours is not looked up again and again', () => {
  const desk = new CoreDesk();
  const { entry } = desk.fired();
  desk.openOrder(entry, 'PendingSubmit');
  desk.status(entry, 'PendingSubmit');
  expect(
    listed(desk, 60, () => {
      desk.openOrder(entry, 'PendingSubmit');
    }),
  ).toEqual({ asked: 0, shut: 0 });
  expect(desk.order(entry).state).toBe('SUBMITTED');
});

test('a cancel that IB answers only at the open is looked up and repeated ever more seldom, and the gate stays open', () => {
  const desk = new CoreDesk();
  const { entry } = desk.fired();
  desk.openOrder(entry);
  cancelOrders(desk.deskState, [desk.order(entry)], 'the test');
  const cancels = desk.broker.cancels.length;
  const { asked, shut } = listed(desk, 120, () => {
    desk.openOrder(entry);
  });
  expect([asked, desk.broker.cancels.length - cancels, shut]).toEqual([6, 4, 0]);
  expect(desk.order(entry).state).toBe('PENDING_CANCEL');
});

test('while an order is looked up the desk goes on: another trigger fires, and what the lists do not name becomes UNKNOWN', () => {
  const desk = new CoreDesk();
  const { entry } = desk.fired();
  desk.wait(5_500);
  expect([desk.deskState.reconciliation.running(), desk.deskState.reconciliation.done()]).toEqual([true, true]);
  desk.quote(179.9);
  const other = desk.arm(desk.spec(180, { name: 'B' }, { quantity: units(50) }));
  desk.quote(179.9);
  desk.quote(180.02);
  expect(desk.broker.frames.map(({ ref }) => ref)).toEqual([entry, desk.ref(other)]);
  // Its status may be newer than the list; the order is not missed for that.
  desk.status(desk.ref(other), 'Submitted');
  desk.ends();
  expect([entry, desk.ref(other)].map((ref) => desk.order(ref).state)).toEqual(['UNKNOWN', 'ACCEPTED']);
});

test('a look-up that is not answered is asked again, and the desk trades on', () => {
  const desk = new CoreDesk();
  desk.fired();
  desk.wait(5_500);
  const asked = desk.broker.reconciles;
  desk.wait(11_000);
  expect([desk.broker.reconciles, desk.deskState.reconciliation.done()]).toEqual([asked + 1, true]);
});

test('the ends of lists that were asked for before a comparison do not count for it', () => {
  const desk = new CoreDesk();
  const { entry } = desk.fired();
  desk.openOrder(entry);
  desk.wait(6_000);
  const earlier = desk.broker.reconcile();
  desk.openOrder(entry);
  startReconciliation(desk.deskState);
  desk.ends(earlier);
  expect([desk.order(entry).state, desk.deskState.reconciliation.done()]).toEqual(['ACCEPTED', false]);
  desk.openOrder(entry);
  desk.ends();
  expect([desk.order(entry).state, desk.deskState.reconciliation.done()]).toEqual(['ACCEPTED', true]);
});

test('a list that TWS never ended is asked for again, and the ends that come count although they answer earlier requests', () => {
  const desk = new CoreDesk();
  const { entry } = desk.fired();
  desk.openOrder(entry);
  startReconciliation(desk.deskState);
  // The end of the first list was lost: every later one is taken for the answer to the request before it.
  const first = desk.broker.requests;
  desk.openOrder(entry);
  for (const of of ['completed-orders', 'executions'] as const) desk.end(of);
  desk.wait(11_000);
  expect([desk.broker.requests > first, desk.deskState.reconciliation.done()]).toEqual([true, false]);
  for (const of of ['open-orders', 'positions'] as const) desk.end(of, desk.epoch, first);
  expect([desk.order(entry).state, desk.deskState.reconciliation.done()]).toEqual(['ACCEPTED', true]);
});
