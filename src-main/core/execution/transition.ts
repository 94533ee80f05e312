import { mayBecome } from '#core/order/order-life';
import { count, type DeskState } from '#core/state/desk-state';
import type { Order, OrderState } from '#domain/order';

/** What the desk believes has not left. The broker's word about such an order proves that it has. */
export const NOT_SENT: ReadonlySet<OrderState> = new Set<OrderState>(['INTENT', 'QUEUED', 'DENIED', 'ABORTED_BY_KILL']);

export function legal(order: Order, to: OrderState): boolean {
  if (to === order.state || mayBecome(order.state, to)) return true;
  // REJECTED by absence alone is as much a belief; only a listing undoes it, see `alive`.
  const belief = NOT_SENT.has(order.state) || order.state === 'REJECTED';
  return belief && (to === 'SUBMITTED' || mayBecome('SUBMITTED', to));
}

/** The state the evidence leads to; an illegal move changes nothing and is counted. */
export function move(desk: DeskState, order: Order, to: OrderState): OrderState {
  if (legal(order, to)) return to;
  count(desk, 'illegal order moves');
  return order.state;
}
