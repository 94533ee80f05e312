import type { Cause } from '#core/commit/cause';
import { log, step } from './desk-state.ts';
import { mayFire } from './engine-table.ts';
import { commit, engineState, type Hall } from './hall.ts';
import { pollKill } from './kill.ts';
import { notSent } from './place-orders.ts';

const DESK: Cause = { kind: 'system', text: 'the desk follows its orders and watchers' };

/**
 * Lets the engine's state follow what is true: ready → SCANNING, watchers → SIGNAL_WAIT, working orders → MANAGING. Called after
 * whatever may have changed one of them; does nothing when nothing changed.
 */
export function advance(hall: Hall): void {
  for (let guard = 0; guard < 6; guard += 1) {
    const before = engineState(hall);
    const working = hall.index.workingCount() > 0;
    // What has fired and waits for the end of its chunk is still to be sent.
    const watching = hall.registry.size + hall.registry.queued > 0;
    const ready = hall.link.ready && hall.reconciliation.done() && !hall.latch.isSet();
    const events =
      before === 'INITIALIZING' && ready
        ? (['ready'] as const)
        : before === 'SCANNING' && watching
          ? (['build', 'levels-built'] as const)
          : before === 'SCANNING' && working
            ? (['orders-working'] as const)
            : before === 'SIGNAL_WAIT' && working
              ? (['orders-working'] as const)
              : before === 'SIGNAL_WAIT' && !watching
                ? (['no-watchers'] as const)
                : before === 'MANAGING' && !working
                  ? (['orders-done'] as const)
                  : [];
    if (events.length === 0) return;
    const reason = {
      ready: 'The book equals the broker.',
      build: 'Levels of the watchers are set.',
      'levels-built': 'Watching for signals.',
      'orders-working': 'Orders are working.',
      'no-watchers': 'No watcher is armed.',
      'orders-done': 'No order is working.',
    };
    commit(hall, 'order', 'engine.follow', DESK, (tx) => {
      for (const event of events) step(tx, hall.stores, event, reason[event]);
    });
    if (engineState(hall) === before) return;
  }
}

/** Pause stops new exposure; protective legs at the broker keep working. What waits for a message slot is dropped. */
export function pauseDesk(hall: Hall, reason: string, by: string): boolean {
  const dropped = hall.ports.broker.purge(`The desk was paused: ${reason}`);
  const done = commit(hall, 'risk-reducing', 'engine.pause', { kind: 'command', text: `${by}: ${reason}` }, (tx) => {
    const next = step(tx, hall.stores, 'pause', `${by}: ${reason}`);
    if (next !== undefined) log(tx, 'warning', `Paused by ${by}. ${reason}`);
    return next !== undefined;
  });
  notSent(hall, dropped, `The desk was paused: ${reason}`);
  return done === true;
}

/** After a reconnect a kill that was under way goes on before anything else. */
export function resumeKill(hall: Hall): void {
  const record = hall.stores.engine.get('desk');
  if (hall.latch.isSet() && record?.kill !== undefined && record.kill.phase !== 'verified') pollKill(hall);
}

/** Watchers wake only while the desk waits for signals; in every other state ticks are folded and shown, and nothing fires. */
export function firing(hall: Hall): boolean {
  return mayFire(engineState(hall)) && !hall.latch.isSet();
}

/**
 * A defect of the program itself: nothing more is sent until the operator has read it. Cancels and kill stay possible. What waits for a
 * message slot is dropped.
 */
export function faultDesk(hall: Hall, reason: string): void {
  const dropped = hall.ports.broker.purge(reason);
  commit(hall, 'risk-reducing', 'engine.fault', { kind: 'system', text: reason }, (tx) => {
    if (step(tx, hall.stores, 'fault', reason) !== undefined)
      log(tx, 'alarm', `${reason} The desk stands in ERROR; read the log, then acknowledge.`);
  });
  notSent(hall, dropped, reason);
}
