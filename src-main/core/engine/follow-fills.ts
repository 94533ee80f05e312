import type { BrokerNews } from '#core/ports/broker';
import type { OrderKey } from '#domain/ids';
import type { Order } from '#domain/order';
import { positionKey } from './desk-state.ts';
import { cancelEntryRest } from './entry-rest.ts';
import { onExecution } from './fill-news.ts';
import type { Hall } from './hall.ts';
import type { ProtectionWatch } from './protection-watch.ts';

/** Books an execution, then what it means for the others of its bracket and for the position. */
export function followExecution(hall: Hall, news: Extract<BrokerNews, { kind: 'execution' }>, protection: ProtectionWatch): void {
  const { account, conId, clientId, orderId, permId, orderRef } = news.execution;
  const history = !news.live && hall.reconciliation.first();
  const key = positionKey(account, conId);
  const before = hall.stores.positions.get(key)?.quantity ?? 0;
  onExecution(hall, news);
  if (history) return;
  const order = followFilled(hall, hall.index.find({ clientId, orderId, permId, ref: orderRef }));
  const position = hall.stores.positions.get(key);
  if (position !== undefined && order !== undefined) protection.executed(position, before, order);
}

/** IB says that it has filled, in a status or an execution. */
export function followFilled(hall: Hall, key: OrderKey | undefined): Order | undefined {
  const order = key === undefined ? undefined : hall.index.get(key);
  if (order !== undefined) cancelEntryRest(hall, order);
  return order;
}
