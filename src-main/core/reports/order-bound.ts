import { amendOrder } from '#core/execution/transition';
import type { BrokerNews } from '#core/ports/broker';
import { commit, count, type Slice } from '#core/state/desk-state';
import { log } from '#core/state/records';
import { isWorking } from '#domain/order';

type Desk = Slice<'broker' | 'coordinator' | 'counters' | 'index' | 'stores'>;

type BoundNews = Extract<BrokerNews, { readonly kind: 'order-bound' }>;

/** The row found by permId gets the number; there is never a second row. */
export function onOrderBound(desk: Desk, news: BoundNews): void {
  const { permId, clientId, orderId } = news;
  const key = desk.index.find({ permId, clientId, orderId });
  if (key === undefined) {
    count(desk, 'numbers of unknown orders');
    desk.broker.requestOpenOrders();
    return;
  }
  const before = desk.index.get(key);
  if (before === undefined || (before.orderId === orderId && before.clientId === clientId)) return;
  commit(desk, 'risk-reducing', 'order.bound', { kind: 'broker', text: `orderBound ${orderId}`, ref: key }, (tx) => {
    const order = tx.get(desk.stores.orders, key);
    if (order === undefined) return;
    amendOrder(desk, tx, order, { ...order, orderId, clientId, updatedAt: tx.at });
    if (isWorking(order.state) && order.origin === 'manual')
      log(tx, 'info', `TWS has given the manual order ${order.side} ${order.contract.symbol} the number ${orderId}.`, {
        kind: 'order',
        key,
      });
  });
}
