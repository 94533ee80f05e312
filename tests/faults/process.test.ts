import { expect, test } from 'vitest';
import { decide } from '#core/reconciliation/adoption';
import { undecided } from '#core/state/found-at-start';
import { cancelOrders } from '#core/execution/cancel';

import { modifyOrder } from '#core/execution/modify';
import { startDesk } from '#core/engine/operator-commands';
import { armAsSeen } from '../support/core/arm-as-seen.ts';
import { settleOrder } from '#core/reconciliation/unknown-orders';
import type { CommitRecord } from '#core/ports/journal';
import type { ClientId, OrderId, OrderRef } from '#domain/ids';
import type { Order } from '#domain/order';
import { units } from '#domain/quantity';
import { CoreDesk } from '../support/core/desk.ts';
import { manualOrder } from '../support/core/fixtures.ts';
import { BRACKET } from '../support/core/bracket.ts';
import { journalled, restartedAfter } from '../support/core/earlier-run.ts';
import { placed } from '../support/core/left.ts';
import { IBM, px } from '../support/core/trigger-fixtures.ts';

test('P-01: the intent is handed to the journal before the first byte of its order, and a death in between sends nothing', () => {
  const desk = new CoreDesk();
  const id = desk.waiting();
  const append = desk.journal.append.bind(desk.journal);
  let framesAtIntent = -1;
  desk.journal.append = (record: CommitRecord) => {
    if (record.name !== 'trigger.fire') return append(record);
    // The process is gone from here on: neither this record nor anything after it reaches file or broker.
    framesAtIntent = placed(desk).length;
    desk.broker.socket = false;
    desk.journal.append = () => ({ ok: true, value: undefined });
    return { ok: true, value: undefined };
  };
  desk.quote(180.02);
  expect({ framesAtIntent, frames: desk.broker.frames.length }).toEqual({ framesAtIntent: 0, frames: 0 });
  expect(desk.journal.records.some(({ name }) => name === 'trigger.fire')).toBe(false);
  const again = restartedAfter(desk);
  again.ends();
  again.pnl();
  expect(again.trigger(id)).toMatchObject({ life: 'draft', fires: 0 });
  expect(startDesk(again.deskState, 'the test').ok).toBe(true);
  again.quote(179.9);
  again.quote(180.1);
  again.wait(30_000);
  expect([again.broker.frames, again.trigger(id).life, again.stores.orders.size]).toEqual([[], 'draft', 0]);
});

/** Dies in the statement before (or after) the first byte; the journal has the intent. */
function diedAtTheWrite(written: boolean): { readonly dead: CoreDesk; readonly entry: OrderRef } {
  const dead = new CoreDesk();
  const id = dead.waiting();
  const place = dead.broker.place.bind(dead.broker);
  const append = dead.journal.append.bind(dead.journal);
  dead.broker.place = (approved) => {
    if (written) place(approved);
    dead.journal.append = () => ({ ok: false, error: 'the process died' });
    return { kind: 'refused', reason: 'the process died' };
  };
  dead.quote(180.02);
  dead.journal.append = append;
  return { dead, entry: dead.ref(id) };
}

test('P-02, R-05: killed between the intent and the write: UNKNOWN, counted, looked for, and never sent again', () => {
  const { dead, entry } = diedAtTheWrite(false);
  expect(dead.broker.frames).toEqual([]);
  const desk = restartedAfter(dead);
  desk.ends();
  desk.pnl();
  expect(desk.order(entry)).toMatchObject({ state: 'UNKNOWN', filled: 0, cause: { sentence: expect.any(String) as string } });
  expect(desk.alarms().filter((text) => text.startsWith('UNKNOWN: the last run had BUY IBM as QUEUED'))).toHaveLength(1);
  expect(desk.deskState.index.exposed().map(({ key }) => key)).toEqual([entry]);
  expect(startDesk(desk.deskState, 'the test').ok).toBe(true);
  for (const found of undecided(desk.deskState)) decide(desk.deskState, found.key, 'adopt', 'the test');
  expect(armAsSeen(desk.deskState, desk.spec(181, { name: 'another' }), 'the test')).toMatchObject({
    ok: false,
    error: { text: expect.stringContaining('UNKNOWN') as string },
  });
  for (let second = 0; second < 30; second += 1) {
    const asked = desk.broker.reconciles;
    desk.wait(1_000);
    if (desk.broker.reconciles > asked) desk.ends();
  }
  expect(desk.order(entry)).toMatchObject({ state: 'UNKNOWN', absence: { isProven: true } });
  expect(placed(desk)).toEqual([]);
  expect(settleOrder(desk.deskState, desk.order(entry).key, desk.order(entry).updatedAt, 'the test').ok).toBe(true);
  expect(desk.order(entry).state).toBe('REJECTED');
  expect(placed(desk)).toEqual([]);
});

