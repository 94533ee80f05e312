import { entryKeyOf, restOf } from '#core/order/family';
import type { OpenOrderNews } from '#core/ports/broker';
import { type Quantity, ZERO } from '#domain/quantity';
import { max, min, minus, plus } from '#domain/scaled';
import type { OrderKey, PermId } from '#domain/ids';
import { isWorking, opposite, type Order } from '#domain/order';
import { orderRef, parseOrderRef } from '#domain/order-ref';
import type { Hall } from './hall.ts';

/** Brackets as they are now: what an exit can take depends on what its entry has opened. */

/** The entry whose exit this order is; undefined when it is none, or when nobody here knows the entry. */
export function entryOf(hall: Hall, order: Order): Order | undefined {
  const key = entryKeyOf(order);
  const entry = key === undefined ? undefined : hall.index.get(key);
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

/** An exit of an entry that works without a fill: it waits for it and takes nothing. */
export function waitsForEntry(hall: Hall, order: Order): boolean {
  const entry = entryOf(hall, order);
  if (!isOpenEntry(entry) || entry.filled > 0) return false;
  return isWhollyKnown(entry) || order.whyHeld?.includes('child') === true;
}

/** What the entry of this exit has opened and its exits have not closed; undefined for what is no exit of a known entry. */
export function openOf(hall: Hall, order: Order): Quantity | undefined {
  const entry = entryOf(hall, order);
  return entry === undefined ? undefined : max(ZERO, minus(entry.filled, exitedOf(hall, entry)));
}

function exitedOf(hall: Hall, entry: Order): Quantity {
  const parts = entry.ref === undefined ? undefined : parseOrderRef(entry.ref);
  if (parts === undefined) return ZERO;
  const filled = (leg: 'T' | 'S'): Quantity => hall.index.get(orderRef({ ...parts, leg }) as string as OrderKey)?.filled ?? ZERO;
  return plus(filled('T'), filled('S'));
}

/** What an order can still take; an exit of an open entry never more than what that has opened, as far as all of that is known. */
export function takesOf(hall: Hall, order: Order): Quantity {
  const rest = restOf(order);
  const entry = entryOf(hall, order);
  if (!isOpenEntry(entry)) return rest;
  if (waitsForEntry(hall, order)) return ZERO;
  return isWhollyKnown(entry) ? min(rest, openOf(hall, order) ?? rest) : rest;
}

/** The parent that IB names by its number: of the desk's own orders the reference says more, because numbers are given out anew. */
export function parentOf(hall: Hall, news: OpenOrderNews): Pick<Order, 'parentKey'> {
  if (news.parentId === undefined) return {};
  const ours = news.orderRef === undefined ? undefined : parseOrderRef(news.orderRef);
  const key =
    ours === undefined
      ? hall.index.find({ clientId: news.clientId, orderId: news.parentId, permId: 0 as PermId })
      : (orderRef({ ...ours, leg: 'E' }) as string as OrderKey);
  return key === undefined ? {} : { parentKey: key };
}
