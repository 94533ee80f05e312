import { isLegalWord, NOT_SENT } from '#core/execution/transition';
import { EXPIRED_WORD, stateOfStatus } from '#core/order/ib-status';
import type { OpenOrderNews } from '#core/ports/broker';
import type { Slice } from '#core/state/desk-state';
import { isTerminal, type Order, type OrderState } from '#domain/order';
import type { Quantity } from '#domain/quantity';
import { cancelledOrExpired } from './expiry.ts';

type Desk = Slice<'bracketCancels' | 'counters' | 'details' | 'exchange' | 'memos' | 'stores'>;

/** IB's word about an order. `filled`: what comes with it, undefined when nothing does. */
export interface StatusWord {
  readonly ibStatus: string;
  readonly filled: Quantity | undefined;
  readonly whyHeld: string;
}

/**
 * Where IB's word leads; undefined when it moves nothing. After an end only executions move an order: a status that comes late is no fill.
 * `told`: IB has said in words what a Cancelled was.
 */
export function evidence(desk: Desk, order: Order, { ibStatus, filled, whyHeld }: StatusWord, told = false): OrderState | undefined {
  if (isTerminal(order.state) && !NOT_SENT.has(order.state)) return undefined;
  const state = stateOfStatus(ibStatus, Math.max(filled ?? 0, order.filled), whyHeld);
  switch (state) {
    case undefined:
    case 'EXPIRED':
      return state;
    case 'CANCELLED':
    case 'INACTIVE':
      return endOf(desk, order, state, told);
    default:
      return progressOf(order, state);
  }
}

/** What a Cancelled or an Inactive was: a refusal whose reason came before it, a session that is over, or what it says. */
function endOf(desk: Desk, order: Order, state: 'CANCELLED' | 'INACTIVE', told: boolean): OrderState {
  if (desk.memos.of(order.key).refusal !== undefined) return 'REJECTED';
  return state === 'CANCELLED' && !told ? cancelledOrExpired(desk, order) : state;
}

/** Of an order that works. `Filled` is a claim until the executions add up; until then it is at least a partial or accepted order. */
function progressOf(order: Order, state: OrderState): OrderState | undefined {
  if (state === 'FILLED' && order.filled >= order.quantity) return state;
  // A late `Submitted` does not take back what is known: fills, or a cancel on its way.
  if (state === 'SUBMITTED') return NOT_SENT.has(order.state) || order.state === 'UNKNOWN' ? state : undefined;
  // So does a change: whether it was taken is read from the terms that a listing names.
  if (order.state === 'PENDING_CANCEL' || order.state === 'PENDING_REPLACE') return undefined;
  const led = state === 'FILLED' ? (order.filled > 0 ? 'PARTIALLY_FILLED' : 'ACCEPTED') : state;
  // IB has counted fills whose executions are not told yet; a word without a count does not take them back.
  return led === 'ACCEPTED' && order.state === 'PARTIALLY_FILLED' ? undefined : led;
}

/** The same facts again say nothing new, unless the desk's own picture has moved since (UNKNOWN after a lost connection). */
export function nothingNew(order: Order, next: OrderState | undefined): boolean {
  return next === undefined || next === order.state || order.state === 'HELD' || !isLegalWord(order, next);
}

/** What a listing says that ends without a status of its own: IB's completed orders. */
export function completedWord(ibStatus: string, completedStatus: string): string {
  if (/expired/i.test(completedStatus) && stateOfStatus(ibStatus, 0, '') !== 'FILLED') return EXPIRED_WORD;
  if (stateOfStatus(ibStatus, 0, '') !== undefined) return ibStatus;
  return /^filled/i.test(completedStatus) ? 'Filled' : 'Cancelled';
}

export function listed(desk: Desk, order: Order, news: OpenOrderNews, completed: boolean): OrderState | undefined {
  const seen = evidence(desk, order, { ibStatus: news.ibStatus, filled: order.filled, whyHeld: order.whyHeld ?? '' }, completed);
  if (!completed) {
    // Somebody else's cancel is nothing that this desk waits for: what IB lists, counts.
    const cancelRefused = desk.memos.of(order.key).cancelRefused === true || order.cancelAskedAt === undefined;
    if (order.state === 'PENDING_CANCEL' && cancelRefused) return alive(news.ibStatus, order);
    // Refused for its absence, and listed all the same: it is alive.
    return order.state === 'REJECTED' ? alive(news.ibStatus, order) : seen;
  }
  if (seen === 'INACTIVE') return 'REJECTED';
  // Fills of other programs' orders are not told to this desk.
  if (news.ibStatus === 'Filled' && order.origin === 'foreign' && !isTerminal(order.state)) return 'FILLED';
  return seen;
}

export function alive(ibStatus: string, order: Order): OrderState | undefined {
  const state = stateOfStatus(ibStatus, order.filled, order.whyHeld ?? '');
  return state === 'ACCEPTED' || state === 'PARTIALLY_FILLED' || state === 'HELD' ? state : undefined;
}
