import type { OrderKey } from '#domain/ids';
import type { OrderState } from '#domain/order';
import { log } from '#core/state/records';
import { commit, type Slice } from '#core/state/desk-state';
import { killGoesOn, openOrdersListed } from '#core/safety/kill';
import { startLookUp } from './compare.ts';
import { tellOrder } from '#core/execution/transition';
import { settleRefusals } from '#core/reports/order-notice';

import { takeOldTerms } from '#core/reports/old-terms';
import { onOpenOrder } from '#core/reports/open-order';
import { takeReopened } from '#core/reports/reopened-orders';
import { missesListed } from './unknown-orders.ts';

type Desk = Slice<
  | 'accounts'
  | 'board'
  | 'bracketCancels'
  | 'broker'
  | 'cancelRetries'
  | 'clock'
  | 'coordinator'
  | 'counters'
  | 'details'
  | 'earlierOrders'
  | 'earlierOrdersFile'
  | 'exchange'
  | 'index'
  | 'journal'
  | 'killLatchFile'
  | 'killVerification'
  | 'latch'
  | 'latencies'
  | 'link'
  | 'lookUpRetries'
  | 'memos'
  | 'ordersOut'
  | 'recentSends'
  | 'reconciliation'
  | 'registry'
  | 'rules'
  | 'scheduler'
  | 'stores'
  | 'toldFilled'
  | 'unsentCancels'
  | 'unsentGlobalCancel'
  | 'untoldExecutions'
>;

/** The end of a list of all open orders, with the number of the request that it answers. */
export function onOpenOrdersEnd(desk: Desk, request: number): void {
  openOrdersListed(desk, request);
  settleRefusals(desk, request);
  for (const [key, state] of takeReopened(desk, request)) reopen(desk, key, state);
  for (const news of takeOldTerms(desk, request)) onOpenOrder(desk, news);
  if (missesListed(desk, desk.clock.now()) && desk.reconciliation.done()) startLookUp(desk);
}

/** Its end was told, and a list that was asked for later names it: it works, counts as exposure, and a kill takes it. */
function reopen(desk: Desk, key: OrderKey, state: OrderState): void {
  commit(desk, 'risk-reducing', 'order.reopened', { kind: 'broker', text: 'listed as working after its end', ref: key }, (tx) => {
    const order = tx.get(desk.stores.orders, key);
    if (order?.state !== 'CANCELLED' && order?.state !== 'EXPIRED') return;
    const was = order.state.toLowerCase();
    tellOrder(desk, tx, order, state, {
      now: { ...order, updatedAt: tx.at, note: `IB lists it as working after it was told as ${was}` },
    });
    log(tx, 'alarm', `IB lists ${order.side} ${order.contract.symbol} as working, although it was told as ${was}: it is alive.`, {
      kind: 'order',
      key,
    });
  });
  killGoesOn(desk);
}
