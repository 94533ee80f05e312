import type { Tx } from '#core/commit/transaction';
import { mayBecome, settled } from '#core/order/life';
import { EXPIRED_WORD, stateOfStatus } from '#core/order/translate';
import type { BrokerNotice, OpenOrderNews, OrderStatusNews } from '#core/ports/broker';
import type { OrderKey } from '#domain/ids';
import { ZERO } from '#domain/quantity';
import { isTerminal, isWorking, type Order, type OrderState, sameTrail, type Side } from '#domain/order';
import { parseOrderRef } from '#domain/order-ref';
import { adopt, adoptedKey } from './adopt-order.ts';
import { bracketCancelAnswered } from './broken-brackets.ts';
import { type Effect, log } from './desk-state.ts';
import { commit, count, type Hall } from './hall.ts';
import { cancelledOrExpired, noteGoodTill } from './expiry.ts';
import { changeListed, changeRefused } from './modify.ts';
import { look } from './looking.ts';
import { changedOutside } from './outside-terms.ts';
import { namedAfterEnd } from './revival.ts';

/** What the desk believes has not left. The broker's word about such an order proves that it has. */
const NOT_SENT: ReadonlySet<OrderState> = new Set<OrderState>(['INTENT', 'QUEUED', 'DENIED', 'ABORTED_BY_KILL']);

function legal(order: Order, to: OrderState): boolean {
  if (to === order.state || mayBecome(order.state, to)) return true;
  // REJECTED by absence alone is as much a belief; only a listing undoes it, see `alive`.
  const belief = NOT_SENT.has(order.state) || order.state === 'REJECTED';
  return belief && (to === 'SUBMITTED' || mayBecome('SUBMITTED', to));
}

/** The state the evidence leads to; an illegal move changes nothing and is counted. */
export function move(hall: Hall, order: Order, to: OrderState): OrderState {
  if (legal(order, to)) return to;
  count(hall, 'illegal order moves');
  return order.state;
}

/** Orders whose cancel IB refused: what a listing says of them is true again. */
const refusedCancels = new WeakMap<Hall, Set<OrderKey>>();

function refusedCancelsOf(hall: Hall): Set<OrderKey> {
  let keys = refusedCancels.get(hall);
  if (keys === undefined) {
    keys = new Set();
    refusedCancels.set(hall, keys);
  }
  return keys;
}

/** Codes that refused an order and wait for IB's status, or for its absence from the open orders. */
const refusals = new WeakMap<Hall, Map<OrderKey, string>>();

function refusalsOf(hall: Hall): Map<OrderKey, string> {
  let waiting = refusals.get(hall);
  if (waiting === undefined) {
    waiting = new Map();
    refusals.set(hall, waiting);
  }
  return waiting;
}

/**
 * Where IB's word leads. `Filled` is a claim until the executions add up; until then it is at least a partial or accepted order. After
 * an end only executions move an order: a status that comes late is no fill. `told`: IB has said in words what a Cancelled was.
 */
function evidence(hall: Hall, order: Order, ibStatus: string, filled: number, whyHeld: string, told = false): OrderState | undefined {
  const state = stateOfStatus(ibStatus, Math.max(filled, order.filled), whyHeld);
  if (isTerminal(order.state) && !NOT_SENT.has(order.state)) return undefined;
  if ((state === 'INACTIVE' || state === 'CANCELLED') && refusalsOf(hall).has(order.key)) return 'REJECTED';
  if (state === 'CANCELLED' && !told) return cancelledOrExpired(hall, order);
  if (state === 'CANCELLED' || state === 'EXPIRED' || state === 'INACTIVE' || state === undefined) return state;
  if (state === 'FILLED' && order.filled >= order.quantity) return state;
  // A late `Submitted` does not take back what is known: fills, or a cancel on its way.
  if (state === 'SUBMITTED') return NOT_SENT.has(order.state) || order.state === 'UNKNOWN' ? state : undefined;
  // So does a change: whether it was taken is read from the terms that a listing names.
  if (order.state === 'CANCEL_PENDING' || order.state === 'MODIFY_PENDING') return undefined;
  if (state === 'FILLED') return order.filled > 0 ? 'PARTIAL' : 'ACCEPTED';
  return state;
}

