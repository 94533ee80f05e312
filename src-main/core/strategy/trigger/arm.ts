import { readLatchAgain } from '#core/execution/latch-doubt';
import { moveTrigger } from '#core/execution/trigger-transition';
import { commit, type Slice } from '#core/state/desk-state';
import { advance } from '#core/state/engine-life';
import { log } from '#core/state/records';
import { type Refusal, refuse } from '#core/state/refusal';
import type { ArmRequest } from '#core/trigger/watcher-registry';
import type { WatcherRow } from '#core/trigger/watcher-row';
import type { TriggerId } from '#domain/ids';
import { err, ok, type Result } from '#domain/result';
import type { Trigger, TriggerSpec } from '#domain/trigger';
import { nextTriggerLife } from '#domain/trigger-life';
import { saveDrafts } from './drafts.ts';
import { dryRun } from './dry-run.ts';
import { nextGeneration } from './generation.ts';
import { seenRefusal, type Word } from './seen-refusal.ts';
import { contractsOf, release, subscribeFor } from './market-lines.ts';

type Desk = Slice<
  | 'accounts'
  | 'board'
  | 'clock'
  | 'coordinator'
  | 'counters'
  | 'details'
  | 'drafts'
  | 'exchange'
  | 'ids'
  | 'index'
  | 'journal'
  | 'killLatchFile'
  | 'latch'
  | 'link'
  | 'market'
  | 'recentSends'
  | 'reconciliation'
  | 'registry'
  | 'rules'
  | 'startRefusal'
  | 'stores'
  | 'subscriptions'
  | 'triggerIndex'
>;

export type Armed = Result<{ readonly seq: number; readonly id: TriggerId }, Refusal>;

interface Existing {
  readonly id: TriggerId;
  readonly version: number;
}

/** The word of the operator, and the trigger that he arms again or edits; none for a new one. */
export interface ArmWord extends Word {
  readonly existing?: Existing;
}

/** Arms a new trigger, or an existing one again with the next generation: only what was read, with all that it does now. */
export function armTrigger(desk: Desk, spec: TriggerSpec, by: string, word: ArmWord): Armed {
  readLatchAgain(desk);
  const { existing } = word;
  const known = existing === undefined ? undefined : desk.stores.triggers.get(existing.id);
  const run = dryRun(desk, spec, known?.id);
  const refusal = versionRefusal(known, existing) ?? run.blocked ?? lifeRefusal(spec, known) ?? seenRefusal(run, word);
  if (refusal !== undefined) return err(refusal);
  const edited = isWatched(known) ? known : undefined;
  const id = known?.id ?? desk.ids.triggerId();
  const gen = nextGeneration(desk, id);
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
