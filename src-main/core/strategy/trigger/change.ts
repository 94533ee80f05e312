import { moveTrigger } from '#core/execution/trigger-transition';
import { unknownReason } from '#core/pretrade/hold-reasons';
import { commit, engineState, type Slice } from '#core/state/desk-state';
import { advance } from '#core/state/engine-life';
import { mayArm } from '#core/state/engine-state';
import { log } from '#core/state/records';
import { refuse } from '#core/state/refusal';
import type { TriggerId } from '#domain/ids';
import { ok } from '#domain/result';
import type { Trigger } from '#domain/trigger';
import { nextTriggerLife } from '#domain/trigger-life';
import type { Armed } from './arm.ts';
import { saveDrafts } from './drafts.ts';
import { contractsOf, release } from './market-lines.ts';

type Desk = Slice<
  'coordinator' | 'counters' | 'drafts' | 'index' | 'latch' | 'link' | 'market' | 'reconciliation' | 'registry' | 'stores' | 'subscriptions'
>;

type Change = 'pause' | 'resume' | 'disarm';

/** Pause, resume or disarm one watcher. The version guards against acting on an older picture. */
export function changeTrigger(desk: Desk, id: TriggerId, version: number, event: Change, by: string): Armed {
  const trigger = desk.stores.triggers.get(id);
  if (trigger === undefined) return refuse('not-found', 'This trigger does not exist any more.');
  if (trigger.updatedAt !== version)
    return refuse('conflict', `${trigger.spec.name} changed in the meantime (it is ${trigger.life}); look at it again.`);
  if (nextTriggerLife(trigger.life, event) === undefined)
    return refuse(
      'not-allowed-now',
      `${trigger.spec.name} is ${trigger.life}; it cannot be ${event === 'disarm' ? 'disarmed' : `${event}d`}.`,
    );
  const refusal = changeWatcher(desk, trigger, event, by);
  if (refusal !== undefined) return refuse('not-allowed-now', refusal);
  if (event === 'disarm') release(desk, id);
  const seq = commit(
    desk,
    event === 'resume' ? 'order' : 'risk-reducing',
    `trigger.${event}`,
    { kind: 'command', text: `${by} ${event} ${trigger.spec.name}`, ref: id },
    (tx) => {
      const now = tx.get(desk.stores.triggers, id);
      if (now === undefined) return tx.seq;
      moveTrigger(desk, tx, now, [event], {
        ...now,
        // The state beside it says paused or disarmed.
        reason: event === 'resume' ? 'watching' : `by ${by}`,
        updatedAt: tx.at,
      });
      log(tx, 'info', `${now.spec.name} ${event === 'pause' ? 'paused' : event === 'resume' ? 'resumed' : 'disarmed'} by ${by}`, {
        kind: 'trigger',
        key: id,
      });
      return tx.seq;
    },
  );
  advance(desk);
  saveDrafts(desk);
  return ok({ seq: seq ?? 0, id });
}

/** Why the watcher stays as it is, a sentence; undefined when it has been changed. */
function changeWatcher(desk: Desk, trigger: Trigger, event: Change, by: string): string | undefined {
  if (event === 'disarm') {
    // There may be none any more: the trigger becomes a draft all the same.
    desk.registry.disarm(trigger.id);
    return undefined;
  }
  const refusal = event === 'resume' ? resumeRefusal(desk, trigger) : undefined;
  if (refusal !== undefined) return refusal;
  const done = event === 'pause' ? desk.registry.pause(trigger.id, by) : desk.registry.resume(trigger.id);
  return done.ok ? undefined : done.error;
}

function resumeRefusal(desk: Desk, { spec }: Trigger): string | undefined {
  const state = engineState(desk);
  if (!mayArm(state)) return `The desk is ${state}; ${spec.name} can be resumed once it is running.`;
  return contractsOf(spec).flatMap((contract) => unknownReason(desk, contract) ?? [])[0];
}

/** Watchers whose time is over. */
export function expireTriggers(desk: Desk): void {
  for (const id of desk.registry.drainExpired()) {
    release(desk, id);
    commit(desk, 'order', 'trigger.expire', { kind: 'timer', text: 'the trigger expired', ref: id }, (tx) => {
      const trigger = tx.get(desk.stores.triggers, id);
      if (trigger === undefined || nextTriggerLife(trigger.life, 'expire') === undefined) return;
      moveTrigger(desk, tx, trigger, ['expire'], { ...trigger, reason: 'expired without firing', updatedAt: tx.at });
      log(tx, 'info', `${trigger.spec.name} expired without firing`, { kind: 'trigger', key: id });
    });
  }
}
