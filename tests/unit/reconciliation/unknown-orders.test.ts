import { expect, test } from 'vitest';
import { decide } from '#core/reconciliation/adoption';
import { undecided } from '#core/state/found-at-start';
import { startReconciliation } from '#core/reconciliation/compare';
import { cancelOrders } from '#core/execution/cancel';

import { startDesk } from '#core/engine/operator-commands';
import { armAsSeen } from '../../support/core/arm-as-seen.ts';
import { settleOrder } from '#core/reconciliation/unknown-orders';

import type { ClientId, ExecId, OrderId, OrderRef, PermId, TriggerId } from '#domain/ids';
import { units } from '#domain/quantity';
import { CoreDesk } from '../../support/core/desk.ts';
import { DU, manualOrder } from '../../support/core/fixtures.ts';
import { IBM, px } from '../../support/core/trigger-fixtures.ts';

/** An order that was sent and never answered before the connection was lost; connected again. */
function unknown(): { readonly desk: CoreDesk; readonly entry: OrderRef } {
  const desk = new CoreDesk();
  const { entry } = desk.fired();
  desk.disconnect();
  desk.connect();
  expect(desk.order(entry).state).toBe('UNKNOWN');
  return { desk, entry };
}

/** Answers every look with complete lists that do not name the order; `held` is what they name as the position of IBM. */
function looks(desk: CoreDesk, ms: number, held?: number): void {
  for (let passed = 0; passed < ms; passed += 500) {
    const before = desk.broker.reconciles;
    desk.wait(500);
    if (desk.broker.reconciles === before) continue;
    if (held !== undefined) desk.position(held);
    desk.ends();
  }
}

function settle(desk: CoreDesk, entry: OrderRef) {
  const order = desk.order(entry);
  return settleOrder(desk.deskState, order.key, order.updatedAt, 'the test');
}

test('R-05, R-13: absence is proven by three complete lists over ten seconds, offered to the operator, and never acted on', () => {
  const { desk, entry } = unknown();
  desk.ends();
  expect(settle(desk, entry)).toMatchObject({ ok: false, error: { text: expect.stringContaining('not proven') as string } });
  looks(desk, 9_000);
  expect(desk.order(entry).absence?.isProven).toBe(false);
  looks(desk, 3_000);
  expect(desk.order(entry)).toMatchObject({ state: 'UNKNOWN', absence: { isProven: true } });
  const asked = desk.broker.reconciles;
  looks(desk, 60_000);
  expect(desk.order(entry).state).toBe('UNKNOWN');
  expect(desk.broker.reconciles).toBe(asked);
  expect(desk.broker.frames).toHaveLength(1);
  expect(settle(desk, entry).ok).toBe(true);
  expect(desk.order(entry)).toMatchObject({ state: 'REJECTED', note: 'settled as not sent by the test' });
  expect(desk.broker.frames).toHaveLength(1);
});

test('a position that moves meanwhile begins the proof anew', () => {
  const { desk, entry } = unknown();
  desk.ends();
  looks(desk, 9_000);
  desk.position(100);
  looks(desk, 3_000, 100);
  expect(desk.order(entry).absence).toMatchObject({ looks: 1, isProven: false });
});

test('an order that IB lists after all is alive, and its absence is forgotten', () => {
  const { desk, entry } = unknown();
  desk.ends();
  looks(desk, 12_000);
  desk.openOrder(entry);
  expect(desk.order(entry).state).toBe('ACCEPTED');
  expect(desk.order(entry).absence).toBeUndefined();
  expect(settle(desk, entry)).toMatchObject({ ok: false });
});

test('an order that is never answered while the connection stands is looked up, becomes UNKNOWN and blocks arming', () => {
  const desk = new CoreDesk();
  const { entry } = desk.fired();
  looks(desk, 12_000);
  expect(desk.order(entry).state).toBe('UNKNOWN');
  desk.quote(180.02);
  expect(armAsSeen(desk.deskState, { ...desk.spec(181), name: 'IBM-2' }, 'the test')).toMatchObject({
    ok: false,
    error: { text: expect.stringContaining('UNKNOWN') as string },
  });
});