/** The same facts again say nothing new, unless the desk's own picture has moved since (UNKNOWN after a lost connection). */
function nothingNew(order: Order, next: OrderState | undefined): boolean {
  return next === undefined || next === order.state || order.state === 'HELD' || !legal(order, next);
}

/** What a listing says that ends without a status of its own: IB's completed orders. */
export function completedWord(ibStatus: string, completedStatus: string): string {
  if (/expired/i.test(completedStatus) && stateOfStatus(ibStatus, 0, '') !== 'FILLED') return EXPIRED_WORD;
  if (stateOfStatus(ibStatus, 0, '') !== undefined) return ibStatus;
  return /^filled/i.test(completedStatus) ? 'Filled' : 'Cancelled';
}

/** `completed`: from the list of completed orders, so whatever it says, it does not work any more. */
export function onOpenOrder(hall: Hall, news: OpenOrderNews, completed = false): void {
  if (news.whatIf) return;
  const found = hall.index.find({ clientId: news.clientId, orderId: news.orderId, permId: news.permId, ref: news.orderRef });
  const key = found ?? adoptedKey(hall, news);
  hall.reconciliation.sawOrder(key);
  if (completed && news.ibStatus === 'Filled') hall.reconciliation.sawFilled(key);
  if (found !== undefined) hall.latencies.acknowledged(found, hall.ports.clock.monotonic());
  noteGoodTill(hall, key, news.goodTill);
  const before = hall.index.get(key);
  if (before !== undefined && !completed && (before.state === 'CANCELLED' || before.state === 'EXPIRED')) {
    const state = alive(news.ibStatus, before);
    if (state !== undefined) namedAfterEnd(hall, key, state);
  }
  const changing = before?.state === 'MODIFY_PENDING' && !completed;
  if (
    before !== undefined &&
    sameOpenOrder(before, news) &&
    nothingNew(before, listed(hall, before, news, completed)) &&
    !(changing && changeListed(before, news, hall.ports.clock.now()) !== 'waits')
  )
    return;
  commit(hall, 'risk-reducing', 'order.open', { kind: 'broker', text: `openOrder ${news.ibStatus}`, ref: key }, (tx) => {
    const order = tx.get(hall.stores.orders, key);
    if (order === undefined) {
      adopt(hall, tx, key, news, completed);
      return;
    }
    const answer = order.state === 'MODIFY_PENDING' && !completed ? changeListed(order, news, tx.at) : undefined;
    if (answer === 'waits') return;
    const seen =
      answer === undefined
        ? listed(hall, order, news, completed)
        : (stateOfStatus(news.ibStatus, order.filled, order.whyHeld ?? '') ?? order.change?.from);
    const outside = completed ? undefined : changedOutside(hall, order, news, tx.at);
    // What was noted on the way to the broker is settled by its first answer; from then on the row says why the order exists.
    const { note: _settled, ...answered } = order;
    const changed: Order = {
      ...(order.ackedAt === undefined ? answered : order),
      // Completed orders carry neither ids nor always a quantity.
      ...(news.orderId === 0 ? {} : { orderId: news.orderId, clientId: news.clientId }),
      ...(news.permId > 0 ? { permId: news.permId } : {}),
      ...(news.quantity > 0 ? { quantity: news.quantity } : {}),
      ...(news.limit === undefined ? {} : { limit: news.limit }),
      ...(news.stop === undefined ? {} : { stop: news.stop }),
      ...(news.trail === undefined ? {} : { trail: news.trail }),
      ...(news.ocaGroup === undefined ? {} : { ocaGroup: news.ocaGroup }),
      ...(outside === undefined ? {} : { changedOutsideAt: tx.at }),
      ibStatus: news.ibStatus,
      state: seen === undefined ? order.state : move(hall, order, seen),
      updatedAt: tx.at,
      ...(order.ackedAt === undefined ? { ackedAt: tx.at } : {}),
      ...(outside === undefined ? {} : { note: 'changed in TWS or by IB, not by this desk' }),
      ...(answer === 'taken' ? { note: 'changed as asked' } : answer === 'refused' ? { note: 'IB kept the old terms' } : {}),
    };
    tx.set(hall.stores.orders, key, settled(changed));
    if (outside !== undefined)
      log(
        tx,
        'alarm',
        `${order.side} ${order.contract.symbol} was changed in TWS or by IB, not by this desk: ${outside}. It is taken over as it is.`,
        { kind: 'order', key },
      );
    if (answer === 'refused')
      log(tx, 'alarm', `${order.side} ${order.contract.symbol} keeps its terms: IB lists it unchanged.`, { kind: 'order', key });
    spokenOf(tx, order, changed);
    announceEnd(tx, order, changed);
    if (changed.state === 'REJECTED' && order.state !== 'REJECTED') failTrigger(hall, tx, changed);
  });
  const after = hall.index.get(key);
  if (after !== undefined && after.state !== 'CANCEL_PENDING') refusedCancelsOf(hall).delete(key);
  if (after !== undefined && isWorking(after.state) && after.state !== 'INACTIVE' && after.state !== 'UNKNOWN')
    refusalsOf(hall).delete(key);
}

