import { requestLists } from '#core/execution/request-lists';
import { externalChange } from '#core/execution/external-change';
import { changeListed } from '#core/execution/modify';
import { tellOrder } from '#core/execution/transition';
import { stateOfStatus } from '#core/order/ib-status';
import type { OpenOrderNews } from '#core/ports/broker';
import { commit, type DeskState } from '#core/state/desk-state';
import { log } from '#core/state/records';
import { isWorking, type Order, sameTrail } from '#domain/order';
import { adopt, adoptedKey } from './adopt-order.ts';
import { noteGoodTill } from './expiry.ts';
import { announceEnd, failTrigger, spokenOf } from './order-end.ts';
import { alive, listed, nothingNew } from './order-evidence.ts';
import { namedAfterEnd } from './reopened-orders.ts';

/** `completed`: from the list of completed orders, so whatever it says, it does not work any more. */
export function onOpenOrder(desk: DeskState, news: OpenOrderNews, completed = false): void {
  if (news.whatIf) return;
  const found = desk.index.find({ clientId: news.clientId, orderId: news.orderId, permId: news.permId, ref: news.orderRef });
  const key = found ?? adoptedKey(desk, news);
  desk.reconciliation.sawOrder(key);
  if (completed && news.ibStatus === 'Filled') desk.reconciliation.sawFilled(key);
  if (found !== undefined) desk.latencies.acknowledged(found, desk.ports.clock.monotonic());
  noteGoodTill(desk, key, news.goodTill);
  const before = desk.index.get(key);
  if (before !== undefined && !completed && (before.state === 'CANCELLED' || before.state === 'EXPIRED')) {
    const state = alive(news.ibStatus, before);
    if (state !== undefined) namedAfterEnd(desk, key, state);
  }
  const changing = before?.state === 'PENDING_REPLACE' && !completed;
  if (
    before !== undefined &&
    sameOpenOrder(before, news) &&
    nothingNew(before, listed(desk, before, news, completed)) &&
    !(changing && changeListed(before, news, desk.ports.clock.now()) !== 'waits')
  )
    return;
  let lostSight = false;
  commit(desk, 'risk-reducing', 'order.open', { kind: 'broker', text: `openOrder ${news.ibStatus}`, ref: key }, (tx) => {
    const order = tx.get(desk.stores.orders, key);
    if (order === undefined) {
      adopt(desk, tx, key, news, completed);
      return;
    }
    const answer = order.state === 'PENDING_REPLACE' && !completed ? changeListed(order, news, tx.at) : undefined;
    if (answer === 'waits') return;
    const seen =
      answer === undefined
        ? listed(desk, order, news, completed)
        : (stateOfStatus(news.ibStatus, order.filled, order.whyHeld ?? '') ?? order.change?.from);
    const outside = completed ? undefined : externalChange(desk, order, news, tx.at);
    // What was noted on the way to the broker is settled by its first answer; from then on the row says why the order exists.
    const { note: _settled, ...answered } = order;
    const now = {
      ...(order.ackedAt === undefined ? answered : order),
      // Completed orders carry neither ids nor always a quantity.
      ...(news.orderId === 0 ? {} : { orderId: news.orderId, clientId: news.clientId }),
      ...(news.permId > 0 ? { permId: news.permId } : {}),
      ...(news.quantity > 0 ? { quantity: news.quantity } : {}),
      ...(news.limit === undefined ? {} : { limit: news.limit }),
      ...(news.stop === undefined ? {} : { stop: news.stop }),
      ...(news.trail === undefined ? {} : { trail: news.trail }),
      ...(news.ocaGroup === undefined ? {} : { ocaGroup: news.ocaGroup }),
      ...(outside === undefined ? {} : { changedExternallyAt: tx.at }),
      ibStatus: news.ibStatus,
      updatedAt: tx.at,
      ...(order.ackedAt === undefined ? { ackedAt: tx.at } : {}),
      ...(outside === undefined ? {} : { note: 'changed in TWS or by IB, not by this desk' }),
      ...(answer === 'taken' ? { note: 'changed as asked' } : answer === 'refused' ? { note: 'IB kept the old terms' } : {}),
    };
    const changed = tellOrder(desk, tx, order, seen, { now, listed: !completed });
    lostSight = changed.state === 'UNKNOWN' && order.state !== 'UNKNOWN';
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
    if (changed.state === 'REJECTED' && order.state !== 'REJECTED') failTrigger(desk, tx, changed);
  });
  if (lostSight) requestLists(desk);
  const after = desk.index.get(key);
  if (after !== undefined && after.state !== 'PENDING_CANCEL') desk.memos.drop(key, 'cancelRefused');
  if (after !== undefined && isWorking(after.state) && after.state !== 'INACTIVE' && after.state !== 'UNKNOWN')
    desk.memos.drop(key, 'refusal');
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
