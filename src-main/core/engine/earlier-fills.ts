import type { Tx } from '#core/commit/transaction';
import type { Fill } from '#domain/execution';
import type { OrderKey } from '#domain/ids';
import type { Order } from '#domain/order';
import { formatQuantity, type Quantity } from '#domain/quantity';
import { type Effect, log } from './desk-state.ts';
import { commit, type Hall } from './hall.ts';
import { look } from './looking.ts';
import { move } from './order-news.ts';

/** An execution that is missed may be on its way; then the lists are asked for, and then the operator is told. */
const GRACE_MS = 2_000;
const TOLD_BY_MS = 10_000;
const gaps = new WeakMap<Hall, Set<OrderKey>>();

/** IB tells the executions of a day; an order of an earlier one has more behind it, which only its status counts. */
export function countEarlier(hall: Hall, tx: Tx<Effect>, order: Order): Order {
  const told = hall.toldFilled.get(order.key) ?? 0;
  if (order.sentAt !== undefined || told <= order.filled || told >= order.quantity) return order;
  const earlier = (told - order.filled) as Quantity;
  const state = order.state === 'ACCEPTED' || order.state === 'UNKNOWN' ? move(hall, order, 'PARTIAL') : order.state;
  const counted: Order = {
    ...order,
    state,
    filled: told as Quantity,
    filledBefore: ((order.filledBefore ?? 0) + earlier) as Quantity,
    updatedAt: tx.at,
    note: `${formatQuantity(earlier)} of it filled before what IB still tells`,
  };
  tx.set(hall.stores.orders, order.key, counted);
  log(
    tx,
    'warning',
    `${formatQuantity(earlier)} of ${order.side} ${order.contract.symbol} filled before what IB still tells: they count as filled, their executions are not known.`,
    { kind: 'order', key: order.key },
  );
  return counted;
}

/** What remains of an order's earlier fills now that one more execution is told: it may be one of them. */
export function stillEarlier(order: Order, fills: readonly Fill[]): Quantity {
  return Math.min(order.filledBefore ?? 0, Math.max(0, countedByIb(fills) - booked(fills))) as Quantity;
}

function countedByIb(fills: readonly Fill[]): number {
  return fills.reduce((most, fill) => Math.max(most, fill.cumQuantity), 0);
}

function booked(fills: readonly Fill[]): number {
  return fills.reduce((sum, fill) => sum + fill.quantity, 0);
}

function fillsOf(hall: Hall, key: OrderKey): readonly Fill[] {
  return [...hall.stores.fills.values()].filter((fill) => fill.orderKey === key);
}

/** IB's count that comes with an execution is higher than what was told: another one was lost, or is late. */
export function watchGap(hall: Hall, key: OrderKey): void {
  const watched = gaps.get(hall) ?? new Set<OrderKey>();
  gaps.set(hall, watched);
  if (watched.has(key) || gapOf(hall, key) <= 0) return;
  watched.add(key);
  hall.ports.scheduler.after(GRACE_MS, () => {
    if (gapOf(hall, key) <= 0) {
      watched.delete(key);
      return;
    }
    if (hall.link.ready) look(hall);
    hall.ports.scheduler.after(TOLD_BY_MS, () => {
      watched.delete(key);
      tellGap(hall, key);
    });
  });
}

function gapOf(hall: Hall, key: OrderKey): number {
  const order = hall.index.get(key);
  return order === undefined ? 0 : countedByIb(fillsOf(hall, key)) - order.filled;
}

function tellGap(hall: Hall, key: OrderKey): void {
  const order = hall.index.get(key);
  const gap = gapOf(hall, key);
  if (order === undefined || gap <= 0) return;
  hall.toldFilled.set(key, Math.max(hall.toldFilled.get(key) ?? 0, order.filled + gap) as Quantity);
  const text = `IB counts ${formatQuantity((order.filled + gap) as Quantity)} filled of ${order.side} ${order.contract.symbol}, its executions tell ${formatQuantity(order.filled)}. Compare with TWS.`;
  commit(hall, 'housekeeping', 'log', { kind: 'broker', text }, (tx) => {
    log(tx, 'alarm', text, { kind: 'order', key });
  });
}
