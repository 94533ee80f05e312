import { expect, test } from 'vitest';
import { commit } from '#core/state/desk-state';
import { cancelOrders } from '#core/execution/cancel';
import { step } from '#core/state/records';
import { ENGINE_STATES } from '#core/state/engine-state';
import type { ClientId, OrderId } from '#domain/ids';
import { units } from '#domain/quantity';
import { CoreDesk } from '../../support/core/desk.ts';
import { manualOrder } from '../../support/core/fixtures.ts';
import { BRACKET } from '../../support/core/bracket.ts';

/** The broker confirms every cancel it got. */
function confirmCancels(desk: CoreDesk): void {
  for (const frame of desk.broker.frames) {
    if (desk.broker.cancels.some((cancel) => cancel.orderId === frame.orderId)) desk.status(frame.ref, 'Cancelled');
  }
}

test('a kill cancels what works, disarms, and is verified only by the broker’s evidence', () => {
  const desk = new CoreDesk();
  const { id, entry } = desk.fired(BRACKET);
  const other = desk.arm(desk.spec(190, { name: 'B' }));
  for (const leg of ['E', 'T', 'S'] as const) desk.openOrder(desk.ref(id, leg));
  desk.killBy();
  expect(desk.state).toBe('EMERGENCY');
  expect(desk.broker.cancels.map((cancel) => cancel.orderId)).toEqual([100, 101, 102]);
  expect(desk.broker.globalCancels).toBe(0);
  expect(desk.trigger(other)).toMatchObject({ life: 'draft' });
  expect(desk.deskState.registry.size).toBe(0);
  expect(desk.latchFile.stored).toBe('the test: the test says so');
  desk.wait(3_000);
  expect(desk.kill).toMatchObject({ phase: 'residuals', residuals: [entry, desk.ref(id, 'T'), desk.ref(id, 'S')] });
  expect(desk.broker.cancels).toHaveLength(3);
  confirmCancels(desk);
  desk.wait(1_000);
  desk.end('open-orders');
  desk.wait(1_000);
  expect(desk.kill).toMatchObject({ phase: 'verified', residuals: [], cancelled: 3, cancelsSent: 3 });
});

test('a kill is not verified before the broker has listed its open orders', () => {
  const desk = new CoreDesk().started();
  desk.killBy('all');
  expect(desk.broker.openOrderRequests).toBeGreaterThan(0);
  desk.wait(5_000);
  expect(desk.kill?.phase).not.toBe('verified');
  desk.news({ kind: 'open-order', order: manualOrder() });
  desk.end('open-orders');
  desk.wait(1_000);
  expect(desk.kill?.residuals).toHaveLength(1);
  expect(desk.broker.cancels).toHaveLength(1);
});

test.each(ENGINE_STATES)('a kill is legal in %s and leaves nothing armed', (state) => {
  const desk = new CoreDesk();
  desk.waiting();
  commit(desk.deskState, 'order', 'force', { kind: 'system', text: 'test' }, (tx) => {
    tx.set(desk.stores.engine, 'desk', { state: state, since: 0, reason: 'the test put it there', step: 1 });
  });
  desk.killBy();
  expect(desk.state).toBe('EMERGENCY');
  expect(desk.deskState.latch.isSet()).toBe(true);
  expect(desk.deskState.registry.size).toBe(0);
  desk.quote(181);
  expect(desk.broker.frames).toEqual([]);
});

test('what waits for a message slot never leaves after a kill', () => {
  const desk = new CoreDesk();
  const id = desk.waiting(BRACKET);
  desk.broker.mode = 'queue';
  desk.quote(180.02);
  desk.killBy();
  desk.broker.releaseWaiting();
  expect(desk.broker.frames).toEqual([]);
  for (const leg of ['E', 'T', 'S'] as const) expect(desk.order(desk.ref(id, leg)).state).toBe('ABORTED_BY_KILL');
  expect(desk.trigger(id).life).toBe('failed');
  expect(desk.kill).toMatchObject({ purged: 3 });
});

test('a queue that did not purge is stopped by the gate', () => {
  const desk = new CoreDesk();
  const id = desk.waiting();
  desk.broker.mode = 'queue';
  desk.quote(180.02);
  desk.broker.purgeThrows = true;
  desk.killBy();
  desk.broker.releaseWaiting();
  expect(desk.broker.frames).toEqual([]);
  expect(desk.order(desk.ref(id)).state).toBe('ABORTED_BY_KILL');
  expect(desk.state).toBe('EMERGENCY');
});