test('R-02, R-03, R-25: what is found at the start waits for a decision on each, and nothing is armed before', () => {
  const desk = new CoreDesk();
  desk.core.start();
  desk.connect();
  desk.news({ kind: 'open-order', order: manualOrder() });
  desk.news({ kind: 'open-order', order: manualOrder({ clientId: 9 as never, orderId: 5 as never }) });
  desk.position(200);
  desk.ends();
  desk.pnl();
  desk.know(IBM);
  const keys = undecided(desk.deskState).map((found) => found.key);
  expect(keys).toHaveLength(3);
  expect(desk.alarms().at(-1)).toContain('3 orders and positions were found');
  const arm = () => armAsSeen(desk.deskState, desk.spec(), 'the test');
  expect(startDesk(desk.deskState, 'the test').ok).toBe(true);
  desk.quote(179.9);
  expect(arm()).toMatchObject({ ok: false, error: { text: expect.stringContaining('3 orders and positions') as string } });
  const [manual, foreign, position] = keys;
  expect(decide(desk.deskState, manual ?? '', 'cancel', 'the test').ok).toBe(true);
  expect(desk.broker.cancels).toHaveLength(1);
  expect(decide(desk.deskState, foreign ?? '', 'cancel', 'the test')).toMatchObject({ ok: false });
  expect(decide(desk.deskState, foreign ?? '', 'ignore', 'the test').ok).toBe(true);
  expect(arm()).toMatchObject({ ok: false, error: { text: expect.stringContaining('1 orders and positions') as string } });
  expect(decide(desk.deskState, position ?? '', 'adopt', 'the test').ok).toBe(true);
  expect(decide(desk.deskState, position ?? '', 'adopt', 'the test')).toMatchObject({ ok: false, error: { code: 'conflict' } });
  expect(arm().ok).toBe(true);
  expect(desk.held()?.quantity).toBe(units(200));
});

test('what ends by itself needs no decision any more', () => {
  const desk = new CoreDesk();
  desk.core.start();
  desk.connect();
  desk.position(100);
  desk.ends();
  expect(undecided(desk.deskState)).toHaveLength(1);
  desk.news({ kind: 'open-order', order: manualOrder() });
  expect(undecided(desk.deskState)).toHaveLength(1);
});

/** A live execution of an order that this process does not know. */
function executed(desk: CoreDesk, quantity: number, execId: string): void {
  desk.news({
    kind: 'execution',
    execution: {
      execId: execId as ExecId,
      account: DU,
      conId: IBM.conId,
      side: 'BUY',
      quantity: units(quantity),
      price: px(180),
      cumQuantity: units(quantity),
      avgPrice: px(180),
      orderId: 0 as OrderId,
      permId: 4_711 as PermId,
      clientId: 0 as ClientId,
      time: '20131008  10:31:00',
      at: desk.clock.now(),
    },
    contract: IBM,
    live: true,
  });
}

test.each(['the fill before the list', 'the list before the fill'] as const)(
  'a fill during the first comparison is counted once, whichever stream tells it first: %s',
  (order) => {
    const desk = new CoreDesk();
    desk.core.start();
    desk.connect();
    // The list is of before the fill in one case and of after it in the other; neither tells which.
    if (order === 'the fill before the list') executed(desk, 100, '0001.01.01');
    desk.position(order === 'the fill before the list' ? 0 : 100);
    if (order === 'the list before the fill') executed(desk, 100, '0001.01.01');
    desk.ends();
    expect(desk.deskState.reconciliation.done()).toBe(false);
    const asked = desk.broker.positionRequests;
    desk.wait(3_000);
    expect(desk.broker.positionRequests).toBeGreaterThan(asked);
    desk.position(100);
    desk.end('positions');
    expect(desk.deskState.reconciliation.done()).toBe(true);
    expect(desk.held()?.quantity).toBe(units(100));
    expect(undecided(desk.deskState)).toHaveLength(1);
  },
);

test('an account that never rests opens after half a minute all the same', () => {
  const desk = new CoreDesk();
  desk.core.start();
  desk.connect();
  desk.ends();
  expect(desk.deskState.reconciliation.done()).toBe(true);
  const busy = new CoreDesk();
  busy.core.start();
  busy.connect();
  executed(busy, 1, '0002.00.01');
  busy.ends();
  for (let at = 1; at <= 40; at += 1) {
    executed(busy, 1, `0002.${String(at).padStart(2, '0')}.01`);
    busy.wait(1_000);
    busy.position(at);
    busy.end('positions');
  }
  expect(busy.deskState.reconciliation.done()).toBe(true);
});

test('R-09: a cancel that IB took no note of goes out again when the order still works, and not more than every ten seconds', () => {
  const desk = new CoreDesk();
  const { entry } = desk.fired();
  desk.openOrder(entry);
  cancelOrders(desk.deskState, [desk.order(entry)], 'the test');
  // Lists that come sooner send nothing.
  desk.wait(3_000);
  startReconciliation(desk.deskState);
  desk.openOrder(entry);
  desk.ends();
  expect(desk.broker.cancels).toHaveLength(1);
  for (let passed = 0; passed < 21_000; passed += 500) {
    const before = desk.broker.reconciles;
    desk.wait(500);
    if (desk.broker.reconciles === before) continue;
    desk.openOrder(entry);
    desk.ends();
  }
  expect(desk.broker.cancels).toHaveLength(3);
  expect(desk.order(entry)).toMatchObject({ state: 'PENDING_CANCEL', note: 'cancel sent again' });
});

