import { requestLists } from '#core/execution/request-lists';
import { tellOrder } from '#core/execution/transition';
import { stateOfStatus } from '#core/order/ib-status';
import { isChangeInDoubt } from '#core/order/order-life';
import type { OrderStatusNews } from '#core/ports/broker';
import { commit, count, type Slice } from '#core/state/desk-state';
import { log } from '#core/state/records';
import type { Order, OrderState } from '#domain/order';
import { type Quantity, ZERO } from '#domain/quantity';
import { plus } from '#domain/scaled';
import { announceEnd, failTrigger, spokenOf } from './order-end.ts';
import { evidence, nothingNew } from './order-evidence.ts';
import { endedAgain } from './reopened-orders.ts';

type Desk = Slice<
  | 'bracketCancels'
  | 'broker'
  | 'clock'
  | 'coordinator'
  | 'counters'
  | 'details'
  | 'exchange'
  | 'index'
  | 'latencies'
  | 'link'
  | 'memos'
  | 'reconciliation'
  | 'scheduler'
  | 'stores'
  | 'toldFilled'
>;

export function onOrderStatus(desk: Desk, news: OrderStatusNews): void {
  const key = desk.index.find({ clientId: news.clientId, orderId: news.orderId, permId: news.permId });
  if (key === undefined) {
    count(desk, 'statuses of unknown orders');
    // A client that returns is told the status of each of its orders: the comparison that follows lists them all, once.
    if (desk.link.ready && !desk.reconciliation.running()) desk.broker.requestOpenOrders();
    return;
  }
  desk.latencies.acknowledged(key, desk.clock.monotonic());
  // A list of open orders may be older than this word of an order that has just been sent.
  desk.reconciliation.sawOrder(key);
  const before = desk.index.get(key);
  if (before === undefined) return;
  const told = news.filled ?? ZERO;
  if (before.sentAt === undefined && told > (desk.toldFilled.get(key) ?? 0)) desk.toldFilled.set(key, told);
  endedAgain(desk, key, news.ibStatus);
  const next = wordOf(desk, before, news);
  if (sameStatus(before, news) && nothingNew(before, next)) return;
  commit(desk, 'risk-reducing', 'order.status', { kind: 'broker', text: `orderStatus ${news.ibStatus}`, ref: key }, (tx) => {
    const order = tx.get(desk.stores.orders, key);
    if (order === undefined) return;
    const seen = wordOf(desk, order, news);
    if (seen === undefined && stateOfStatus(news.ibStatus, 0, '') === undefined) {
      count(desk, 'unrecognised order statuses');
      log(tx, 'warning', `IB reports a status this desk does not know: ${news.ibStatus}. The order is unchanged; asking again.`, {
        kind: 'order',
        key,
      });
    }
    const { whyHeld: _over, statedQuantity: _before, ...rest } = order;
    const statedQuantity = statedOf(order, news);
    const now = {
      ...rest,
      ...(statedQuantity === undefined ? {} : { statedQuantity }),
      ...(news.permId > 0 ? { permId: news.permId } : {}),
      ...(order.orderId === undefined && news.orderId !== 0 ? { orderId: news.orderId, clientId: news.clientId } : {}),
      ibStatus: news.ibStatus,
      ...(news.whyHeld === '' ? {} : { whyHeld: news.whyHeld }),
      updatedAt: tx.at,
      ...(order.ackedAt === undefined
        ? { ackedAt: tx.at, ...(seen === 'REJECTED' ? {} : { note: `acknowledged as ${news.ibStatus}` }) }
        : {}),
    };
    const changed = tellOrder(desk, tx, order, seen, { now });
    spokenOf(tx, order, changed);
    announceEnd(tx, order, changed);
    if (changed.state === 'REJECTED' && order.state !== 'REJECTED') failTrigger(desk, tx, changed);
  });
  // A word nobody knows, or another size than the listing's: the list of open orders says more.
  if (stateOfStatus(news.ibStatus, 0, '') === undefined || countsAnew(desk, before)) desk.broker.requestOpenOrders();
  // A claim of Filled whose executions have not come is looked up, not believed.
  if (news.ibStatus === 'Filled' && before.filled < before.quantity) {
    desk.scheduler.after(5_000, () => {
      const now = desk.index.get(key);
      if (now !== undefined && now.filled < now.quantity && desk.link.ready) requestLists(desk);
    });
  }
}

/** Where the status leads. One that names no end leaves an order UNKNOWN whose terms are in doubt: the listing that follows names them. */
function wordOf(desk: Desk, order: Order, news: OrderStatusNews): OrderState | undefined {
  const to = evidence(desk, order, news);
  return to !== undefined && isChangeInDoubt(order) && isAtIb(to) ? undefined : to;
}

function isAtIb(state: OrderState): boolean {
  return state === 'SUBMITTED' || state === 'ACCEPTED' || state === 'HELD' || state === 'PARTIALLY_FILLED';
}

/** The size that IB counts, where it is neither that of the listing nor the one that was asked for; undefined where it says nothing else. */
function statedOf({ quantity, change }: Order, { filled, remaining }: OrderStatusNews): Quantity | undefined {
  if (filled === undefined || remaining === undefined || remaining <= 0) return undefined;
  const counted = plus(filled, remaining);
  return counted === quantity || counted === change?.quantity ? undefined : counted;
}

/** Of a comparison that is under way, or comes with the connection, the list is asked for anyway. */
function countsAnew(desk: Desk, { key, statedQuantity }: Order): boolean {
  const now = desk.index.get(key)?.statedQuantity;
  return now !== undefined && now !== statedQuantity && desk.link.ready && !desk.reconciliation.running();
}

function sameStatus(order: Order, news: OrderStatusNews): boolean {
  return (
    order.ibStatus === news.ibStatus &&
    (news.permId === 0 || order.permId === news.permId) &&
    (order.whyHeld ?? '') === news.whyHeld &&
    order.statedQuantity === statedOf(order, news) &&
    order.ackedAt !== undefined
  );
}
