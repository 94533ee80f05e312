import type { Order, OrderState } from '#domain/order';

/**
 * Life table of an order (order-truth.md §2.2). An error code alone never moves an order; the evidence is status, open order,
 * completed order or execution. Fills are legal after every end: the broker is the truth.
 */
const TABLE: Readonly<Record<OrderState, readonly OrderState[]>> = {
  INTENT: ['DENIED', 'QUEUED', 'ABORTED_BY_KILL'],
  QUEUED: ['SUBMITTED', 'ABORTED_BY_KILL', 'DENIED'],
  SUBMITTED: [
    'ACCEPTED',
    'HELD',
    'PARTIALLY_FILLED',
    'FILLED',
    'REJECTED',
    'CANCELLED',
    'INACTIVE',
    'PENDING_CANCEL',
    'PENDING_REPLACE',
    'UNKNOWN',
    'EXPIRED',
  ],
  UNKNOWN: [
    'SUBMITTED',
    'ACCEPTED',
    'HELD',
    'PARTIALLY_FILLED',
    'FILLED',
    'REJECTED',
    'CANCELLED',
    'EXPIRED',
    'INACTIVE',
    'PENDING_CANCEL',
  ],
  ACCEPTED: [
    'PARTIALLY_FILLED',
    'FILLED',
    'PENDING_CANCEL',
    'PENDING_REPLACE',
    'CANCELLED',
    'REJECTED',
    'EXPIRED',
    'INACTIVE',
    'HELD',
    'UNKNOWN',
  ],
  HELD: [
    'ACCEPTED',
    'PARTIALLY_FILLED',
    'FILLED',
    'PENDING_CANCEL',
    'PENDING_REPLACE',
    'CANCELLED',
    'REJECTED',
    'EXPIRED',
    'INACTIVE',
    'UNKNOWN',
  ],
  PARTIALLY_FILLED: ['PARTIALLY_FILLED', 'FILLED', 'PENDING_CANCEL', 'PENDING_REPLACE', 'CANCELLED', 'EXPIRED', 'UNKNOWN'],
  PENDING_REPLACE: ['ACCEPTED', 'HELD', 'PARTIALLY_FILLED', 'FILLED', 'CANCELLED', 'PENDING_CANCEL', 'EXPIRED', 'REJECTED', 'UNKNOWN'],
  PENDING_CANCEL: ['CANCELLED', 'PARTIALLY_FILLED', 'FILLED', 'ACCEPTED', 'EXPIRED', 'REJECTED', 'PENDING_CANCEL', 'UNKNOWN'],
  INACTIVE: ['ACCEPTED', 'HELD', 'PARTIALLY_FILLED', 'FILLED', 'PENDING_CANCEL', 'CANCELLED', 'REJECTED', 'EXPIRED', 'UNKNOWN'],
  // Alive again only by a list that was asked for after the end, see reports/reopened-orders.
  CANCELLED: ['PARTIALLY_FILLED', 'FILLED', 'ACCEPTED', 'HELD'],
  EXPIRED: ['PARTIALLY_FILLED', 'FILLED', 'ACCEPTED', 'HELD'],
  REJECTED: ['PARTIALLY_FILLED', 'FILLED'],
  FILLED: [],
  DENIED: [],
  ABORTED_BY_KILL: [],
};

export function mayBecome(from: OrderState, to: OrderState): boolean {
  return TABLE[from].includes(to);
}

export const ORDER_STATES = Object.keys(TABLE) as readonly OrderState[];

/** A change that left and was not answered may have been taken, also when the order was lost sight of or a cancel went after it. */
const MAY_BE_CHANGED: ReadonlySet<OrderState> = new Set<OrderState>(['PENDING_REPLACE', 'UNKNOWN', 'PENDING_CANCEL']);

/** What only belongs to a state goes with it. */
export function settled(order: Order): Order {
  const { change, absence, ...rest } = order;
  return {
    ...rest,
    ...(change !== undefined && MAY_BE_CHANGED.has(order.state) ? { change } : {}),
    ...(absence !== undefined && order.state === 'UNKNOWN' ? { absence } : {}),
  };
}
