import type { OrderLookup } from './order-index.ts';
import { orderKeyOf } from '#domain/ids';
import { isWorking, opposite, type Order } from '#domain/order';
import { orderRef, parseOrderRef } from '#domain/order-ref';
import { type Quantity, ZERO } from '#domain/quantity';
import { max, min, minus, plus } from '#domain/scaled';
import { entryKeyOf, restOf } from './oca-group.ts';

/** Brackets as they are now: what an exit can take depends on what its entry has opened. */

/** The entry whose exit this order is; undefined when it is none, or when nobody here knows the entry. */
export function entryOf(index: OrderLookup, order: Order): Order | undefined {
  const key = entryKeyOf(order);
  const entry = key === undefined ? undefined : index.get(key);
  return entry?.side === opposite(order.side) ? entry : undefined;
}

/** An entry that may still fill: its exits are not more than it, whatever it has filled so far, and IB bounds them by that itself. */
export function isOpenEntry(entry: Order | undefined): entry is Order {
  return entry !== undefined && (isWorking(entry.state) || entry.state === 'QUEUED' || entry.state === 'INTENT');
}

/** Only of an entry that this process sent all fills are known; IB no longer tells those of earlier days. */
function isWhollyKnown(entry: Order): boolean {
  return entry.sentAt !== undefined || entry.state === 'QUEUED' || entry.state === 'INTENT';
}

/** IB's own word that the order waits for its parent; also of a parent that nobody here knows. */
function isHeldAsChild(order: Order): boolean {
  return order.whyHeld?.includes('child') === true;
}

/** An exit of an entry that works without a fill: it waits for it and takes nothing. */
export function waitsForEntry(index: OrderLookup, order: Order): boolean {
  const entry = entryOf(index, order);
  if (entry === undefined) return isHeldAsChild(order);
  if (!isOpenEntry(entry) || entry.filled > 0) return false;
  return isWhollyKnown(entry) || isHeldAsChild(order);
}

/** Its entry has not filled, or ended without a fill: it never had anything to exit. */
export function hadNothingToExit(index: OrderLookup, order: Order): boolean {
  if (waitsForEntry(index, order)) return true;
  const entry = entryOf(index, order);
  return entry !== undefined && entry.filled === 0 && isWhollyKnown(entry);
}

/**
 * What an exit certainly takes now if the price comes to it, however large it is; undefined where no entry bounds it. An entry that works
 * gives what it has filled and its exits have not closed, one that ended without a fill gives nothing.
 */
export function awakeOf(index: OrderLookup, order: Order): Quantity | undefined {
  if (hadNothingToExit(index, order)) return ZERO;
  return isOpenEntry(entryOf(index, order)) ? openOf(index, order) : undefined;
}

/** What the entry of this exit has opened and its exits have not closed; undefined for what is no exit of a known entry. */
export function openOf(index: OrderLookup, order: Order): Quantity | undefined {
  const entry = entryOf(index, order);
  return entry === undefined ? undefined : max(ZERO, minus(entry.filled, exitedOf(index, entry)));
}

function exitedOf(index: OrderLookup, entry: Order): Quantity {
  const parts = entry.ref === undefined ? undefined : parseOrderRef(entry.ref);
  if (parts === undefined) return ZERO;
  const filled = (leg: 'T' | 'S'): Quantity => index.get(orderKeyOf(orderRef({ ...parts, leg })))?.filled ?? ZERO;
  return plus(filled('T'), filled('S'));
}

/** What the entry of this exit may still open: the exit waits for it. */
export function comingOf(index: OrderLookup, exit: Order): Quantity {
  const entry = entryOf(index, exit);
  return isOpenEntry(entry) ? restOf(entry) : ZERO;
}

/** What an order can still take; an exit of an open entry never more than what that has opened, as far as all of that is known. */
export function takesOf(index: OrderLookup, order: Order): Quantity {
  const rest = restOf(order);
  if (waitsForEntry(index, order)) return ZERO;
  const entry = entryOf(index, order);
  if (!isOpenEntry(entry)) return rest;
  return isWhollyKnown(entry) ? min(rest, openOf(index, order) ?? rest) : rest;
}
