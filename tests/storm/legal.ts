import type { Order, OrderState } from '#domain/order';

/**
 * The table of order-truth.md §2.2, written here a second time so that the desk is not measured by its own ruler. To it come what the
 * desk holds to be belief and not evidence: an order "not sent" or "rejected by absence" of which the broker speaks is alive again, and
 * whatever works may become UNKNOWN.
 */
const ANSWERS: readonly OrderState[] = [
  'ACCEPTED',
  'HELD',
  'PARTIALLY_FILLED',
  'FILLED',
  'REJECTED',
  'CANCELLED',
  'EXPIRED',
  'INACTIVE',
  'PENDING_CANCEL',
];
const TABLE: Readonly<Record<OrderState, readonly OrderState[]>> = {
  INTENT: ['DENIED', 'QUEUED', 'ABORTED_BY_KILL'],
  QUEUED: ['SUBMITTED', 'ABORTED_BY_KILL', 'DENIED', 'UNKNOWN', ...ANSWERS],
  SUBMITTED: ['PENDING_REPLACE', 'UNKNOWN', ...ANSWERS],
  UNKNOWN: ['SUBMITTED', ...ANSWERS],
  ACCEPTED: ['PENDING_REPLACE', 'UNKNOWN', ...ANSWERS],
  HELD: ['PENDING_REPLACE', 'UNKNOWN', ...ANSWERS],
  PARTIALLY_FILLED: ['FILLED', 'PENDING_CANCEL', 'PENDING_REPLACE', 'CANCELLED', 'EXPIRED', 'UNKNOWN'],
  PENDING_REPLACE: ['UNKNOWN', ...ANSWERS],
  PENDING_CANCEL: ['CANCELLED', 'PARTIALLY_FILLED', 'FILLED', 'ACCEPTED', 'EXPIRED', 'REJECTED', 'UNKNOWN'],
  INACTIVE: ['ACCEPTED', 'HELD', 'PARTIALLY_FILLED', 'FILLED', 'PENDING_CANCEL', 'CANCELLED', 'REJECTED', 'EXPIRED', 'UNKNOWN'],
  // A list that was asked for after the end names it as working: IB is the truth.
  CANCELLED: ['PARTIALLY_FILLED', 'FILLED', 'ACCEPTED', 'HELD'],
  EXPIRED: ['PARTIALLY_FILLED', 'FILLED', 'ACCEPTED', 'HELD'],
  REJECTED: ['PARTIALLY_FILLED', 'FILLED', 'ACCEPTED', 'HELD'],
  FILLED: [],
  DENIED: ['SUBMITTED', ...ANSWERS],
  ABORTED_BY_KILL: ['SUBMITTED', ...ANSWERS],
};

export function legalMove(before: Order, after: Order): boolean {
  return before.state === after.state || TABLE[before.state].includes(after.state);
}
