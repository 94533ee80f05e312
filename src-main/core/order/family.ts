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

/** Name of the group for all exits of a bracket, as it is on the wire. */
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

/** What an order can still take: until IB has said which of its terms hold, the larger of what it has and what it is being changed to. */
export function restOf(order: Pick<Order, 'quantity' | 'filled' | 'change'>): number {
  return Math.max(0, Math.max(order.quantity, order.change?.quantity ?? 0) - order.filled);
}

/** Quantity that these orders can still take in all; `rest` says what each of them can. */
export function restOfGroups(orders: readonly Order[], rest: (order: Order) => number = restOf): number {
  const groups = new Map<string, number>();
  for (const order of orders) {
    const group = groupOf(order);
    groups.set(group, Math.max(groups.get(group) ?? 0, rest(order)));
  }
  let sum = 0;
  for (const there of groups.values()) sum += there;
  return sum;
}