test('a cancel that somebody gave in TWS is never repeated by this desk, and a list that names the order as working brings it back (storm 1037)', () => {
  const desk = new CoreDesk();
  const { entry } = desk.fired();
  desk.openOrder(entry);
  desk.status(entry, 'PendingCancel');
  // A word from before the cancel comes late; then the connection goes.
  desk.status(entry, 'Submitted');
  expect(desk.order(entry).state).toBe('PENDING_CANCEL');
  desk.disconnect();
  desk.connect();
  expect(desk.broker.cancels).toEqual([]);
  startReconciliation(desk.deskState);
  desk.openOrder(entry);
  desk.ends();
  desk.wait(12_000);
  expect(desk.broker.cancels).toEqual([]);
  expect(desk.order(entry).state).toBe('ACCEPTED');
});

test('an arming never repeats a generation that the broker still tells of, also when the file of the last run is older', () => {
  const desk = new CoreDesk({ drafts: [{ id: 'AAAAAAAA' as TriggerId, gen: 2, spec: new CoreDesk().spec() }] });
  desk.core.start();
  desk.connect();
  const ref = 'TD1-AAAAAAAA-5-1-E' as OrderRef;
  desk.news({
    kind: 'completed-order',
    order: manualOrder({ clientId: 2 as ClientId, orderRef: ref, ibStatus: 'Cancelled' }),
    completedStatus: 'Cancelled',
  });
  desk.ends();
  desk.pnl();
  desk.know(IBM);
  startDesk(desk.deskState, 'the test');
  desk.quote(179.9);
  const trigger = desk.trigger('AAAAAAAA' as TriggerId);
  expect(armAsSeen(desk.deskState, trigger.spec, 'the test', { id: trigger.id, version: trigger.updatedAt }).ok).toBe(true);
  expect(desk.trigger(trigger.id).gen).toBe(6);
});

test('a denial never writes over an order that exists under its reference', () => {
  const desk = new CoreDesk();
  const id = desk.waiting();
  const ref = desk.ref(id);
  desk.news({ kind: 'open-order', order: manualOrder({ clientId: 2 as ClientId, orderRef: ref, permId: 42 as PermId }) });
  const before = desk.order(ref);
  desk.quote(180.02);
  expect(desk.broker.frames).toEqual([]);
  expect(desk.order(ref)).toEqual(before);
  expect(desk.alarms().at(-1)).toContain('C-10');
});

test('open orders are listed again every twenty seconds, so that lost words are made good', () => {
  const desk = new CoreDesk();
  const { entry } = desk.fired();
  desk.openOrder(entry);
  const asked = desk.broker.openOrderRequests;
  desk.wait(41_000);
  expect(desk.broker.openOrderRequests - asked).toBe(2);
});

test('they are listed also while nothing works: TWS tells the orders of another program to its master client alone', () => {
  const desk = new CoreDesk().started();
  const asked = desk.broker.openOrderRequests;
  desk.wait(41_000);
  expect(desk.broker.openOrderRequests - asked).toBe(2);
});

test('an order that ended at the broker without a word is missed by the next list of open orders, and looked up', () => {
  const desk = new CoreDesk().started();
  desk.quote(179.9);
  const foreign = manualOrder({ clientId: 9 as ClientId, orderId: 5 as OrderId });
  desk.news({ kind: 'open-order', order: foreign });
  const [found] = [...desk.stores.orders.values()];
  expect(found).toMatchObject({ origin: 'foreign', state: 'ACCEPTED' });
  // Named by the list: nothing is asked.
  desk.wait(10_000);
  desk.news({ kind: 'open-order', order: foreign });
  const asked = desk.broker.reconciles;
  desk.end('open-orders');
  expect(desk.broker.reconciles).toBe(asked);
  desk.wait(10_000);
  desk.end('open-orders');
  expect(desk.broker.reconciles).toBe(asked + 1);
  desk.news({ kind: 'completed-order', order: { ...foreign, ibStatus: 'Cancelled' }, completedStatus: 'Cancelled' });
  desk.ends();
  expect(desk.order(found?.key ?? ('' as never)).state).toBe('CANCELLED');
});

test('statuses of orders not known yet ask for no list while the comparison, which lists them all, is under way', () => {
  const desk = new CoreDesk().started();
  const status = {
    ...manualOrder({ clientId: 2 as ClientId, orderId: 77 as OrderId }),
    filled: units(0),
    remaining: units(100),
    avgFillPrice: undefined,
    lastFillPrice: undefined,
    parentId: 0 as OrderId,
    whyHeld: '',
  };
  startReconciliation(desk.deskState);
  const asked = desk.broker.openOrderRequests;
  for (let n = 0; n < 120; n += 1) desk.news({ kind: 'order-status', status });
  expect(desk.broker.openOrderRequests).toBe(asked);
  desk.ends();
  desk.news({ kind: 'order-status', status });
  expect(desk.broker.openOrderRequests).toBe(asked + 1);
});
