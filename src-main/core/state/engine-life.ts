import type { Cause } from '#core/ports/cause';
import { commit, engineState, type DeskState } from './desk-state.ts';
import { mayFire } from './engine-state.ts';
import { step } from './records.ts';

const DESK: Cause = { kind: 'system', text: 'the desk follows its orders and watchers' };

/**
 * Lets the engine's state follow what is true: ready → SCANNING, watchers → SIGNAL_WAIT, working orders → MANAGING. Called after
 * whatever may have changed one of them; does nothing when nothing changed.
 */
export function advance(desk: DeskState): void {
  for (let guard = 0; guard < 6; guard += 1) {
    const before = engineState(desk);
    const working = desk.index.workingCount() > 0;
    // What has fired and waits for the end of its chunk is still to be sent.
    const watching = desk.registry.size + desk.registry.queued > 0;
    const ready = desk.link.ready && desk.reconciliation.done() && !desk.latch.isSet();
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
    commit(desk, 'order', 'engine.follow', DESK, (tx) => {
      for (const event of events) step(tx, desk.stores, event, reason[event]);
    });
    if (engineState(desk) === before) return;
  }
}

/** Watchers wake only while the desk waits for signals; in every other state ticks are folded and shown, and nothing fires. */
export function firing(desk: DeskState): boolean {
  return mayFire(engineState(desk)) && !desk.latch.isSet();
}
