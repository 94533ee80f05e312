import type { OpenOrderNews } from '#core/ports/broker';
import { entryKeyOf } from '#core/order/oca-group';
import type { OrderKey } from '#domain/ids';
import { type Order, sameTrail } from '#domain/order';
import { trailText } from '#domain/order-text';
import { formatPrice, type Price } from '#domain/price';
import { formatQuantity } from '#domain/quantity';
import type { Slice } from '#core/state/desk-state';
import type { OrderMemo, Terms } from '#core/state/order-memos';

type Desk = Slice<'memos'>;

/** A list that was made before a change may come after it, and IB may take a change long after it was asked: within this time they are ours. */
const REMEMBERED_MS = 30_000;

/** Trailing orders move their stop by themselves, so it is no term. */
export function termsOf(order: Pick<Order, 'quantity' | 'type' | 'limit' | 'stop' | 'trail'>): Terms {
  const trails = order.type.startsWith('TRAIL');
  return { quantity: order.quantity, limit: order.limit, stop: trails ? undefined : order.stop, trail: order.trail };
}

/** Terms that this desk gave an order, the old and the new: where a listing names them nobody else changed anything. */
export function noteRequestedTerms(desk: Desk, key: OrderKey, terms: readonly Terms[], at: number): void {
  const recent = requestedOf(desk, key, at);
  desk.memos.note(key, 'requested', [...recent, { at, terms }]);
}

/**
 * What a listing says of an own order that works and that this desk did not ask for: changed by a person in TWS, or by IB. Undefined when
 * there is nothing. IB itself shrinks exits as others of their group fill, and as their entry ends: that is nobody's hand.
 */
export function externalChange(desk: Desk, order: Order, news: OpenOrderNews, at: number): string | undefined {
  if (order.origin !== 'trigger' && order.origin !== 'operator') return undefined;
  if (order.ackedAt === undefined || order.state === 'PENDING_REPLACE' || order.change !== undefined) return undefined;
  const before = termsOf(order);
  const told = toldTerms(order, news);
  const after: Terms = isExit(order) && told.quantity < before.quantity ? { ...told, quantity: before.quantity } : told;
  if (same(before, after)) return undefined;
  const ours = requestedOf(desk, order.key, at).flatMap((one) => one.terms);
  if (ours.some((terms) => same(terms, after))) return undefined;
  // A list on its way may still name the old terms: they are not a second change.
  noteRequestedTerms(desk, order.key, [before, after], at);
  return differences(before, after);
}

/** What the operator reads of it. */
export function externallyChanged({ side, contract }: Pick<Order, 'side' | 'contract'>, what: string): string {
  return `${side} ${contract.symbol} was changed in TWS or by IB, not by this desk: ${what}. It is taken over as it is.`;
}

/**
 * A listing names terms that IB itself has replaced within the last half minute: it may have been written before that. Of an exit also what
 * lies between, for IB shrinks it as others of its group fill.
 */
export function namesOldTerms(desk: Desk, order: Order, news: OpenOrderNews, at: number): boolean {
  if (order.change !== undefined) return false;
  const now = termsOf(order);
  const told = toldTerms(order, news);
  if (same(now, told)) return false;
  return requestedOf(desk, order.key, at).some(({ terms: [before] }) => {
    if (before === undefined) return false;
    const between = isExit(order) && told.quantity > now.quantity && told.quantity <= before.quantity;
    return same(before, between ? { ...told, quantity: before.quantity } : told);
  });
}

/** IB has made an exit smaller; a list on its way may still name it as it was. */
export function noteShrink(desk: Desk, order: Order, news: OpenOrderNews, at: number): void {
  if (!isExit(order) || news.quantity === 0 || news.quantity >= order.quantity) return;
  noteRequestedTerms(desk, order.key, [termsOf(order), toldTerms(order, news)], at);
}

function toldTerms(order: Order, news: OpenOrderNews): Terms {
  return termsOf({ ...order, ...news, type: order.type, quantity: news.quantity > 0 ? news.quantity : order.quantity });
}

function isExit(order: Order): boolean {
  return entryKeyOf(order) !== undefined || order.ocaGroup !== undefined;
}

function requestedOf(desk: Desk, key: OrderKey, at: number): NonNullable<OrderMemo['requested']> {
  return (desk.memos.of(key).requested ?? []).filter((one) => at - one.at <= REMEMBERED_MS);
}

function same(one: Terms, other: Terms): boolean {
  return one.quantity === other.quantity && one.limit === other.limit && one.stop === other.stop && sameTrail(one.trail, other.trail);
}

function differences(before: Terms, after: Terms): string {
  const parts: string[] = [];
  const price = (value: Price | undefined): string => (value === undefined ? '—' : formatPrice(value));
  if (before.limit !== after.limit) parts.push(`limit ${price(before.limit)} → ${price(after.limit)}`);
  if (before.stop !== after.stop) parts.push(`stop ${price(before.stop)} → ${price(after.stop)}`);
  if (!sameTrail(before.trail, after.trail)) parts.push(`trails by ${trailText(before.trail)} → ${trailText(after.trail)}`);
  if (before.quantity !== after.quantity) parts.push(`quantity ${formatQuantity(before.quantity)} → ${formatQuantity(after.quantity)}`);
  return parts.join(', ');
}
