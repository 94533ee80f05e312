import { type OrderKey, orderKeyOf } from '#domain/ids';
import type { Order } from '#domain/order';
import { orderRef, parseOrderRef } from '#domain/order-ref';
import { type Quantity, ZERO } from '#domain/quantity';
import { max, minus, plus } from '#domain/scaled';

type Member = Pick<Order, 'key' | 'ref' | 'leg' | 'parentKey' | 'ocaGroup'>;

/** The entry that an exit of a bracket belongs to. After a restart the book no longer knows parents; the references still do. */
export function entryKeyOf(order: Member): OrderKey | undefined {
  if (order.parentKey !== undefined) return order.parentKey;
  const parts = order.leg === 'T' || order.leg === 'S' ? (order.ref === undefined ? undefined : parseOrderRef(order.ref)) : undefined;
  return parts === undefined ? undefined : orderKeyOf(orderRef({ ...parts, leg: 'E' }));
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
export function restOf(order: Pick<Order, 'quantity' | 'filled' | 'change'>): Quantity {
  return max(ZERO, minus(max(order.quantity, order.change?.quantity ?? ZERO), order.filled));
}

/** The most that IB has said it shall fill: where its status counts another size than its listing, the larger of them. */
export function mostOf({ quantity, statedQuantity }: Pick<Order, 'quantity' | 'statedQuantity'>): Quantity {
  return max(quantity, statedQuantity ?? quantity);
}

/** Quantity that these orders can still take in all; `rest` says what each of them can. */
export function restOfGroups(orders: readonly Order[], rest: (order: Order) => Quantity = restOf): Quantity {
  const groups = new Map<string, Quantity>();
  for (const order of orders) {
    const group = groupOf(order);
    groups.set(group, max(groups.get(group) ?? ZERO, rest(order)));
  }
  let sum = ZERO;
  for (const there of groups.values()) sum = plus(sum, there);
  return sum;
}
