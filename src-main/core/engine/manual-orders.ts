import type { BrokerNews } from '#core/ports/broker';
import { isWorking, type Order } from '#domain/order';
import { log } from './desk-state.ts';
import { commit, count, type Hall } from './hall.ts';

type BoundNews = Extract<BrokerNews, { readonly kind: 'order-bound' }>;

/**
 * Why no message can name this order; undefined when one can. TWS lists an order typed into it under 0, which is nobody's number: several
 * orders share it, so a cancel of 0 would reach none of them, or the wrong one.
 */
export function numberFault(order: Order): string | undefined {
  if (order.orderId !== undefined && order.clientId !== undefined) return undefined;
  if (order.origin !== 'manual') return 'IB has given this order no number that this desk could name.';
  return 'It was typed into TWS, and TWS has given it no number yet by which this desk could name it. The desk has asked for one; try again in a moment, or cancel or change it in TWS.';
}

/** One by one out of reach: of another program, or typed into TWS and without a number yet. Only a cancel of everything reaches it. */
export function onlyGlobally(order: Order): boolean {
  return order.origin === 'foreign' || (order.origin === 'manual' && numberFault(order) !== undefined);
}

/** The row found by permId gets the number; there is never a second row. */
export function onOrderBound(hall: Hall, news: BoundNews): void {
  const { permId, clientId, orderId } = news;
  const key = hall.index.find({ permId, clientId, orderId });
  if (key === undefined) {
    count(hall, 'numbers of unknown orders');
    hall.ports.broker.requestOpenOrders();
    return;
  }
  const before = hall.index.get(key);
  if (before === undefined || (before.orderId === orderId && before.clientId === clientId)) return;
  commit(hall, 'risk-reducing', 'order.bound', { kind: 'broker', text: `orderBound ${orderId}`, ref: key }, (tx) => {
    const order = tx.get(hall.stores.orders, key);
    if (order === undefined) return;
    tx.set(hall.stores.orders, key, { ...order, orderId, clientId, updatedAt: tx.at });
    if (isWorking(order.state) && order.origin === 'manual')
      log(tx, 'info', `TWS has given the manual order ${order.side} ${order.contract.symbol} the number ${orderId}.`, {
        kind: 'order',
        key,
      });
  });
}
