import type { Order } from '#domain/order';

/**
 * K-42: a stop may rest at the exchange (`native`), or IB watches the price and sends it when it is reached (`simulated`). IB says which by
 * its own words: a stop it simulates is PreSubmitted and held for its `trigger`; one at the exchange is Submitted. Undefined: no stop, or
 * IB has not said.
 */
export function stopKind(order: Pick<Order, 'type' | 'ibStatus' | 'whyHeld'>): 'native' | 'simulated' | undefined {
  // IB's other stops (TRAIL, TRAIL LIMIT) appear under its own words.
  const type: string = order.type;
  if (!type.startsWith('STP') && !type.startsWith('TRAIL')) return undefined;
  if (order.whyHeld?.includes('trigger') === true || order.ibStatus === 'PreSubmitted') return 'simulated';
  return order.ibStatus === 'Submitted' ? 'native' : undefined;
}