test('P-02: what the dead desk believed to be at IB and IB has completed is not UNKNOWN', () => {
  const dead = new CoreDesk();
  const { entry } = dead.fired();
  dead.openOrder(entry);
  const desk = restartedAfter(dead);
  desk.news({
    kind: 'completed-order',
    order: dead.openOrderOf(entry, 'Cancelled', { orderId: 0 as OrderId }),
    completedStatus: 'Cancelled',
  });
  desk.ends();
  expect(desk.order(entry).state).toBe('CANCELLED');
  expect(desk.alarms().filter((text) => text.startsWith('UNKNOWN'))).toEqual([]);
});

test('P-02: a journal that cannot be read is told, and the broker’s lists are what there is', () => {
  const desk = new CoreDesk({ earlierTrouble: 'The journal of the last run cannot be read: EIO.' });
  desk.core.start();
  desk.connect();
  desk.ends();
  expect(desk.alarms().filter((text) => text.startsWith('The journal of the last run cannot be read: EIO.'))).toHaveLength(1);
});

test('R-25: an order of the last run keeps why it exists, whose exit it is and how old it is, also under a reference that TWS dropped', () => {
  const dead = new CoreDesk();
  const { id, entry } = dead.fired({ target: { kind: 'price', price: px(182) }, stop: { kind: 'price', price: px(179) } });
  const stop = dead.ref(id, 'S');
  dead.openOrder(entry);
  dead.openOrder(stop, 'PreSubmitted');
  const { createdAt, cause } = dead.order(entry);
  dead.wait(86_400_000);
  const desk = restartedAfter(dead);
  desk.news({ kind: 'open-order', order: dead.openOrderOf(entry) });
  const { orderRef: _dropped, ...bare } = dead.openOrderOf(stop, 'PreSubmitted');
  desk.news({ kind: 'open-order', order: bare });
  desk.ends();
  expect(desk.order(entry)).toMatchObject({ state: 'ACCEPTED', origin: 'trigger', createdAt, cause });
  expect(desk.order(stop)).toMatchObject({ state: 'ACCEPTED', origin: 'trigger', parentKey: entry, leg: 'S', createdAt });
});

test('R-25: of an order that no journal knows only a lower bound of its age is known', () => {
  const desk = new CoreDesk().started();
  const before = manualOrder({ permId: 71 as never });
  desk.news({ kind: 'open-order', order: before });
  desk.disconnect();
  desk.connect();
  desk.news({ kind: 'open-order', order: manualOrder({ permId: 72 as never, orderId: 9 as OrderId }) });
  desk.ends();
  expect(['perm:71', 'perm:72'].map((key) => desk.order(key as never).isOlder)).toEqual([undefined, true]);
});

test('R-04: a trigger whose order of this generation had left is spent, not offered again; an older order spends nothing', () => {
  const dead = new CoreDesk();
  const { id, entry } = dead.fired();
  // The file of the triggers is of before the firing: it was to be written a moment later.
  const drafts = [{ id, gen: 1, spec: dead.trigger(id).spec }];
  const next = (gen: number): CoreDesk => {
    const desk = new CoreDesk({ drafts: [{ ...drafts[0]!, gen }], earlier: journalled(dead), startAfter: 5_000 });
    desk.core.start();
    desk.connect();
    desk.news({ kind: 'execution', execution: dead.execution(entry, 100, 180.03), contract: IBM, live: false });
    desk.news({ kind: 'completed-order', order: dead.openOrderOf(entry, 'Filled', { orderId: 0 as OrderId }), completedStatus: 'Filled' });
    desk.position(100);
    desk.ends();
    return desk;
  };
  const desk = next(1);
  expect(desk.order(entry)).toMatchObject({ state: 'FILLED', filled: units(100) });
  expect(desk.trigger(id)).toMatchObject({ life: 'fired', fires: 1, reason: 'It fired in an earlier run; its order is FILLED.' });
  expect(next(2).trigger(id)).toMatchObject({ life: 'draft', gen: 2 });
});

test('P-05: killed between two legs: what TWS may hold untransmitted is cancelled by the next run, by the numbers written before', () => {
  const dead = new CoreDesk();
  const id = dead.waiting(BRACKET);
  dead.broker.legsThatLeave = 2;
  const numbers = new Map<string, Pick<Order, 'orderId' | 'clientId'>>();
  const place = dead.broker.place.bind(dead.broker);
  dead.broker.place = (approved) => {
    for (const [index, leg] of approved.value.legs.entries())
      numbers.set(leg.ref, { orderId: (100 + index) as OrderId, clientId: 2 as ClientId });
    dead.journal.append = () => ({ ok: false, error: 'the process died' });
    return place(approved);
  };
  dead.quote(180.02);
  expect(dead.broker.frames.map(({ leg, orderId }) => [leg.leg, orderId])).toEqual([
    ['E', 100],
    ['T', 101],
  ]);
  const desk = restartedAfter(dead, journalled(dead, numbers));
  desk.ends();
  const keys = (['E', 'T', 'S'] as const).map((leg) => dead.ref(id, leg));
  expect(keys.map((key) => desk.order(key).state)).toEqual(['UNKNOWN', 'UNKNOWN', 'UNKNOWN']);
  expect(desk.broker.cancels.map(({ clientId, orderId }) => [clientId, orderId])).toEqual([
    [2, 100],
    [2, 101],
    [2, 102],
  ]);
  expect(placed(desk)).toEqual([]);
  // TWS had the first two; the third is unknown to it.
  for (const key of keys.slice(0, 2)) desk.news({ kind: 'order-status', status: dead.statusOf(key, 'Cancelled') });
  expect(keys.map((key) => desk.order(key).state)).toEqual(['CANCELLED', 'CANCELLED', 'UNKNOWN']);
});

