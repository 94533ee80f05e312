import type { Slice } from '#core/state/desk-state';
import type { Order } from '#domain/order';

type Desk = Slice<'bracketCancels' | 'memos'>;

/**
 * Whether IB's `Cancelled` is the answer to a cancel: one that this desk sent and that IB has not refused since, one for a bracket that may be
 * held untransmitted, or one that IB has announced (202). Read from states and times, never from what the row says.
 */
export function cancelExplains(desk: Desk, order: Order): boolean {
  return isCancelAsked(desk, order) || desk.memos.of(order.key).cancelAnnouncedAt !== undefined;
}

/** Of this desk alone: the operator, the kill, or a rule of the desk asked for it. */
export function isCancelAsked(desk: Desk, order: Order): boolean {
  if (order.state === 'PENDING_CANCEL' || desk.bracketCancels.has(order.key)) return true;
  const refusedAt = desk.memos.of(order.key).cancelRefusedAt ?? Number.NEGATIVE_INFINITY;
  return order.cancelAskedAt !== undefined && order.cancelAskedAt > refusedAt;
}
