import type { Tx } from '#core/commit/transaction';
import type { Fill } from '#domain/execution';
import type { OrderKey } from '#domain/ids';
import type { Order } from '#domain/order';
import { formatQuantity, type Quantity, ZERO } from '#domain/quantity';
import { max, min, minus, plus, sumOf } from '#domain/scaled';
import { type Effect, log } from '#core/state/records';
import { commit, type Slice } from '#core/state/desk-state';
import { requestLists } from '#core/execution/request-lists';
import { tellOrder } from '#core/execution/transition';

type Desk = Slice<
  'broker' | 'clock' | 'coordinator' | 'counters' | 'index' | 'link' | 'memos' | 'reconciliation' | 'scheduler' | 'stores' | 'toldFilled'
>;

/** An execution that is missed may be on its way; then the lists are asked for, and then the operator is told. */
const GRACE_MS = 2_000;
const TOLD_BY_MS = 10_000;

/** IB tells the executions of a day; an order of an earlier one has more behind it, which only its status counts. */
export function countEarlier(desk: Desk, tx: Tx<Effect>, order: Order): Order {
  const told = desk.toldFilled.get(order.key) ?? ZERO;
  if (order.sentAt !== undefined || told <= order.filled || told >= order.quantity) return order;
  const earlier = minus(told, order.filled);
  const partial = order.state === 'ACCEPTED' || order.state === 'UNKNOWN' ? 'PARTIALLY_FILLED' : undefined;
  const now = {
    ...order,
    filled: told,
    filledBefore: plus(order.filledBefore ?? ZERO, earlier),
    updatedAt: tx.at,
    note: `${formatQuantity(earlier)} of it filled before what IB still tells`,
  };
  const counted = tellOrder(desk, tx, order, partial, { now });
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
  return min(order.filledBefore ?? ZERO, max(ZERO, minus(countedByIb(fills), booked(fills))));
}

function countedByIb(fills: readonly Fill[]): Quantity {
  return fills.reduce((most, fill) => max(most, fill.cumQuantity), ZERO);
}

function booked(fills: readonly Fill[]): Quantity {
  return sumOf(fills, (fill) => fill.quantity, ZERO);
}

function fillsOf(desk: Desk, key: OrderKey): readonly Fill[] {
  return [...desk.stores.fills.values()].filter((fill) => fill.orderKey === key);
}

/** IB's count that comes with an execution is higher than what was told: another one was lost, or is late. */
export function watchGap(desk: Desk, key: OrderKey): void {
  if (desk.memos.of(key).gapWatched === true || gapOf(desk, key) <= 0) return;
  desk.memos.note(key, 'gapWatched', true);
  desk.scheduler.after(GRACE_MS, () => {
    if (gapOf(desk, key) <= 0) {
      desk.memos.drop(key, 'gapWatched');
      return;
    }
    if (desk.link.ready) requestLists(desk);
    desk.scheduler.after(TOLD_BY_MS, () => {
      desk.memos.drop(key, 'gapWatched');
      tellGap(desk, key);
    });
  });
}

function gapOf(desk: Desk, key: OrderKey): Quantity {
  const order = desk.index.get(key);
  return order === undefined ? ZERO : minus(countedByIb(fillsOf(desk, key)), order.filled);
}

function tellGap(desk: Desk, key: OrderKey): void {
  const order = desk.index.get(key);
  const gap = gapOf(desk, key);
  if (order === undefined || gap <= 0) return;
  const counted = plus(order.filled, gap);
  desk.toldFilled.set(key, max(desk.toldFilled.get(key) ?? ZERO, counted));
  const text = `IB counts ${formatQuantity(counted)} filled of ${order.side} ${order.contract.symbol}, its executions tell ${formatQuantity(order.filled)}. Compare with TWS.`;
  commit(desk, 'housekeeping', 'log', { kind: 'broker', text }, (tx) => {
    log(tx, 'alarm', text, { kind: 'order', key });
  });
}
