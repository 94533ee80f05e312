import { requestLists } from '#core/execution/request-lists';
import { externalChange, externallyChanged, noteShrink } from '#core/execution/external-change';
import { changeListed } from '#core/execution/modify';
import { amendOrder, tellOrder } from '#core/execution/transition';
import type { Tx } from '#core/commit/transaction';
import { stateOfStatus } from '#core/order/ib-status';
import { isChangeInDoubt } from '#core/order/order-life';
import { statedPrices } from '#core/order/stated-prices';
import type { OpenOrderNews } from '#core/ports/broker';
import { commit, type Slice } from '#core/state/desk-state';
import { type Effect, log } from '#core/state/records';
import type { OrderKey } from '#domain/ids';
import { isWorking, type Order, type OrderState, sameTrail } from '#domain/order';
import { adopt, adoptedKey } from './adopt-order.ts';
import { noteGoodTill } from './expiry.ts';
import { announceEnd, failTrigger, spokenOf } from './order-end.ts';
import { withoutOldTerms } from './old-terms.ts';
import { alive, listed, nothingNew } from './order-evidence.ts';
import { endedAgain, namedAfterEnd } from './reopened-orders.ts';

type Desk = Slice<
  | 'bracketCancels'
  | 'broker'
  | 'clock'
  | 'coordinator'
  | 'counters'
  | 'details'
  | 'earlierOrders'
  | 'exchange'
  | 'index'
  | 'latencies'
  | 'link'
  | 'memos'
  | 'reconciliation'
  | 'stores'
  | 'untoldExecutions'
>;

/** `completed`: from the list of completed orders, so whatever it says, it does not work any more. */
export function onOpenOrder(desk: Desk, told: OpenOrderNews, completed = false): void {
  if (told.whatIf) return;
  const found = desk.index.find({ clientId: told.clientId, orderId: told.orderId, permId: told.permId, ref: told.orderRef });
  const key = found ?? adoptedKey(desk, told);
  desk.reconciliation.sawOrder(key);
  if (completed && told.ibStatus === 'Filled') desk.reconciliation.sawFilled(key);
  if (found !== undefined) desk.latencies.acknowledged(found, desk.clock.monotonic());
  noteGoodTill(desk, key, told.goodTill);
  const before = desk.index.get(key);
  const news = before === undefined || completed ? told : withoutOldTerms(desk, before, told);
  if (before !== undefined && !completed) doubtEnd(desk, before, news);
  if (before !== undefined && repeats(desk, before, news, completed)) {
    forgetRefusals(desk, key);
    return;
  }
  const lostSight = commit(desk, 'risk-reducing', 'order.open', { kind: 'broker', text: `openOrder ${news.ibStatus}`, ref: key }, (tx) => {
    const order = tx.get(desk.stores.orders, key);
    if (order !== undefined) return takeListing(desk, tx, order, news, completed)?.state === 'UNKNOWN' && order.state !== 'UNKNOWN';
    adopt(desk, tx, key, news, completed);
    return false;
  });
  if (lostSight === true) requestLists(desk);
  forgetRefusals(desk, key);
}

/** It has ended for the desk, and IB names it as one that works. */
function doubtEnd(desk: Desk, before: Order, news: OpenOrderNews): void {
  if (before.state !== 'CANCELLED' && before.state !== 'EXPIRED') return;
  const state = alive(news.ibStatus, before);
  if (state !== undefined) namedAfterEnd(desk, before.key, state);
  else endedAgain(desk, before.key, news.ibStatus);
}

/** The listing says what the desk has, and answers no change that is under way: nothing is committed for it. */
function repeats(desk: Desk, before: Order, news: OpenOrderNews, completed: boolean): boolean {
  if (!sameOpenOrder(before, news)) return false;
  const answer = completed || isEnd(news) ? undefined : changeAnswer(desk, before, news, desk.clock.now());
  return answer === 'waits' || (answer === undefined && nothingNew(before, listed(desk, before, news, completed)));
}

/** What IB lists of a known order is taken over: its state, its terms, and what became of a change. Undefined while that change still waits. */
function takeListing(desk: Desk, tx: Tx<Effect>, order: Order, news: OpenOrderNews, completed: boolean): Order | undefined {
  const answer = completed || isEnd(news) ? undefined : changeAnswer(desk, order, news, tx.at);
  if (!completed) noteShrink(desk, order, news, tx.at);
  if (answer === 'waits') return meanwhile(desk, tx, order, news);
  const seen = answer === undefined ? listed(desk, order, news, completed) : afterChange(order, news);
  const external = completed ? undefined : externalChange(desk, order, news, tx.at);
  const now = {
    ...asListed(order, news),
    ...(external === undefined ? {} : { changedExternallyAt: tx.at }),
    ibStatus: news.ibStatus,
    updatedAt: tx.at,
    ...(order.ackedAt === undefined ? { ackedAt: tx.at } : {}),
    ...(external === undefined ? {} : { note: 'changed in TWS or by IB, not by this desk' }),
    ...(answer === undefined ? {} : { note: answer === 'taken' ? 'changed as asked' : 'IB kept the old terms' }),
  };
  const changed = tellOrder(desk, tx, order, seen, { now, listed: !completed });
  tellTerms(tx, order, external, answer);
  spokenOf(tx, order, changed);
  announceEnd(tx, order, changed);
  if (changed.state === 'REJECTED' && order.state !== 'REJECTED') failTrigger(desk, tx, changed);
  return changed;
}

