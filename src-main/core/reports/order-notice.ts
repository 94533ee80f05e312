import { bracketCancelAnswered } from '#core/execution/lost-brackets';
import { changeRefused } from '#core/execution/modify';
import { requestLists } from '#core/execution/request-lists';
import { moveOrder, tellOrder } from '#core/execution/transition';
import type { BrokerNotice } from '#core/ports/broker';
import { commit, type Slice } from '#core/state/desk-state';
import { log } from '#core/state/records';
import { type OrderKey, permIdOf } from '#domain/ids';
import { isWorking, type Order } from '#domain/order';
import { isCancelAsked } from './cancel-evidence.ts';
import { announceEnd, failTrigger } from './order-end.ts';

type Desk = Slice<
  | 'accounts'
  | 'board'
  | 'bracketCancels'
  | 'broker'
  | 'clock'
  | 'coordinator'
  | 'counters'
  | 'details'
  | 'exchange'
  | 'index'
  | 'journal'
  | 'latch'
  | 'link'
  | 'memos'
  | 'ordersOut'
  | 'recentSends'
  | 'reconciliation'
  | 'rules'
  | 'scheduler'
  | 'stores'
>;

/** Codes never end an order by themselves; they explain, and some make the desk ask. */
export function onOrderNotice(desk: Desk, notice: BrokerNotice): void {
  if (notice.orderId === undefined) return;
  const key = desk.index.find({ clientId: notice.clientId, orderId: notice.orderId, permId: permIdOf(0) });
  if (key === undefined) return;
  const before = desk.index.get(key);
  if (before !== undefined && changeRefused(desk, before, notice)) return;
  const text = `IB ${notice.code}: ${notice.text}`;
  const refuses = notice.disposition === 'reject';
  if (refuses) desk.memos.note(key, 'refusal', notice.text);
  if (notice.disposition === 'cancelled') {
    desk.memos.note(key, 'cancelAnnouncedAt', desk.clock.now());
    if (notice.brokerReason !== undefined) desk.memos.note(key, 'cancelWords', notice.brokerReason);
  }
  commit(desk, 'risk-reducing', 'order.notice', { kind: 'broker', text, ref: key }, (tx) => {
    const order = tx.get(desk.stores.orders, key);
    if (order === undefined) return;
    // The code explains; what ends the order is IB's status, or its absence from the open orders that are asked for below.
    const rejected = refuses && order.state === 'INACTIVE';
    const state = rejected ? 'REJECTED' : notice.disposition === 'held' && mayBeHeld(order) ? 'HELD' : undefined;
    const note = notice.disposition === 'cancelled' && isCancelAsked(desk, order) ? cancelledAs(desk) : text;
    const changed = tellOrder(desk, tx, order, state, { now: { ...order, note, updatedAt: tx.at } });
    if (changed.state === 'REJECTED') announceEnd(tx, order, changed);
    else if (notice.severity !== 'info')
      log(tx, 'warning', `${order.side} ${order.contract.symbol}: ${text}${notice.advice === undefined ? '' : ` ${notice.advice}`}`, {
        kind: 'order',
        key,
      });
    if (rejected || (refuses && order.state === 'CANCELLED')) failTrigger(desk, tx, changed);
  });
  if (refuses) desk.memos.note(key, 'refusalRequest', desk.broker.requestOpenOrders());
  if (notice.disposition === 'look-up') {
    bracketCancelAnswered(desk, key);
    // A cancel that found nothing to cancel: only the completed orders and the executions tell what became of it.
    if (desk.index.get(key)?.state === 'PENDING_CANCEL') {
      desk.memos.note(key, 'cancelRefused', true);
      desk.memos.note(key, 'cancelRefusedAt', desk.clock.now());
      requestLists(desk);
    } else desk.broker.requestOpenOrders();
  }
  if (notice.disposition === 'cancelled') lookUpLater(desk, key);
}

/**
 * Of an order that works the code says why it waits. It confirms none that IB has not taken, has as Inactive or has not been found again,
 * and it ends no cancel and no change that is on its way: only a status or a listing does.
 */
function mayBeHeld({ state }: Order): boolean {
  return state === 'ACCEPTED';
}

/** IB's own words for a cancel that was asked for (202, "Order Canceled - reason:") say nothing that the operator does not know. */
function cancelledAs(desk: Desk): string {
  return desk.latch.isSet() ? 'cancelled by the kill' : 'cancelled as asked';
}

/** 202 announces a status; when that does not come the broker is asked (K-32). */
function lookUpLater(desk: Desk, key: OrderKey): void {
  desk.scheduler.after(10_000, () => {
    const order = desk.index.get(key);
    if (order !== undefined && isWorking(order.state) && desk.link.ready) requestLists(desk);
  });
}

/** The end of a list of all open orders that was asked for after the refusal: a refused order that it did not name is gone (K-36). */
export function settleRefusals(desk: Desk, request: number): void {
  for (const key of desk.memos.having('refusal')) {
    const { refusal: why = '', refusalRequest = request } = desk.memos.of(key);
    if (request < refusalRequest) continue;
    commit(desk, 'risk-reducing', 'order.refused', { kind: 'broker', text: `refused and not listed: ${why}`, ref: key }, (tx) => {
      const order = tx.get(desk.stores.orders, key);
      if (order === undefined || !isWorking(order.state)) return;
      const changed = moveOrder(desk, tx, order, 'refused-and-absent', { ...order, updatedAt: tx.at });
      if (changed === undefined) return;
      announceEnd(tx, order, changed);
      failTrigger(desk, tx, changed);
    });
    desk.memos.drop(key, 'refusal');
  }
}