test('a kill goes on when the adapter throws, the latch file fails and the journal fails', () => {
  for (const fault of ['purge', 'cancel', 'latch-error', 'latch-throw', 'journal'] as const) {
    const desk = new CoreDesk();
    const { entry } = desk.fired(BRACKET);
    desk.openOrder(entry);
    if (fault === 'purge') desk.broker.purgeThrows = true;
    if (fault === 'cancel') desk.broker.cancelThrows = true;
    if (fault === 'latch-error') desk.latchFile.failing = true;
    if (fault === 'latch-throw') desk.latchFile.throwing = true;
    if (fault === 'journal') desk.journal.fail('the disk is full');
    desk.killBy();
    expect([fault, desk.state]).toEqual([fault, 'EMERGENCY']);
    if (fault !== 'cancel') expect([fault, desk.broker.cancels.length]).toEqual([fault, 3]);
    else {
      desk.broker.cancelThrows = false;
      desk.wait(1_500);
      expect(desk.broker.cancels).toHaveLength(3);
    }
    if (fault.startsWith('latch')) expect(desk.alarms().some((text) => text.includes('latch file could not be written'))).toBe(true);
  }
});

test('a double frame makes control C-23 kill: both legs cancelled, the order not lost, the kill verified in the end', () => {
  const desk = new CoreDesk();
  desk.broker.doubleFrames = true;
  const { entry } = desk.fired();
  expect(desk.state).toBe('EMERGENCY');
  expect(desk.alarms().some((text) => text.includes('left the program twice'))).toBe(true);
  desk.wait(1_500);
  expect(desk.broker.cancels.map((cancel) => cancel.orderId)).toContain(100);
  expect(['PENDING_CANCEL', 'SUBMITTED']).toContain(desk.order(entry).state);
  desk.openOrder(entry, 'PendingCancel');
  expect(desk.order(entry).state).toBe('PENDING_CANCEL');
  confirmCancels(desk);
  desk.end('open-orders');
  desk.wait(2_000);
  desk.end('open-orders');
  desk.wait(2_000);
  expect(desk.kill).toMatchObject({ phase: 'verified' });
});

test('an order that left although it was counted as dropped by the kill is taken up and cancelled at once', () => {
  const desk = new CoreDesk();
  const id = desk.waiting();
  desk.broker.mode = 'queue';
  desk.quote(180.02);
  desk.killBy();
  const ref = desk.ref(id);
  expect(desk.order(ref).state).toBe('ABORTED_BY_KILL');
  desk.news({ kind: 'order-sent', legs: [{ ref, orderId: 900 as OrderId, clientId: 2 as ClientId }], at: desk.clock.now() });
  expect(desk.broker.cancels).toMatchObject([{ clientId: 2, orderId: 900 }]);
  expect(desk.order(ref).state).toBe('PENDING_CANCEL');
  expect(desk.alarms().some((text) => text.includes('left the program although'))).toBe(true);
});

test('frames without approval or with another quantity kill', () => {
  for (const fault of ['no ref', 'unknown ref', 'quantity', 'withdrawn'] as const) {
    const desk = new CoreDesk();
    const id = desk.waiting();
    if (fault === 'withdrawn') {
      desk.broker.mode = 'refuse';
      desk.quote(180.02);
    }
    if (fault === 'quantity') {
      desk.broker.mode = 'queue';
      desk.quote(180.02);
    }
    desk.news({
      kind: 'place-frame',
      ref: fault === 'no ref' ? undefined : fault === 'unknown ref' ? ('TD1-ZZZZZZZZ-1-1-E' as never) : desk.ref(id),
      orderId: 1 as OrderId,
      clientId: 2 as ClientId,
      quantity: fault === 'quantity' ? units(101) : units(100),
      modify: false,
    });
    expect([fault, desk.state]).toEqual([fault, 'EMERGENCY']);
  }
});

test('orders out equal orders approved: totals agree after sends, refusals, drops and kills (I-36)', () => {
  const desk = new CoreDesk();
  desk.waiting(BRACKET);
  const second = desk.arm(desk.spec(181, { name: 'B' }, { quantity: units(30) }));
  const third = desk.arm(desk.spec(182, { name: 'C' }, { quantity: units(20) }));
  const fourth = desk.arm(desk.spec(183, { name: 'D' }, { quantity: units(10) }));
  desk.quote(180.02);
  desk.wait(2_000);
  desk.broker.mode = 'refuse';
  desk.quote(181.02);
  desk.broker.mode = 'queue';
  desk.quote(182.02);
  desk.broker.dropWaiting('no slot');
  desk.wait(2_000);
  desk.quote(182.03);
  desk.quote(183.02);
  desk.killBy();
  expect([second, third, fourth].map((id) => desk.order(desk.ref(id)).state)).toEqual(['DENIED', 'DENIED', 'ABORTED_BY_KILL']);
  expect(desk.deskState.ordersOut.totals()).toEqual({
    approved: 3,
    left: 3,
    approvedQuantity: units(300),
    leftQuantity: units(300),
  });
});

test('while disconnected a kill latches; its cancels leave first after the reconnect', () => {
  const desk = new CoreDesk();
  const { entry } = desk.fired();
  desk.openOrder(entry);
  desk.disconnect();
  desk.killBy('all', 'the test says so', 'cancel');
  desk.wait(5_000);
  expect(desk.broker.left).toEqual(['reconcile', `place ${entry}`]);
  expect(desk.kill?.phase).toBe('residuals');
  desk.connect();
  expect(desk.broker.left.slice(2, 4).toSorted()).toEqual(['cancel 2:100', 'global-cancel']);
  expect(desk.broker.left[4]).toBe('reconcile');
  expect(desk.broker.left.filter((text) => text.startsWith('place'))).toHaveLength(1);
});

