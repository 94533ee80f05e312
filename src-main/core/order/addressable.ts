import type { Order } from '#domain/order';

/**
 * Why no message can name this order; undefined when one can. TWS lists an order typed into it under 0, which is nobody's number: several
 * orders share it, so a cancel of 0 would reach none of them, or the wrong one.
 */
export function numberRefusal(order: Order): string | undefined {
  if (order.orderId !== undefined && order.clientId !== undefined) return undefined;
  if (order.origin !== 'manual') return 'IB has given this order no number that this desk could name.';
  return 'It was typed into TWS, and TWS has given it no number yet by which this desk could name it. The desk has asked for one; try again in a moment, or cancel or change it in TWS.';
}

/** One by one out of reach: of another program, or typed into TWS and without a number yet. Only a cancel of everything reaches it. */
export function onlyGlobally(order: Order): boolean {
  return order.origin === 'foreign' || (order.origin === 'manual' && numberRefusal(order) !== undefined);
}
