import type { OpenOrderNews } from '#core/ports/broker';
import type { Execution } from '#domain/execution';
import type { ClientId, ExecId, OrderId, OrderRef, PermId, TriggerId } from '#domain/ids';
import { isWorking, type Order } from '#domain/order';
import { units } from '#domain/quantity';
import { CoreDesk } from './desk.ts';
import { DU, manualOrder, MemoryLatchFile } from './fixtures.ts';
import { IBM, px } from './trigger-fixtures.ts';

/** What an earlier run of the desk leaves to the next: its trigger, its order, its files. */

export const TRIGGER = 'AAAAAAAA' as TriggerId;
/** The entry of the third arming of `TRIGGER`. */
export const REF = 'TD1-AAAAAAAA-3-1-E' as OrderRef;

/** An order that an earlier run of the desk sent: client 2, order id 50, permId 501. */
export function earlier(ref: OrderRef, more: Partial<OpenOrderNews> = {}): OpenOrderNews {
  return { ...manualOrder({ clientId: 2 as ClientId, orderId: 50 as OrderId, permId: 501 as PermId }), orderRef: ref, ...more };
}

/** A fill of that order: so many shares of IBM bought at 170.00. */
export function earlierFill(ref: OrderRef, quantity: number, more: Partial<Execution> = {}): Execution {
  return {
    execId: `e.${quantity}.01` as ExecId,
    account: DU,
    conId: IBM.conId,
    side: 'BUY',
    quantity: units(quantity),
    price: px(170),
    cumQuantity: units(quantity),
    avgPrice: px(170),
    orderId: 50 as OrderId,
    permId: 501 as PermId,
    clientId: 2 as ClientId,
    orderRef: ref,
    time: '',
    at: 0,
    ...more,
  };
}

/** A new process on the files of an earlier one: its trigger is offered as a draft, the broker has not been heard yet. */
export function restartedWithDraft(): CoreDesk {
  return begun(new CoreDesk({ startAfter: 500, drafts: [{ id: TRIGGER, gen: 3, spec: new CoreDesk().spec() }] }));
}

/**
 * What a kill -9 leaves behind: the files, and whatever reached the broker. The dead desk is never used again. `orders` are those that
 * its journal gives back.
 */
export function restartedAfter(dead: CoreDesk, orders: readonly Order[] = journalled(dead), latchFile = new MemoryLatchFile()): CoreDesk {
  const startAfter = (dead.journal.records.at(-1)?.seq ?? 0) + 1_000;
  return begun(new CoreDesk({ latchFile, drafts: dead.saved, earlier: orders, startAfter }));
}

/** The orders' cells as the dead desk's journal has them last; `numbers` are those written before a bracket left. */
export function journalled(
  dead: CoreDesk,
  numbers: ReadonlyMap<string, Pick<Order, 'orderId' | 'clientId'>> = new Map(),
): readonly Order[] {
  const cells = new Map<string, Order>();
  for (const { writes } of dead.journal.records)
    for (const [store, key, value] of writes) if (store === 'orders') cells.set(String(key), value as Order);
  return [...cells.values()]
    .filter(({ state }) => isWorking(state) || state === 'QUEUED')
    .map((order) => ({ ...order, ...(order.orderId === undefined ? numbers.get(order.key) : undefined) }));
}

function begun(desk: CoreDesk): CoreDesk {
  desk.core.start();
  desk.know(IBM);
  desk.connect();
  return desk;
}
