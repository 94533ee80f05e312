import { expect, test } from 'vitest';
import { cancelOrders } from '#core/engine/kill';
import { modifyOrder } from '#core/engine/modify';
import { startDesk } from '#core/engine/operator';
import type { CommitRecord } from '#core/ports/journal';
import type { OrderId, OrderRef } from '#domain/ids';
import { units } from '#domain/quantity';
import type { OpenOrderNews } from '#core/ports/broker';
import { CoreDesk } from '../support/core-desk.ts';
import { MemoryLatchFile } from '../support/core-fixtures.ts';
import { IBM, px } from '../support/trigger-fixtures.ts';

/** What a kill -9 leaves behind: the files, and whatever reached the broker. The dead desk is never used again. */
function after(dead: CoreDesk, latchFile = new MemoryLatchFile()): CoreDesk {
  const desk = new CoreDesk({ latchFile, drafts: dead.saved, startAfter: (dead.journal.records.at(-1)?.seq ?? 0) + 1_000 });
  desk.core.start();
  desk.know(IBM);
  desk.connect();
  return desk;
}

/** How TWS lists an order that the dead desk sent. */
function listed(dead: CoreDesk, ref: OrderRef, ibStatus = 'Submitted', more: Partial<OpenOrderNews> = {}): OpenOrderNews {
  return dead.openOrderOf(ref, ibStatus, more);
}

function placed(desk: CoreDesk): readonly string[] {
  return desk.broker.left.filter((what) => what.startsWith('place'));
}

test('P-01: the intent is handed to the journal before the first byte of its order, and a death in between sends nothing', () => {
  const desk = new CoreDesk();
  const id = desk.waiting();
  const append = desk.journal.append.bind(desk.journal);
  let framesAtIntent = -1;
  desk.journal.append = (record: CommitRecord) => {
    const written = append(record);
    if (record.name !== 'trigger.fire') return written;
    // The process is gone from here on: its record is in the file, nothing more of it reaches file or broker.
    framesAtIntent = desk.broker.left.filter((what) => what.startsWith('place')).length;
    desk.broker.socket = false;
    desk.journal.append = () => ({ ok: true, value: undefined });
    return written;
  };
  desk.quote(180.02);
  expect({ framesAtIntent, frames: desk.broker.frames.length }).toEqual({ framesAtIntent: 0, frames: 0 });
  expect(desk.journal.records.at(-1)?.name).toBe('trigger.fire');
  const again = after(desk);
  again.ends();
  again.pnl();
  expect(again.trigger(id)).toMatchObject({ life: 'draft', fires: 0 });
  expect(startDesk(again.hall, 'the test').ok).toBe(true);
  again.quote(179.9);
  again.quote(180.1);
  again.wait(30_000);
  expect([again.broker.frames, again.trigger(id).life]).toEqual([[], 'draft']);
});

test('P-03: an order that left before the death is found by its reference and taken up once; nothing is sent again', () => {
  const dead = new CoreDesk();
  const { id, entry } = dead.fired();
  expect(dead.order(entry).state).toBe('SUBMITTED');
  const desk = after(dead);
  for (let round = 0; round < 2; round += 1) {
    desk.news({ kind: 'open-order', order: listed(dead, entry) });
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
  const desk = after(dead);
  desk.news({ kind: 'open-order', order: listed(dead, entry) });
  desk.ends();
  const record = desk.journal.records.find(({ name }) => name === 'order.open');
  expect(record?.writes.filter(([store]) => store === 'orders')).toMatchObject([
    ['orders', entry, { ref: entry, state: 'ACCEPTED', permId: dead.permOf(entry) }],
  ]);
  expect(desk.journal.records.some(({ name }) => name === 'reconciled')).toBe(true);
});

const FATES = [
  ['still working', 'ACCEPTED'],
  ['cancel pending', 'CANCEL_PENDING'],
  ['cancelled', 'CANCELLED'],
  ['part filled, working', 'PARTIAL'],
  ['part filled, cancelled', 'CANCELLED'],
  ['filled', 'FILLED'],
] as const;

test.each(FATES)('P-06: a death during a cancel or a change, the order is %s at IB: the next run has it %s', (fate, state) => {
  for (const during of ['cancel', 'change'] as const) {
    const dead = new CoreDesk();
    const { entry } = dead.fired({ entry: { type: 'LMT', limitOffset: px(0.05) } });
    dead.openOrder(entry);
    if (during === 'cancel') cancelOrders(dead.hall, [dead.order(entry)], 'the test');
    else {
      dead.wait(1_500);
      dead.quote(180.02);
      const { key, updatedAt } = dead.order(entry);
      expect(modifyOrder(dead.hall, key, updatedAt, { limit: px(180.01), quantity: units(80) }, 'the test').ok).toBe(true);
    }
    expect(dead.order(entry).state).toBe(during === 'cancel' ? 'CANCEL_PENDING' : 'MODIFY_PENDING');
    const desk = after(dead);
    const part = fate.startsWith('part') ? 30 : fate === 'filled' ? 100 : 0;
    // Of a change only the broker's terms count, also when it was on its way.
    const terms = during === 'change' ? { limit: px(180.01), quantity: units(fate === 'filled' ? 100 : 80) } : {};
    if (part > 0) desk.news({ kind: 'execution', execution: dead.execution(entry, part, 180.03), contract: IBM, live: false });
    const ended = fate === 'filled' ? 'Filled' : fate.endsWith('cancelled') ? 'Cancelled' : undefined;
    if (ended === undefined)
      desk.news({ kind: 'open-order', order: listed(dead, entry, fate === 'cancel pending' ? 'PendingCancel' : 'Submitted', terms) });
    else
      desk.news({
        kind: 'completed-order',
        order: listed(dead, entry, ended, { ...terms, orderId: 0 as OrderId }),
        completedStatus: ended,
      });
    desk.position(part);
    desk.ends();
    expect([during, desk.order(entry)]).toMatchObject([during, { state, filled: units(part), ...terms }]);
    expect(desk.held()?.quantity ?? 0).toBe(units(part));
    expect([placed(desk), desk.broker.changes, desk.order(entry).change]).toEqual([[], [], undefined]);
  }
});
