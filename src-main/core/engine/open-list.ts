import type { OrderKey } from '#domain/ids';
import type { OrderState } from '#domain/order';
import { log } from './desk-state.ts';
import { commit, type Hall } from './hall.ts';
import { killGoesOn, openOrdersListed } from './kill.ts';
import { startLookUp } from './link-news.ts';
import { move, settleRefusals } from './order-news.ts';
import { takeRevived } from './revival.ts';
import { missesListed } from './unknown-orders.ts';

/** The end of a list of all open orders, with the number of the request that it answers. */
export function onOpenOrdersEnd(hall: Hall, request: number): void {
  openOrdersListed(hall, request);
  settleRefusals(hall);
  for (const [key, state] of takeRevived(hall, request)) revive(hall, key, state);
  if (missesListed(hall, hall.ports.clock.now()) && hall.reconciliation.done()) startLookUp(hall);
}

/** Its end was told, and a list that was asked for later names it: it works, counts as exposure, and a kill takes it. */
function revive(hall: Hall, key: OrderKey, state: OrderState): void {
  commit(hall, 'risk-reducing', 'order.revived', { kind: 'broker', text: 'listed as working after its end', ref: key }, (tx) => {
    const order = tx.get(hall.stores.orders, key);
    if (order?.state !== 'CANCELLED' && order?.state !== 'EXPIRED') return;
    const was = order.state.toLowerCase();
    tx.set(hall.stores.orders, key, {
      ...order,
      state: move(hall, order, state),
      updatedAt: tx.at,
      note: `IB lists it as working after it was told as ${was}`,
    });
    log(tx, 'alarm', `IB lists ${order.side} ${order.contract.symbol} as working, although it was told as ${was}: it is alive.`, {
      kind: 'order',
      key,
    });
  });
  killGoesOn(hall);
}