function listed(hall: Hall, order: Order, news: OpenOrderNews, completed: boolean): OrderState | undefined {
  const seen = evidence(hall, order, news.ibStatus, order.filled, order.whyHeld ?? '', completed);
  if (!completed) {
    const cancelRefused = order.state === 'CANCEL_PENDING' && refusedCancelsOf(hall).has(order.key);
    if (cancelRefused) return alive(news.ibStatus, order);
    // Refused for its absence, and listed all the same: it is alive.
    return order.state === 'REJECTED' ? alive(news.ibStatus, order) : seen;
  }
  if (seen === 'INACTIVE') return 'REJECTED';
  // Fills of other programs' orders are not told to this desk.
  if (news.ibStatus === 'Filled' && order.origin === 'foreign' && !isTerminal(order.state)) return 'FILLED';
  return seen;
}

function alive(ibStatus: string, order: Order): OrderState | undefined {
  const state = stateOfStatus(ibStatus, order.filled, order.whyHeld ?? '');
  return state === 'ACCEPTED' || state === 'PARTIAL' || state === 'HELD' ? state : undefined;
}

function sameOpenOrder(order: Order, news: OpenOrderNews): boolean {
  return (
    order.ibStatus === news.ibStatus &&
    (news.permId === 0 || order.permId === news.permId) &&
    (news.quantity === 0 || order.quantity === news.quantity) &&
    (news.limit === undefined || order.limit === news.limit) &&
    (news.stop === undefined || order.stop === news.stop) &&
    (news.trail === undefined || sameTrail(order.trail, news.trail)) &&
    (news.orderId === 0 || order.orderId === news.orderId) &&
    order.ackedAt !== undefined
  );
}

/** The broker speaks of an order that was counted as not sent. */
function spokenOf(tx: Tx<Effect>, before: Order, after: Order): void {
  const thoughtUnsent = before.state === 'DENIED' || before.state === 'ABORTED_BY_KILL';
  if ((!thoughtUnsent && before.state !== 'REJECTED') || !isWorking(after.state)) return;
  log(tx, 'alarm', `IB knows ${after.side} ${after.contract.symbol}, which was counted as ${before.state.toLowerCase()}: it is alive.`, {
    kind: 'order',
    key: after.key,
  });
}

