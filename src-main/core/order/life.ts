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
    'PARTIAL',
    'FILLED',
    'REJECTED',
    'CANCELLED',
    'INACTIVE',
    'CANCEL_PENDING',
    'MODIFY_PENDING',
    'UNKNOWN',
    'EXPIRED',
  ],
  UNKNOWN: ['SUBMITTED', 'ACCEPTED', 'HELD', 'PARTIAL', 'FILLED', 'REJECTED', 'CANCELLED', 'EXPIRED', 'INACTIVE', 'CANCEL_PENDING'],
  ACCEPTED: ['PARTIAL', 'FILLED', 'CANCEL_PENDING', 'MODIFY_PENDING', 'CANCELLED', 'REJECTED', 'EXPIRED', 'INACTIVE', 'HELD', 'UNKNOWN'],
  HELD: ['ACCEPTED', 'PARTIAL', 'FILLED', 'CANCEL_PENDING', 'MODIFY_PENDING', 'CANCELLED', 'REJECTED', 'EXPIRED', 'INACTIVE', 'UNKNOWN'],
  PARTIAL: ['PARTIAL', 'FILLED', 'CANCEL_PENDING', 'MODIFY_PENDING', 'CANCELLED', 'EXPIRED', 'UNKNOWN'],
  MODIFY_PENDING: ['ACCEPTED', 'HELD', 'PARTIAL', 'FILLED', 'CANCELLED', 'CANCEL_PENDING', 'EXPIRED', 'REJECTED', 'UNKNOWN'],
  CANCEL_PENDING: ['CANCELLED', 'PARTIAL', 'FILLED', 'ACCEPTED', 'EXPIRED', 'REJECTED', 'CANCEL_PENDING', 'UNKNOWN'],
  INACTIVE: ['ACCEPTED', 'HELD', 'PARTIAL', 'FILLED', 'CANCEL_PENDING', 'CANCELLED', 'REJECTED', 'EXPIRED', 'UNKNOWN'],
  // Alive again only by a list that was asked for after the end, see engine/revival.
  CANCELLED: ['PARTIAL', 'FILLED', 'ACCEPTED', 'HELD'],
  EXPIRED: ['PARTIAL', 'FILLED', 'ACCEPTED', 'HELD'],
  REJECTED: ['PARTIAL', 'FILLED'],
  FILLED: [],
  DENIED: [],
  ABORTED_BY_KILL: [],
};

export function mayBecome(from: OrderState, to: OrderState): boolean {
  return TABLE[from].includes(to);
}

export const ORDER_STATES = Object.keys(TABLE) as readonly OrderState[];

/** A change that left and was not answered may have been taken, also when the order was lost sight of or a cancel went after it. */
const MAY_BE_CHANGED: ReadonlySet<OrderState> = new Set<OrderState>(['MODIFY_PENDING', 'UNKNOWN', 'CANCEL_PENDING']);

/** What only belongs to a state goes with it. */
export function settled(order: Order): Order {
  const { change, absence, ...rest } = order;
  return {
    ...rest,
    ...(change !== undefined && MAY_BE_CHANGED.has(order.state) ? { change } : {}),
    ...(absence !== undefined && order.state === 'UNKNOWN' ? { absence } : {}),
  };
}
