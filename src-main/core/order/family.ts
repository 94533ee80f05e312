import type { OrderKey } from '#domain/ids';
import type { Order } from '#domain/order';
import { orderRef, parseOrderRef } from '#domain/order-ref';

type Member = Pick<Order, 'key' | 'ref' | 'leg' | 'parentKey' | 'ocaGroup'>;

/** The entry that an exit of a bracket belongs to. After a restart the book no longer knows parents; the references still do. */
export function entryKeyOf(order: Member): OrderKey | undefined {
  if (order.parentKey !== undefined) return order.parentKey;
  const parts = order.leg === 'T' || order.leg === 'S' ? (order.ref === undefined ? undefined : parseOrderRef(order.ref)) : undefined;
  return parts === undefined ? undefined : (orderRef({ ...parts, leg: 'E' }) as string as OrderKey);
}

/** Name of the group for all exits of a bracket, as it is on the wire when there is more than one. */
export function ocaGroupOf(entry: OrderKey | string): string {
  return `OCA-${entry}`;
}

/**
 * Orders of one group take in no more together than the largest of them: exits of one bracket, and whatever carries the same OCA group
 * at IB. An order without either is its own group.
 */
export function groupOf(order: Member): string {
  if (order.ocaGroup !== undefined) return order.ocaGroup;
  const entry = entryKeyOf(order);
  return entry === undefined ? order.key : ocaGroupOf(entry);
}

/** Quantity that these orders can still take in all. */
export function restOfGroups(orders: readonly Order[]): number {
  const groups = new Map<string, number>();
  for (const order of orders) {
    const rest = Math.max(0, order.quantity - order.filled);
    const group = groupOf(order);
    groups.set(group, Math.max(groups.get(group) ?? 0, rest));
  }
  let sum = 0;
  for (const rest of groups.values()) sum += rest;
  return sum;
}
