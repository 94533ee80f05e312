import type { Slice } from '#core/state/desk-state';
import { type Refusal, refuse } from '#core/state/refusal';
import { priceLeaves } from '#domain/condition';
import type { Contract } from '#domain/contract';
import type { TriggerId } from '#domain/ids';
import { ok, type Result } from '#domain/result';
import type { TriggerSpec } from '#domain/trigger';
import { carryOutLines } from './carry-out-lines.ts';

type Desk = Slice<'board' | 'market' | 'stores' | 'subscriptions'>;

/** Every contract a trigger looks at or trades; each takes a market data line. */
export function contractsOf(spec: TriggerSpec): readonly Contract[] {
  const contracts = new Map<number, Contract>();
  for (const contract of [...priceLeaves(spec.condition).map((leaf) => leaf.contract), spec.action.contract])
    contracts.set(contract.conId, contract);
  return [...contracts.values()];
}

export function subscribeFor(desk: Desk, id: TriggerId, spec: TriggerSpec, before: readonly Contract[]): Result<void, Refusal> {
  for (const contract of contractsOf(spec)) {
    const wanted = desk.subscriptions.want(id, contract, 'watcher');
    if (!wanted.ok) {
      release(desk, id, before);
      return refuse('too-many', wanted.error);
    }
    carryOutLines(desk, wanted.value);
  }
  return ok(undefined);
}

/** Gives the trigger's market data lines back, but for those of `keep`; other owners keep theirs. */
export function release(desk: Desk, id: TriggerId, keep: readonly Contract[] = []): void {
  const kept = new Set(keep.map((contract) => contract.conId));
  const gone = kept.size === 0 ? desk.subscriptions.drop(id) : [];
  const rest = kept.size === 0 ? [] : desk.subscriptions.linesOf(id).filter((conId) => !kept.has(conId));
  carryOutLines(desk, [...gone, ...rest.flatMap((conId) => desk.subscriptions.drop(id, conId))]);
}

/** After a fire, a kill or a stop the registry no longer watches: the lines of these triggers (without ids, of all) go back. */
export function releaseUnwatched(desk: Desk, ids: Iterable<TriggerId> = desk.stores.triggers.keys()): void {
  for (const id of ids) {
    const life = desk.stores.triggers.get(id)?.life;
    if (life !== 'armed' && life !== 'paused' && life !== 'firing') release(desk, id);
  }
}
