import type { Position } from '#domain/position';
import { type Quantity, ZERO } from '#domain/quantity';
import { abs, max, min, minus, plus } from '#domain/scaled';
import { isStopType, type Order } from '#domain/order';
import { groupOf } from './oca-group.ts';

/**
 * Quantity of the position that stops confirmed working at the broker cover; a stop that is only sent protects nothing. One whose change
 * is under way works with the old terms or the new ones, so the smaller quantity counts. Stops of one group cover the largest of them.
 */
export function stopsProtecting(working: readonly Order[], position: Pick<Position, 'account' | 'contract' | 'quantity'>): Quantity {
  if (position.quantity === 0) return ZERO;
  const side = position.quantity > 0 ? 'SELL' : 'BUY';
  const groups = new Map<string, Quantity>();
  for (const order of working) {
    if (!isStopType(order.type) || !isConfirmed(order)) continue;
    if (order.side !== side || order.account !== position.account || order.contract.conId !== position.contract.conId) continue;
    const rest = minus(min(order.quantity, order.change?.quantity ?? order.quantity), order.filled);
    const group = groupOf(order);
    groups.set(group, max(groups.get(group) ?? ZERO, rest));
  }
  let covered = ZERO;
  for (const rest of groups.values()) covered = plus(covered, rest);
  return min(covered, abs(position.quantity));
}

function isConfirmed(order: Order): boolean {
  return order.state === 'ACCEPTED' || order.state === 'PARTIALLY_FILLED' || order.state === 'HELD' || order.state === 'PENDING_REPLACE';
}
