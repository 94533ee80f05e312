import type { KillScope } from '#core/ports/desk-files';
import type { OrderKey } from '#domain/ids';
import { err, ok, type Result } from '#domain/result';
import { log } from './desk-state.ts';
import { commit, type Hall } from './hall.ts';
import { cancelOrders, killTargets } from './kill.ts';
import { notSent } from './place-orders.ts';
import type { Refusal } from './refusal.ts';

/**
 * The operator's "cancel all": what works at the broker, what waits here for a message slot, and the closes that wait for their exits to
 * go, which the cancels would set free. The commit's number.
 */
export function cancelAll(hall: Hall, scope: KillScope, by: string): number {
  const reason = `Cancelled by ${by} before it left.`;
  notSent(hall, hall.ports.broker.purge(reason), reason);
  endCloses(hall, by);
  return cancelOrders(hall, killTargets(hall, scope), by, scope === 'all');
}

function endCloses(hall: Hall, by: string): void {
  if (hall.stores.closings.size === 0) return;
  commit(hall, 'risk-reducing', 'position.close-ends', { kind: 'command', text: `${by} cancels all` }, (tx) => {
    for (const key of tx.keys(hall.stores.closings)) {
      tx.delete(hall.stores.closings, key);
      log(tx, 'alarm', `Not closed: ${by} cancelled all before its exits had gone.`, { kind: 'position', key });
    }
  });
}

/** One order that has not left. It goes with all legs of its bracket, because IB gets them together or not at all. */
export function cancelWaiting(hall: Hall, key: OrderKey, by: string): Result<number, Refusal> {
  const order = hall.index.get(key);
  const reason = `Cancelled by ${by} before it left.`;
  const dropped = order?.ref === undefined ? [] : hall.ports.broker.drop([order.ref], reason);
  notSent(hall, dropped, reason);
  if (dropped.length === 0) return err({ code: 'not-allowed-now', text: 'This order is just leaving; cancel it in a moment.' });
  return ok(hall.coordinator.seq);
}