export function onOrderStatus(hall: Hall, news: OrderStatusNews): void {
  const key = hall.index.find({ clientId: news.clientId, orderId: news.orderId, permId: news.permId });
  if (key === undefined) {
    count(hall, 'statuses of unknown orders');
    // A client that returns is told the status of each of its orders: the comparison that follows lists them all, once.
    if (hall.link.ready && !hall.reconciliation.running()) hall.ports.broker.requestOpenOrders();
    return;
  }
  hall.latencies.acknowledged(key, hall.ports.clock.monotonic());
  // A list of open orders may be older than this word of an order that has just been sent.
  hall.reconciliation.sawOrder(key);
  const before = hall.index.get(key);
  if (before === undefined) return;
  const told = news.filled ?? ZERO;
  if (before.sentAt === undefined && told > (hall.toldFilled.get(key) ?? 0)) hall.toldFilled.set(key, told);
  const next = evidence(hall, before, news.ibStatus, news.filled ?? 0, news.whyHeld);
  if (sameStatus(before, news) && nothingNew(before, next)) return;
  commit(hall, 'risk-reducing', 'order.status', { kind: 'broker', text: `orderStatus ${news.ibStatus}`, ref: key }, (tx) => {
    const order = tx.get(hall.stores.orders, key);
    if (order === undefined) return;
    const seen = evidence(hall, order, news.ibStatus, news.filled ?? 0, news.whyHeld);
    if (seen === undefined && stateOfStatus(news.ibStatus, 0, '') === undefined) {
      count(hall, 'unrecognised order statuses');
      log(tx, 'warning', `IB reports a status this desk does not know: ${news.ibStatus}. The order is unchanged; asking again.`, {
        kind: 'order',
        key,
      });
    }
    const { whyHeld: _over, ...rest } = order;
    const changed: Order = {
      ...rest,
      ...(news.permId > 0 ? { permId: news.permId } : {}),
      ...(order.orderId === undefined && news.orderId !== 0 ? { orderId: news.orderId, clientId: news.clientId } : {}),
      ibStatus: news.ibStatus,
      ...(news.whyHeld === '' ? {} : { whyHeld: news.whyHeld }),
      state: seen === undefined ? order.state : move(hall, order, seen),
      updatedAt: tx.at,
      ...(order.ackedAt === undefined
        ? { ackedAt: tx.at, ...(seen === 'REJECTED' ? {} : { note: `acknowledged as ${news.ibStatus}` }) }
        : {}),
    };
    tx.set(hall.stores.orders, key, settled(changed));
    spokenOf(tx, order, changed);
    announceEnd(tx, order, changed);
    if (changed.state === 'REJECTED' && order.state !== 'REJECTED') failTrigger(hall, tx, changed);
  });
  // A word nobody knows: the list of open orders says more.
  if (stateOfStatus(news.ibStatus, 0, '') === undefined) hall.ports.broker.requestOpenOrders();
  // A claim of Filled whose executions have not come is looked up, not believed.
  if (news.ibStatus === 'Filled' && before.filled < before.quantity) {
    hall.ports.scheduler.after(5_000, () => {
      const now = hall.index.get(key);
      if (now !== undefined && now.filled < now.quantity && hall.link.ready) look(hall);
    });
  }
}

function sameStatus(order: Order, news: OrderStatusNews): boolean {
  return (
    order.ibStatus === news.ibStatus &&
    (news.permId === 0 || order.permId === news.permId) &&
    (order.whyHeld ?? '') === news.whyHeld &&
    order.ackedAt !== undefined
  );
}

function announceEnd(tx: Tx<Effect>, before: Order, after: Order): void {
  if (before.state === after.state) return;
  const subject = { kind: 'order', key: after.key } as const;
  const what = `${sideWord(after.side)} ${after.contract.symbol}`;
  if (after.state === 'CANCELLED') log(tx, 'info', `${after.origin === 'manual' ? 'Manual order' : 'Order'} cancelled: ${what}`, subject);
  if (after.state === 'EXPIRED') log(tx, 'warning', `Order expired: ${what}. Its time is over and IB has ended it.`, subject);
  if (after.state === 'REJECTED') log(tx, 'alarm', `Rejected by IB: ${what}. ${after.note ?? ''}`, subject);
  if (after.state === 'INACTIVE') log(tx, 'alarm', `IB holds ${what} as Inactive: look at it in TWS; it may still be alive.`, subject);
}

function sideWord(side: Side): string {
  return side === 'BUY' ? 'BUY' : 'SELL';
}

