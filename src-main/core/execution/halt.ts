import { commit, type Slice } from '#core/state/desk-state';
import { log, step } from '#core/state/records';
import { notSent } from './submit.ts';

type Desk = Slice<
  'broker' | 'clock' | 'coordinator' | 'counters' | 'index' | 'latch' | 'latencies' | 'link' | 'ordersOut' | 'recentSends' | 'stores'
>;

/**
 * Pause stops new exposure; protective legs at the broker keep working. What waits for a message slot is dropped. `kind` is `command` where the
 * operator asked for it.
 */
export function pauseDesk(desk: Desk, reason: string, by: string, kind: 'command' | 'system' = 'system'): boolean {
  const dropped = desk.broker.purge(`The desk was paused: ${reason}`);
  const done = commit(desk, 'risk-reducing', 'engine.pause', { kind, text: `${by}: ${reason}` }, (tx) => {
    const next = step(tx, desk.stores, 'pause', `${by}: ${reason}`);
    if (next !== undefined) log(tx, 'warning', `Paused by ${by}. ${reason}`);
    return next !== undefined;
  });
  notSent(desk, dropped, `The desk was paused: ${reason}`);
  return done === true;
}

/**
 * A defect of the program itself: nothing more is sent until the operator has read it. Cancels and kill stay possible. What waits for a
 * message slot is dropped.
 */
export function faultDesk(desk: Desk, reason: string): void {
  const dropped = desk.broker.purge(reason);
  commit(desk, 'risk-reducing', 'engine.fault', { kind: 'system', text: reason }, (tx) => {
    if (step(tx, desk.stores, 'fault', reason) !== undefined)
      log(tx, 'alarm', `${reason} The desk stands in ERROR; read the log, then acknowledge.`);
  });
  notSent(desk, dropped, reason);
}
