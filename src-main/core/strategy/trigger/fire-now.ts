import { readLatchAgain } from '#core/execution/latch-doubt';
import { engineState, type Slice } from '#core/state/desk-state';
import { advance } from '#core/state/engine-life';
import { mayFire } from '#core/state/engine-state';
import { type Refusal, refuse } from '#core/state/refusal';
import type { TriggerId } from '#domain/ids';
import { ok, type Result } from '#domain/result';
import { fire } from './fire.ts';
import { releaseUnwatched } from './market-lines.ts';

type Desk = Slice<
  | 'accounts'
  | 'board'
  | 'broker'
  | 'clock'
  | 'coordinator'
  | 'counters'
  | 'details'
  | 'exchange'
  | 'index'
  | 'journal'
  | 'killLatchFile'
  | 'latch'
  | 'latencies'
  | 'link'
  | 'market'
  | 'ordersOut'
  | 'recentSends'
  | 'reconciliation'
  | 'registry'
  | 'rules'
  | 'startRefusal'
  | 'stores'
  | 'subscriptions'
>;

/**
 * The operator fires one trigger without waiting for its condition; the quotes must be good all the same. The version guards against acting
 * on an older picture. The number of the last commit, or why nothing was sent.
 */
export function fireNow(desk: Desk, id: TriggerId, version: number, by: string): Result<number, Refusal> {
  readLatchAgain(desk);
  const trigger = desk.stores.triggers.get(id);
  if (trigger === undefined) return refuse('not-found', 'This trigger does not exist any more.');
  if (trigger.updatedAt !== version) return refuse('conflict', `${trigger.spec.name} changed in the meantime; look at it again.`);
  const state = engineState(desk);
  if (!mayFire(state)) return refuse('not-allowed-now', `The desk is ${state}; triggers fire only while it waits for signals.`);
  // The hand sends an order as an arming may: what forbids the one forbids the other.
  const held = desk.startRefusal?.();
  if (held !== undefined) return refuse('not-allowed-now', held);
  const firing = desk.registry.fireNow(id);
  if (!firing.ok) return refuse('not-allowed-now', firing.error);
  fire(desk, firing.value, desk.clock.monotonic());
  releaseUnwatched(desk, [id]);
  advance(desk);
  const after = desk.stores.triggers.get(id);
  if (after?.life === 'failed' || after?.life === 'locked') return refuse('denied-by-risk', `${by}: ${after.reason}`);
  return ok(desk.coordinator.seq);
}
