import type { BrokerNews } from '#core/ports/broker';
import type { OrderKey } from '#domain/ids';
import type { Order } from '#domain/order';
import { positionKey } from '#core/state/records';
import { cancelEntryRemainder } from '#core/protection/entry-remainder';
import { onExecution } from '#core/reports/fill';
import type { Slice } from '#core/state/desk-state';
import type { CoverageWatch } from '#core/protection/coverage-watch';

type Desk = Slice<
  | 'broker'
  | 'cancelRetries'
  | 'clock'
  | 'coordinator'
  | 'counters'
  | 'index'
  | 'latch'
  | 'latencies'
  | 'link'
  | 'memos'
  | 'ordersOut'
  | 'recentSends'
  | 'reconciliation'
  | 'scheduler'
  | 'stores'
  | 'toldFilled'
  | 'unsentCancels'
  | 'unsentGlobalCancel'
  | 'waitingCommissions'
>;

/** Books an execution, then what it means for the others of its bracket and for the position. */
export function followExecution(desk: Desk, news: Extract<BrokerNews, { kind: 'execution' }>, coverage: CoverageWatch): void {
  const { account, conId, clientId, orderId, permId, orderRef } = news.execution;
  const history = !news.live && desk.reconciliation.first();
  const key = positionKey(account, conId);
  const before = desk.stores.positions.get(key)?.quantity ?? 0;
  onExecution(desk, news);
  if (history) return;
  const order = followFilled(desk, desk.index.find({ clientId, orderId, permId, ref: orderRef }));
  const position = desk.stores.positions.get(key);
  if (position !== undefined && order !== undefined) coverage.executed(position, before, order);
}

/** IB says that it has filled, in a status or an execution. */
export function followFilled(desk: Desk, key: OrderKey | undefined): Order | undefined {
  const order = key === undefined ? undefined : desk.index.get(key);
  if (order !== undefined) cancelEntryRemainder(desk, order);
  return order;
}
