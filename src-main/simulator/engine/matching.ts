import { mulDiv } from '#domain/decimal';
import { midpoint, type Price, roundToTick } from '#domain/price';
import { type Quantity, QUANTITY_SCALE, trustedQuantity } from '#domain/quantity';
import { minus, plus, timesRatio } from '#domain/scaled';
import type { Book } from '../market/book.ts';
import type { WorkingOrder } from './working-order.ts';

/** When a stop wakes, what an order may take, and how much of a bracket is left to trade. Pure. */

/** IB's trigger methods: 0, 2 and 3 look at trades, 1 and 4 at quotes, 7 at either, 8 at the middle. */
export function stopMet(order: WorkingOrder, book: Book): boolean {
  const { stop } = order;
  if (stop === undefined || book.halted) return false;
  const buy = order.action === 'BUY';
  const beyond = (price: Price | undefined): boolean => price !== undefined && price > 0 && (buy ? price >= stop : price <= stop);
  const quote = buy ? book.bid : book.ask;
  switch (order.triggerMethod) {
    case 1:
    case 4:
      return beyond(quote);
    case 7:
      return beyond(book.last) || beyond(quote);
    case 8:
      return book.bid !== undefined && book.ask !== undefined && beyond(midpoint(book.bid, book.ask));
    default:
      return beyond(book.last);
  }
}

/**
 * Moves a trailing stop after the market, never back; where the market is, the trigger method says as for any stop. The first
 * price it sees sets it when it came without one.
 */
export function trail(order: WorkingOrder, book: Book): void {
  const buy = order.action === 'BUY';
  const quoted = order.triggerMethod === 1 || order.triggerMethod === 4;
  const from = quoted ? (buy ? book.bid : book.ask) : book.last;
  if (from === undefined || from <= 0 || book.halted) return;
  const by = order.trailBy ?? timesRatio(from, order.trailPercent ?? 0, 100_000_000);
  const { minTick } = order.contract;
  const stop = buy ? roundToTick(plus(from, by), minTick, 'up') : roundToTick(minus(from, by), minTick, 'down');
  if (order.stop === undefined || (buy ? stop < order.stop : stop > order.stop)) order.stop = stop;
}

/** Fills of all orders that leave the position which this parent opens. */
function exitedFrom(parent: WorkingOrder, children: readonly WorkingOrder[]): number {
  return children.reduce((sum, child) => sum + (child.action === parent.action ? 0 : child.filled), 0);
}

/**
 * What of an order may trade now: a child never more than its parent has filled and its siblings have not closed yet. Changed after its parent
 * was done it is an order of its own, and trades what it was changed to (to IB it has no parent any more, code 135).
 */
export function workingSize(order: WorkingOrder, siblings: readonly WorkingOrder[]): number {
  const { parent } = order;
  if (parent === undefined || parent.action === order.action || order.isItsOwn) return order.remaining;
  return Math.max(0, Math.min(order.remaining, parent.filled - exitedFrom(parent, siblings)));
}

/** What a child may still come to, once its siblings have traded or its parent is done. */
export function childLimit(child: WorkingOrder, siblings: readonly WorkingOrder[]): number {
  const { parent } = child;
  if (parent === undefined || child.isItsOwn) return child.remaining;
  if (parent.done && parent.filled === 0) return 0;
  if (parent.action === child.action) return child.remaining;
  const opens = parent.done ? parent.filled : parent.quantity;
  return Math.max(0, Math.min(child.remaining, opens - exitedFrom(parent, siblings)));
}

/**
 * What an OCA sibling keeps after another order of its group filled `filled` of the `before` it had left: nothing for type 1,
 * its proportion in whole units for types 2 and 3.
 */
export function ocaRest(sibling: WorkingOrder, ocaType: number, filled: number, before: number): number {
  if (ocaType === 1 || filled >= before) return 0;
  const units = mulDiv(sibling.remaining, before - filled, before) / QUANTITY_SCALE;
  return Math.ceil(units) * QUANTITY_SCALE;
}

/** Price and size that the book offers to this order now. */
export function offer(order: WorkingOrder, book: Book, size: number): { readonly price: Price; readonly size: Quantity } | undefined {
  const there = book.against(order.action);
  if (there === undefined || size <= 0) return undefined;
  const { limit } = order;
  if (limit !== undefined && (order.action === 'BUY' ? there.price > limit : there.price < limit)) return undefined;
  return { price: there.price, size: trustedQuantity(Math.min(size, there.size)) };
}
