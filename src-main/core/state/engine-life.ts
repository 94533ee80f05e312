import type { Cause } from '#core/ports/cause';
import { commit, engineState, type Slice } from './desk-state.ts';
import { type EngineState, mayFire } from './engine-state.ts';
import { step } from './records.ts';

type Desk = Slice<'coordinator' | 'index' | 'latch' | 'link' | 'reconciliation' | 'registry' | 'stores'>;

const DESK: Cause = { kind: 'system', text: 'the desk follows its orders and watchers' };

const REASON = {
  ready: 'The book equals the broker.',
  build: 'Levels of the watchers are set.',
  'levels-built': 'Watching for signals.',
  'orders-working': 'Orders are working.',
  'no-watchers': 'No watcher is armed.',
  'orders-done': 'No order is working.',
} as const;

const NONE = [] as const;
const READY = ['ready'] as const;
const BUILD = ['build', 'levels-built'] as const;
const ORDERS_WORKING = ['orders-working'] as const;
const NO_WATCHERS = ['no-watchers'] as const;
const ORDERS_DONE = ['orders-done'] as const;

/** What has become true since the desk came to this state; watchers go before orders. */
function eventsOf(desk: Desk, state: EngineState): readonly (keyof typeof REASON)[] {
  const working = desk.index.workingCount() > 0;
  // What has fired and waits for the end of its chunk is still to be sent.
  const watching = desk.registry.size + desk.registry.queued > 0;
  switch (state) {
    case 'INITIALIZING':
      return desk.link.ready && desk.reconciliation.done() && !desk.latch.isSet() ? READY : NONE;
    case 'SCANNING':
      if (watching) return BUILD;
      return working ? ORDERS_WORKING : NONE;
    case 'SIGNAL_WAIT':
      if (working) return ORDERS_WORKING;
      return watching ? NONE : NO_WATCHERS;
    case 'MANAGING':
      return working ? NONE : ORDERS_DONE;
    default:
      return NONE;
  }
}

/**
 * Lets the engine's state follow what is true: ready → SCANNING, watchers → SIGNAL_WAIT, working orders → MANAGING. Called after
 * whatever may have changed one of them; does nothing when nothing changed.
 */
export function advance(desk: Desk): void {
  for (let guard = 0; guard < 6; guard += 1) {
    const before = engineState(desk);
    const events = eventsOf(desk, before);
    if (events.length === 0) return;
    commit(desk, 'order', 'engine.follow', DESK, (tx) => {
      for (const event of events) step(tx, desk.stores, event, REASON[event]);
    });
    if (engineState(desk) === before) return;
  }
}

/** Watchers wake only while the desk waits for signals; in every other state ticks are folded and shown, and nothing fires. */
export function firing(desk: Desk): boolean {
  return mayFire(engineState(desk)) && !desk.latch.isSet();
}
