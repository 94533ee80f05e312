import type { Order, OrderState } from '#domain/order';

/**
 * The table of order-truth.md §2.2, written here a second time so that the desk is not measured by its own ruler. To it come what the
 * desk holds to be belief and not evidence: an order "not sent" or "rejected by absence" of which the broker speaks is alive again, and
 * whatever works may become UNKNOWN.
 */
const ANSWERS: readonly OrderState[] = [
  'ACCEPTED',
  'HELD',
  'PARTIAL',
  'FILLED',
  'REJECTED',
  'CANCELLED',
  'EXPIRED',
  'INACTIVE',
  'CANCEL_PENDING',
];
const TABLE: Readonly<Record<OrderState, readonly OrderState[]>> = {
  INTENT: ['DENIED', 'QUEUED', 'ABORTED_BY_KILL'],
  QUEUED: ['SUBMITTED', 'ABORTED_BY_KILL', 'DENIED', 'UNKNOWN', ...ANSWERS],
  SUBMITTED: ['MODIFY_PENDING', 'UNKNOWN', ...ANSWERS],
  UNKNOWN: ['SUBMITTED', ...ANSWERS],
  ACCEPTED: ['MODIFY_PENDING', 'UNKNOWN', ...ANSWERS],
  HELD: ['MODIFY_PENDING', 'UNKNOWN', ...ANSWERS],
  PARTIAL: ['FILLED', 'CANCEL_PENDING', 'MODIFY_PENDING', 'CANCELLED', 'EXPIRED', 'UNKNOWN'],
  MODIFY_PENDING: ['UNKNOWN', ...ANSWERS],
  CANCEL_PENDING: ['CANCELLED', 'PARTIAL', 'FILLED', 'ACCEPTED', 'EXPIRED', 'REJECTED', 'UNKNOWN'],
  INACTIVE: ['ACCEPTED', 'HELD', 'PARTIAL', 'FILLED', 'CANCEL_PENDING', 'CANCELLED', 'REJECTED', 'EXPIRED', 'UNKNOWN'],
  // A list that was asked for after the end names it as working: IB is the truth.
  CANCELLED: ['PARTIAL', 'FILLED', 'ACCEPTED', 'HELD'],
  EXPIRED: ['PARTIAL', 'FILLED', 'ACCEPTED', 'HELD'],
  REJECTED: ['PARTIAL', 'FILLED', 'ACCEPTED', 'HELD'],
  FILLED: [],
  DENIED: ['SUBMITTED', ...ANSWERS],
  ABORTED_BY_KILL: ['SUBMITTED', ...ANSWERS],
};

export function legalMove(before: Order, after: Order): boolean {
  return before.state === after.state || TABLE[before.state].includes(after.state);
}
