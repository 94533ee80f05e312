import { restOf } from '#core/order/oca-group';
import { protects } from '#core/order/stop-coverage';
import type { DeskView } from '#core/state/desk-view';
import { positionKey } from '#core/state/records';
import type { Order, OrderState } from '#domain/order';
import type { Position } from '#domain/position';
import { type Quantity, ZERO } from '#domain/quantity';
import { max, min, minus, plus } from '#domain/scaled';

type View = Pick<DeskView, 'index' | 'stores'>;

/** What IB has not confirmed within this time may be lost; the desk asks for it then. */
const CONFIRMS_MS = 5_000;
/** A close or a replacement that waits for exits gives up by itself within this time. */
const WAITS_MS = 10_000;
/** IB works it: it will trade unless somebody cancels it. */
const WORKS: ReadonlySet<OrderState> = new Set<OrderState>(['ACCEPTED', 'PARTIALLY_FILLED', 'PENDING_REPLACE']);
const SENT: ReadonlySet<OrderState> = new Set<OrderState>(['INTENT', 'QUEUED', 'SUBMITTED']);

/** Closes of this side of the position that are, may be or will be at the broker. One of the other side, or of another account, takes nothing of it. */
export function closesOf(desk: View, { account, contract, quantity }: Position): readonly Order[] {
  const side = quantity > 0 ? 'SELL' : 'BUY';
  return desk.index
    .exposed()
    .filter((order) => order.leg === 'F' && order.account === account && order.side === side && order.contract.conId === contract.conId);
}

/** IB has confirmed it and it can trade, or it has just left. UNKNOWN is neither; nor is one that is being cancelled or that IB holds. */
export function isCertain(close: Order, now: number): boolean {
  return WORKS.has(close.state) || (SENT.has(close.state) && Math.abs(now - (close.sentAt ?? close.createdAt)) < CONFIRMS_MS);
}

/**
 * What of a position needs no stop at this moment (`now`, epoch ms): it is about to be closed, or its stop is being replaced. Only closes
 * that are certain count, for what they still take; what waits for exits to go counts for the time in which it gives up by itself.
 */
export function inHandOf(desk: View, position: Position, now: number): Quantity {
  const { stores, index } = desk;
  const key = positionKey(position.account, position.contract.conId);
  let inHand = ZERO;
  const waiting = stores.closings.get(key);
  if (waiting !== undefined && isRecent(waiting.at, now)) inHand = plus(inHand, waiting.quantity);
  for (const trailing of stores.trailings.values()) {
    const old = trailing.position === key && isRecent(trailing.at, now) ? index.get(trailing.key) : undefined;
    // As long as it works it protects by itself.
    if (old !== undefined) inHand = plus(inHand, max(ZERO, minus(restOf(old), protects(index, old))));
  }
  for (const close of closesOf(desk, position)) if (isCertain(close, now)) inHand = plus(inHand, certainlyTakes(close));
  return inHand;
}

function isRecent(at: number, now: number): boolean {
  return Math.abs(now - at) <= WAITS_MS;
}

/** Until IB has said which of its terms hold, the smaller. */
function certainlyTakes({ quantity, change, filled }: Order): Quantity {
  return max(ZERO, minus(min(quantity, change?.quantity ?? quantity), filled));
}

/** Why nothing else may close what these closes are to close; a sentence. */
export function closeText(closes: readonly Order[], { contract: { symbol } }: Position): string {
  return closes.some(({ state }) => state === 'UNKNOWN')
    ? `A close of ${symbol} is UNKNOWN and may still fill: look in TWS, then cancel it or settle it as not sent.`
    : `A close of ${symbol} is at the broker already; wait for it or cancel it.`;
}
