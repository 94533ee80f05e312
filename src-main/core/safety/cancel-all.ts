import { cancelOrders } from '#core/execution/cancel';
import { notSent } from '#core/execution/submit';
import type { KillScope } from '#core/ports/desk-files';
import { commit, type Slice } from '#core/state/desk-state';
import { log } from '#core/state/records';
import { killTargets } from './kill.ts';

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
  | 'ordersOut'
  | 'recentSends'
  | 'stores'
  | 'unsentCancels'
  | 'unsentGlobalCancel'
>;

/**
 * The operator's "cancel all": what works at the broker, what waits here for a message slot, and the closes that wait for their exits to
 * go, which the cancels would set free. The commit's number.
 */
export function cancelAll(desk: Desk, scope: KillScope, by: string): number {
  const reason = `Cancelled by ${by} before it left.`;
  notSent(desk, desk.broker.purge(reason), reason);
  endCloses(desk, by);
  return cancelOrders(desk, killTargets(desk, scope), by, scope === 'all');
}

function endCloses(desk: Desk, by: string): void {
  if (desk.stores.closings.size === 0) return;
  commit(desk, 'risk-reducing', 'position.close-ends', { kind: 'command', text: `${by} cancels all` }, (tx) => {
    for (const key of tx.keys(desk.stores.closings)) {
      tx.delete(desk.stores.closings, key);
      log(tx, 'alarm', `Not closed: ${by} cancelled all before its exits had gone.`, { kind: 'position', key });
    }
  });
}