test('a cancel that may have died with the socket is sent again after the reconnect, of a kill and of the operator', () => {
  for (const by of ['kill', 'operator'] as const) {
    const desk = new CoreDesk();
    const { entry } = desk.fired();
    desk.openOrder(entry);
    if (by === 'kill') desk.killBy();
    else cancelOrders(desk.deskState, [desk.order(entry)], 'the test');
    expect(desk.broker.cancels).toHaveLength(1);
    desk.disconnect();
    desk.connect();
    desk.openOrder(entry);
    desk.ends();
    desk.wait(3_000);
    expect([by, desk.broker.cancels.length]).toEqual([by, 2]);
  }
});

test('an operator’s cancel without a socket leaves with the next connection', () => {
  const desk = new CoreDesk();
  const { entry } = desk.fired();
  desk.openOrder(entry);
  desk.disconnect();
  cancelOrders(desk.deskState, [desk.order(entry)], 'the test');
  expect(desk.broker.cancels).toEqual([]);
  expect(desk.alarms().some((text) => text.includes('could not leave'))).toBe(true);
  desk.connect();
  expect(desk.broker.cancels).toMatchObject([{ clientId: 2, orderId: 100 }]);
});

test('pressed fifty times, a kill cancels each order a bounded number of times and still verifies', () => {
  const desk = new CoreDesk();
  const { entry } = desk.fired();
  desk.openOrder(entry);
  for (let i = 0; i < 50; i += 1) desk.killBy();
  expect(desk.state).toBe('EMERGENCY');
  expect(desk.broker.cancels.length).toBeLessThanOrEqual(50);
  confirmCancels(desk);
  desk.end('open-orders');
  desk.wait(2_000);
  desk.end('open-orders');
  desk.wait(2_000);
  expect(desk.kill).toMatchObject({ phase: 'verified' });
  expect(desk.clock.pending).toBeLessThanOrEqual(2);
});

test('a second kill with a wider scope after a verified one is carried out and verified as well', () => {
  const desk = new CoreDesk();
  const { entry } = desk.fired();
  const manual = manualOrder();
  desk.news({ kind: 'open-order', order: manual });
  desk.openOrder(entry);
  desk.killBy('own');
  confirmCancels(desk);
  desk.end('open-orders');
  desk.wait(2_000);
  expect(desk.kill).toMatchObject({ phase: 'verified', scope: 'own' });
  desk.killBy('all', 'the test says so', 'cancel');
  expect(desk.broker.globalCancels).toBe(1);
  expect(desk.kill).toMatchObject({ phase: 'cancelling', scope: 'all' });
  desk.news({
    kind: 'order-status',
    status: {
      ...desk.statusOf(entry, 'Cancelled'),
      orderId: manual.orderId,
      clientId: manual.clientId,
      permId: manual.permId,
    },
  });
  desk.wait(1_000);
  desk.end('open-orders');
  desk.wait(2_000);
  expect(desk.kill).toMatchObject({ phase: 'verified' });
});

test('scope own leaves manual and foreign orders alone, scope all takes them', () => {
  const desk = new CoreDesk();
  const { entry } = desk.fired();
  desk.openOrder(entry);
  const manual = manualOrder({ orderId: -7 as OrderId });
  const foreign = manualOrder({ orderId: 55 as OrderId, clientId: 9 as ClientId });
  desk.news({ kind: 'open-order', order: manual });
  desk.news({ kind: 'open-order', order: foreign });
  desk.killBy('own');
  expect(desk.broker.left.slice(2)).toEqual(['cancel 2:100']);
  desk.killBy('all', 'the test says so', 'cancel');
  desk.wait(3_000);
  expect(desk.broker.left.slice(2)).toContain('global-cancel');
  expect(desk.broker.left.slice(2)).toContain('cancel 0:-7');
  expect(desk.broker.left.filter((text) => text === 'global-cancel')).toHaveLength(1);
  expect(desk.alarms().filter((text) => text.includes('could not leave'))).toEqual([]);
});

test('an UNKNOWN order is cancelled too, and not once a second for ever', () => {
  const desk = new CoreDesk();
  const { entry } = desk.fired();
  desk.disconnect();
  expect(desk.order(entry).state).toBe('UNKNOWN');
  desk.connect();
  desk.killBy();
  expect(desk.broker.cancels).toHaveLength(1);
  desk.wait(60_000);
  expect(desk.broker.cancels.length).toBeLessThanOrEqual(10);
  expect(desk.kill?.phase).toBe('residuals');
});

test('the history tells how the kill came about', () => {
  const desk = new CoreDesk().started();
  desk.killBy('own', 'wrong symbol');
  expect([...desk.stores.history.values()].at(-1)).toMatchObject({
    from: 'SCANNING',
    to: 'EMERGENCY',
    event: 'kill',
    reason: 'the test: wrong symbol',
  });
  expect(step).toBeTypeOf('function');
});
