import { readLatchAgain } from '#core/execution/latch-doubt';
import { moveTrigger } from '#core/execution/trigger-transition';
import { unknownReason } from '#core/pretrade/hold-reasons';
import { commit, engineState, type Slice } from '#core/state/desk-state';
import { advance } from '#core/state/engine-life';
import { mayArm } from '#core/state/engine-state';
import { undecided } from '#core/state/found-at-start';
import { log } from '#core/state/records';
import { type Refusal, refuse } from '#core/state/refusal';
import type { ArmRequest } from '#core/trigger/watcher-registry';
import type { WatcherRow } from '#core/trigger/watcher-row';
import { conditionRefusal } from '#domain/condition';
import type { TriggerId } from '#domain/ids';
import { parseOrderRef } from '#domain/order-ref';
import { err, ok, type Result } from '#domain/result';
import type { Trigger, TriggerSpec } from '#domain/trigger';
import { nextTriggerLife } from '#domain/trigger-life';
import { saveDrafts } from './drafts.ts';
import { contractsOf, release, subscribeFor } from './market-lines.ts';

type Desk = Slice<
  | 'coordinator'
  | 'counters'
  | 'details'
  | 'drafts'
  | 'exchange'
  | 'ids'
  | 'index'
  | 'killLatchFile'
  | 'latch'
  | 'link'
  | 'market'
  | 'reconciliation'
  | 'registry'
  | 'startRefusal'
  | 'stores'
  | 'subscriptions'
  | 'triggerIndex'
>;

export type Armed = Result<{ readonly seq: number; readonly id: TriggerId }, Refusal>;

/** Why this spec cannot be armed now; undefined when it can. A sentence each. */
export function armRefusal(desk: Desk, spec: TriggerSpec, id?: TriggerId): Refusal | undefined {
  const invalid = conditionRefusal(spec.condition);
  if (invalid !== undefined) return { code: 'invalid-input', text: invalid };
  const state = engineState(desk);
  if (!mayArm(state)) {
    const how =
      state === 'IDLE' ? 'Start it first (F5).' : state === 'PAUSED' ? 'Resume it first (F5).' : 'See the header for the next step.';
    return { code: 'not-allowed-now', text: `The desk is ${state}; triggers are armed only while it is running. ${how}` };
  }
  const held = desk.startRefusal?.();
  if (held !== undefined) return { code: 'not-allowed-now', text: held };
  const waiting = undecided(desk).length;
  if (waiting > 0)
    return {
      code: 'not-allowed-now',
      text: `${waiting} orders and positions found at the broker wait for your decision; adopt or ignore each first.`,
    };
  for (const contract of contractsOf(spec)) {
    if (!desk.details.has(contract.conId))
      return { code: 'not-allowed-now', text: `The contract details of ${contract.symbol} are not known yet; try again in a moment.` };
    const unknown = unknownReason(desk, contract);
    if (unknown !== undefined) return { code: 'not-allowed-now', text: unknown };
  }
  if (spec.expiresAt !== undefined && spec.expiresAt <= desk.exchange.now())
    return { code: 'invalid-input', text: 'The trigger expires in the past; choose a later time.' };
  return desk.triggerIndex.isTaken(spec.name, id)
    ? { code: 'invalid-input', text: `A trigger named ${spec.name} is already armed; choose another name.` }
    : undefined;
}

interface Existing {
  readonly id: TriggerId;
  readonly version: number;
}

/** Arms a new trigger, or an existing one again with the next generation. */
export function armTrigger(desk: Desk, spec: TriggerSpec, by: string, existing?: Existing): Armed {
  readLatchAgain(desk);
  const known = existing === undefined ? undefined : desk.stores.triggers.get(existing.id);
  const refusal = versionRefusal(known, existing) ?? armRefusal(desk, spec, known?.id) ?? lifeRefusal(spec, known);
  if (refusal !== undefined) return err(refusal);
  const edited = isWatched(known) ? known : undefined;
  const id = known?.id ?? desk.ids.triggerId();
  const gen = Math.max(known?.gen ?? 0, newestGeneration(desk, id)) + 1;
  const watched = watch(desk, { id, gen, spec, armedBy: by }, edited);
  if (!watched.ok) return watched;
  const seq = commit(
    desk,
    'order',
    edited === undefined ? 'trigger.arm' : 'trigger.edit',
    { kind: 'command', text: `${by} armed ${spec.name}`, ref: id },
    (tx) => {
      moveTrigger(desk, tx, known ?? { life: 'draft' }, [edited === undefined ? 'arm' : 'edit'], {
        id,
        spec,
        gen,
        fires: 0,
        createdAt: known?.createdAt ?? tx.at,
        armedAt: tx.at,
        armedBy: by,
        recentFires: known?.recentFires ?? [],
        reason: watched.value.reason,
        updatedAt: tx.at,
      });
      log(tx, 'info', `${spec.name} ${edited === undefined ? 'armed' : 'changed'} by ${by}`, { kind: 'trigger', key: id });
      return tx.seq;
    },
  );
  advance(desk);
  saveDrafts(desk);
  return ok({ seq: seq ?? 0, id });
}

/** The version guards against arming over a newer picture. */
function versionRefusal(known: Trigger | undefined, existing: Existing | undefined): Refusal | undefined {
  if (existing === undefined) return undefined;
  if (known === undefined) return { code: 'not-found', text: 'This trigger does not exist any more.' };
  if (known.updatedAt === existing.version) return undefined;
  return { code: 'conflict', text: `${known.spec.name} changed in the meantime; look at it again.` };
}

function lifeRefusal(spec: TriggerSpec, known: Trigger | undefined): Refusal | undefined {
  if (known === undefined) return undefined;
  const life = nextTriggerLife(known.life, isWatched(known) ? 'edit' : 'arm');
  return life === undefined ? { code: 'not-allowed-now', text: `${spec.name} is ${known.life} and cannot be armed.` } : undefined;
}

function isWatched(trigger: Trigger | undefined): trigger is Trigger {
  return trigger?.life === 'armed' || trigger?.life === 'paused';
}

/**
 * Market data lines and a watcher for the rule, in place of those of `edited`. The old lines go back only when the new ones are there: a
 * refused edit must leave the watcher as it was.
 */
function watch(desk: Desk, request: ArmRequest, edited: Trigger | undefined): Result<WatcherRow, Refusal> {
  const { id, spec } = request;
  const before = edited === undefined ? [] : contractsOf(edited.spec);
  const lines = subscribeFor(desk, id, spec, before);
  if (!lines.ok) return lines;
  const set = edited === undefined ? desk.registry.arm(request) : desk.registry.edit(request);
  if (!set.ok) {
    release(desk, id, before);
    return refuse('invalid-input', set.error);
  }
  release(desk, id, contractsOf(spec));
  return set;
}

/** The file of the last run may be older than its last arming; the orders that the broker still tells of are not. */
function newestGeneration(desk: Desk, id: TriggerId): number {
  let newest = 0;
  for (const { ref } of desk.index.ofTrigger(id)) newest = Math.max(newest, ref === undefined ? 0 : (parseOrderRef(ref)?.gen ?? 0));
  return newest;
}