test('P-03: an order that left before the death is found by its reference and taken up once; nothing is sent again', () => {
  const dead = new CoreDesk();
  const { id, entry } = dead.fired();
  expect(dead.order(entry).state).toBe('SUBMITTED');
  const desk = restartedAfter(dead);
  for (let round = 0; round < 2; round += 1) {
    desk.news({ kind: 'open-order', order: dead.openOrderOf(entry) });
    desk.ends();
    desk.quote(179.9);
    desk.quote(180.1);
    desk.disconnect();
    desk.connect();
  }
  expect([...desk.stores.orders.values()].map(({ key, state, origin, triggerId }) => ({ key, state, origin, triggerId }))).toEqual([
    { key: entry, state: 'ACCEPTED', origin: 'trigger', triggerId: id },
  ]);
  expect(placed(desk)).toEqual([]);
});

test('P-04: an acknowledgement that the dead process did not write down is written down by the next comparison', () => {
  const dead = new CoreDesk();
  const { entry } = dead.fired();
  expect(dead.journal.records.some((record) => record.name === 'order.open')).toBe(false);
  const desk = restartedAfter(dead);
  desk.news({ kind: 'open-order', order: dead.openOrderOf(entry) });
  desk.ends();
  const record = desk.journal.records.find(({ name }) => name === 'order.open');
  expect(record?.writes.filter(([store]) => store === 'orders')).toMatchObject([
    ['orders', entry, { ref: entry, state: 'ACCEPTED', permId: dead.permOf(entry) }],
  ]);
  expect(desk.journal.records.some(({ name }) => name === 'reconciled')).toBe(true);
});

const FATES = [
  ['still working', 'ACCEPTED'],
  ['cancel pending', 'PENDING_CANCEL'],
  ['cancelled', 'CANCELLED'],
  ['part filled, working', 'PARTIALLY_FILLED'],
  ['part filled, cancelled', 'CANCELLED'],
  ['filled', 'FILLED'],
] as const;

test.each(FATES)('P-06: a death during a cancel or a change, the order is %s at IB: the next run has it %s', (fate, state) => {
  for (const during of ['cancel', 'change'] as const) {
    const dead = new CoreDesk();
    const { entry } = dead.fired({ entry: { type: 'LMT', limitOffset: px(0.05) } });
    dead.openOrder(entry);
    if (during === 'cancel') cancelOrders(dead.deskState, [dead.order(entry)], 'the test');
    else {
      dead.wait(1_500);
      dead.quote(180.02);
      const { key, updatedAt } = dead.order(entry);
      expect(modifyOrder(dead.deskState, key, updatedAt, { limit: px(180.01), quantity: units(80) }, 'the test').ok).toBe(true);
    }
    expect(dead.order(entry).state).toBe(during === 'cancel' ? 'PENDING_CANCEL' : 'PENDING_REPLACE');
    const desk = restartedAfter(dead);
    const part = fate.startsWith('part') ? 30 : fate === 'filled' ? 100 : 0;
    // Of a change only the broker's terms count, also when it was on its way.
    const terms = during === 'change' ? { limit: px(180.01), quantity: units(fate === 'filled' ? 100 : 80) } : {};
    if (part > 0) desk.news({ kind: 'execution', execution: dead.execution(entry, part, 180.03), contract: IBM, live: false });
    const ended = fate === 'filled' ? 'Filled' : fate.endsWith('cancelled') ? 'Cancelled' : undefined;
    if (ended === undefined)
      desk.news({ kind: 'open-order', order: dead.openOrderOf(entry, fate === 'cancel pending' ? 'PendingCancel' : 'Submitted', terms) });
    else
      desk.news({
        kind: 'completed-order',
        order: dead.openOrderOf(entry, ended, { ...terms, orderId: 0 as OrderId }),
        completedStatus: ended,
      });
    desk.position(part);
    desk.ends();
    expect([during, desk.order(entry)]).toMatchObject([during, { state, filled: units(part), ...terms }]);
    expect(desk.held()?.quantity ?? 0).toBe(units(part));
    expect([placed(desk), desk.broker.changes, desk.order(entry).change]).toEqual([[], [], undefined]);
  }
});
