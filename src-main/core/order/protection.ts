import type { Order } from '#domain/order';
import type { Position } from '#domain/position';
import type { Quantity } from '#domain/quantity';

/** Quantity of the position that stops confirmed working at the broker cover; a stop that is only sent protects nothing. */
export function stopsProtecting(working: readonly Order[], position: Pick<Position, 'account' | 'contract' | 'quantity'>): Quantity {
  if (position.quantity === 0) return 0 as Quantity;
  const side = position.quantity > 0 ? 'SELL' : 'BUY';
  let covered = 0;
  for (const order of working) {
    const stop = order.type === 'STP' || order.type === 'STP LMT';
    const confirmed = order.state === 'ACCEPTED' || order.state === 'PARTIAL' || order.state === 'HELD';
    if (stop && confirmed && order.side === side && order.account === position.account && order.contract.conId === position.contract.conId)
      covered += order.quantity - order.filled;
  }
  return Math.min(covered, Math.abs(position.quantity)) as Quantity;
}
