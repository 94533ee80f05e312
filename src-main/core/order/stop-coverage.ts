import type { Position } from '#domain/position';
import { type Quantity, ZERO } from '#domain/quantity';
import { abs, max, min, minus, plus } from '#domain/scaled';
import { isStopType, type Order } from '#domain/order';
import { awakeOf } from './brackets.ts';
import { stateOfStatus } from './ib-status.ts';
import { groupOf } from './oca-group.ts';
import type { OrderLookup } from './order-index.ts';

/**
 * What a stop would sell or buy now if the price went through it; 0 for what is no stop, or not confirmed working at the broker: one that is
 * only sent protects nothing. The stop of an entry that works protects what that has filled and its exits have not closed. One whose change
 * is under way works with the old terms or the new ones, and IB's status may count another size than its listing: the smallest of them counts.
 */
export function protects(index: OrderLookup, order: Order): Quantity {
  if (!isStopType(order.type) || !isConfirmed(order)) return ZERO;
  const { quantity, change, statedQuantity, filled } = order;
  const rest = max(ZERO, minus(min(min(quantity, change?.quantity ?? quantity), statedQuantity ?? quantity), filled));
  return min(rest, awakeOf(index, order) ?? rest);
}

/**
 * Quantity of the position that these stops cover: what the broker would take of it now. The one definition of "protected", for the screen,
 * offers, stops, trims and kills. Stops of one group cover the largest of them.
 */
export function stopsProtecting(
  index: OrderLookup,
  working: readonly Order[],
  position: Pick<Position, 'account' | 'contract' | 'quantity'>,
): Quantity {
  if (position.quantity === 0) return ZERO;
  const side = position.quantity > 0 ? 'SELL' : 'BUY';
  const groups = new Map<string, Quantity>();
  for (const order of working) {
    if (order.side !== side || order.account !== position.account || order.contract.conId !== position.contract.conId) continue;
    const takes = protects(index, order);
    const group = groupOf(order);
    groups.set(group, max(groups.get(group) ?? ZERO, takes));
  }
  let covered = ZERO;
  for (const takes of groups.values()) covered = plus(covered, takes);
  return min(covered, abs(position.quantity));
}

/** What these stops cover, and what they would once `changed` had this quantity. */
export function coverageWith(
  index: OrderLookup,
  working: readonly Order[],
  position: Pick<Position, 'account' | 'contract' | 'quantity'>,
  changed: Order,
  quantity: Quantity,
): { readonly before: Quantity; readonly after: Quantity } {
  const { change: _underWay, ...standing } = changed;
  const with_ = (order: Order): readonly Order[] => working.map((one) => (one.key === changed.key ? order : one));
  return {
    before: stopsProtecting(index, with_(standing), position),
    after: stopsProtecting(index, with_({ ...standing, quantity }), position),
  };
}

/** IB's last word counts also where the life of the order has no place for it: what waits in TWS as Inactive is not at work. */
function isConfirmed(order: Order): boolean {
  if (stateOfStatus(order.ibStatus ?? '', 0, order.whyHeld ?? '') === 'INACTIVE') return false;
  return order.state === 'ACCEPTED' || order.state === 'PARTIALLY_FILLED' || order.state === 'HELD' || order.state === 'PENDING_REPLACE';
}