/**
 * What the listing says of a change that is under way; undefined where there is none. Of one that was lost out of sight it is the whole answer,
 * unless TWS has no connection to IB: then it lists what it had, and the change waits with it.
 */
function changeAnswer(desk: Desk, order: Order, news: OpenOrderNews, at: number): ReturnType<typeof changeListed> | undefined {
  if (order.state === 'PENDING_REPLACE') return changeListed(order, news, at);
  const isCutOff = isChangeInDoubt(order) && desk.link.upstream === 'down';
  return isCutOff && changeListed(order, news, at) !== 'taken' ? 'waits' : undefined;
}

function tellTerms(tx: Tx<Effect>, order: Order, external: string | undefined, answer: 'taken' | 'refused' | undefined): void {
  const subject = { kind: 'order', key: order.key } as const;
  if (external !== undefined) log(tx, 'alarm', externallyChanged(order, external), subject);
  if (answer === 'refused') log(tx, 'alarm', `${order.side} ${order.contract.symbol} keeps its terms: IB lists it unchanged.`, subject);
}

/** IB has ended the order itself: what becomes of its change is no longer the question. */
function isEnd({ ibStatus }: OpenOrderNews): boolean {
  const state = stateOfStatus(ibStatus, 0, '');
  return state === 'CANCELLED' || state === 'INACTIVE';
}

/** IB made it smaller, as another of its group filled, while its change is on its way. */
function meanwhile(desk: Desk, tx: Tx<Effect>, order: Order, { quantity }: OpenOrderNews): Order | undefined {
  if (quantity === 0 || quantity >= order.quantity) return undefined;
  return amendOrder(desk, tx, order, { ...order, quantity, updatedAt: tx.at });
}

/** Where an order goes on whose change IB has taken or refused: where its status leads, or where it was. */
function afterChange(order: Order, news: OpenOrderNews): OrderState | undefined {
  return stateOfStatus(news.ibStatus, order.filled, order.whyHeld ?? '') ?? order.change?.from;
}

/** The order with the numbers and terms that the listing names. Completed orders carry neither ids nor always a quantity. */
function asListed(order: Order, news: OpenOrderNews): Order {
  // What was noted on the way to the broker is settled by its first answer; from then on the row says why the order exists.
  const { note, statedQuantity, ...answered } = order;
  return {
    ...answered,
    ...(order.ackedAt === undefined || note === undefined ? {} : { note }),
    ...(news.quantity > 0 || statedQuantity === undefined ? {} : { statedQuantity }),
    ...(news.orderId === 0 ? {} : { orderId: news.orderId, clientId: news.clientId }),
    ...(news.permId > 0 ? { permId: news.permId } : {}),
    ...(news.quantity > 0 ? { quantity: news.quantity } : {}),
    ...statedPrices(news),
    ...(news.ocaGroup === undefined ? {} : { ocaGroup: news.ocaGroup }),
  };
}

/** A refusal is over once a listing shows its order: that of a cancel when no cancel is under way, that of the order when it works. */
function forgetRefusals(desk: Desk, key: OrderKey): void {
  const after = desk.index.get(key);
  if (after === undefined) return;
  if (after.state !== 'PENDING_CANCEL') desk.memos.drop(key, 'cancelRefused');
  if (isWorking(after.state) && after.state !== 'INACTIVE' && after.state !== 'UNKNOWN') desk.memos.drop(key, 'refusal');
}

function sameOpenOrder(order: Order, news: OpenOrderNews): boolean {
  return (
    order.ibStatus === news.ibStatus &&
    (news.permId === 0 || order.permId === news.permId) &&
    (news.quantity === 0 || (order.quantity === news.quantity && order.statedQuantity === undefined)) &&
    (news.limit === undefined || order.limit === news.limit) &&
    (news.stop === undefined || order.stop === news.stop) &&
    (news.trail === undefined || sameTrail(order.trail, news.trail)) &&
    (news.orderId === 0 || order.orderId === news.orderId) &&
    order.ackedAt !== undefined
  );
}