/** Codes never end an order by themselves; they explain, and some make the desk ask. */
export function onOrderNotice(hall: Hall, notice: BrokerNotice): void {
  if (notice.orderId === undefined) return;
  const key = hall.index.find({ clientId: notice.clientId, orderId: notice.orderId, permId: 0 as never });
  if (key === undefined) return;
  const before = hall.index.get(key);
  if (before !== undefined && changeRefused(hall, before, notice)) return;
  const text = `IB ${notice.code}: ${notice.text}`;
  const refuses = notice.disposition === 'reject';
  if (refuses) refusalsOf(hall).set(key, notice.text);
  commit(hall, 'risk-reducing', 'order.notice', { kind: 'broker', text, ref: key }, (tx) => {
    const order = tx.get(hall.stores.orders, key);
    if (order === undefined) return;
    // The code explains; what ends the order is IB's status, or its absence from the open orders that are asked for below.
    const rejected = refuses && order.state === 'INACTIVE';
    const state = rejected
      ? move(hall, order, 'REJECTED')
      : notice.disposition === 'held' && !isTerminal(order.state)
        ? move(hall, order, 'HELD')
        : order.state;
    const asked = order.state === 'CANCEL_PENDING' || order.note?.startsWith('cancel sent') === true;
    const note = notice.disposition === 'cancelled' && asked ? cancelledAs(hall) : text;
    const changed: Order = { ...order, state, note, updatedAt: tx.at };
    tx.set(hall.stores.orders, key, changed);
    if (state === 'REJECTED') announceEnd(tx, order, changed);
    else if (notice.severity !== 'info')
      log(tx, 'warning', `${order.side} ${order.contract.symbol}: ${text}${notice.advice === undefined ? '' : ` ${notice.advice}`}`, {
        kind: 'order',
        key,
      });
    if (rejected || (refuses && order.state === 'CANCELLED')) failTrigger(hall, tx, changed);
  });
  if (refuses) hall.ports.broker.requestOpenOrders();
  if (notice.disposition === 'look-up') {
    bracketCancelAnswered(hall, key);
    // A cancel that found nothing to cancel: only the completed orders and the executions tell what became of it.
    if (hall.index.get(key)?.state === 'CANCEL_PENDING') {
      refusedCancelsOf(hall).add(key);
      look(hall);
    } else hall.ports.broker.requestOpenOrders();
  }
  if (notice.disposition === 'cancelled') lookUpLater(hall, key);
}

/** IB's own words for a cancel that was asked for (202, "Order Canceled - reason:") say nothing that the operator does not know. */
function cancelledAs(hall: Hall): string {
  return hall.latch.isSet() ? 'cancelled by the kill' : 'cancelled as asked';
}

/** 202 announces a status; when that does not come the broker is asked (K-32). */
function lookUpLater(hall: Hall, key: OrderKey): void {
  hall.ports.scheduler.after(10_000, () => {
    const order = hall.index.get(key);
    if (order !== undefined && isWorking(order.state) && hall.link.ready) look(hall);
  });
}

function failTrigger(hall: Hall, tx: Tx<Effect>, order: Order): void {
  const trigger = order.triggerId === undefined ? undefined : tx.get(hall.stores.triggers, order.triggerId);
  const gen = order.ref === undefined ? undefined : parseOrderRef(order.ref)?.gen;
  if (order.leg !== 'E' || trigger?.life !== 'fired' || gen !== trigger.gen) return;
  const why = refusalsOf(hall).get(order.key);
  tx.set(hall.stores.triggers, trigger.id, {
    ...trigger,
    life: 'failed',
    reason: `IB rejected the order${why === undefined ? '.' : `: ${why}`}`,
    updatedAt: tx.at,
  });
}

/** The end of a list of all open orders: a refused order that it did not name is gone (K-36). */
export function settleRefusals(hall: Hall): void {
  for (const [key, why] of refusalsOf(hall)) {
    commit(hall, 'risk-reducing', 'order.refused', { kind: 'broker', text: `refused and not listed: ${why}`, ref: key }, (tx) => {
      const order = tx.get(hall.stores.orders, key);
      if (order === undefined || !isWorking(order.state)) return;
      const changed: Order = { ...order, state: move(hall, order, 'REJECTED'), updatedAt: tx.at };
      tx.set(hall.stores.orders, key, changed);
      announceEnd(tx, order, changed);
      if (changed.state === 'REJECTED') failTrigger(hall, tx, changed);
    });
    refusalsOf(hall).delete(key);
  }
}
