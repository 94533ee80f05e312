import { moveTrigger } from '#core/execution/trigger-transition';
import { unknownReason } from '#core/pretrade/hold-reasons';
import { commit, engineState, type Slice } from '#core/state/desk-state';
import { advance } from '#core/state/engine-life';
import { mayArm } from '#core/state/engine-state';
import { log } from '#core/state/records';
import { type Refusal, refuse } from '#core/state/refusal';
import { ruleNow } from '#core/trigger/rule-now';
import type { TriggerId } from '#domain/ids';
import { err, ok } from '#domain/result';
import type { Trigger } from '#domain/trigger';
import { nextTriggerLife } from '#domain/trigger-life';
import type { Armed } from './arm.ts';
import { saveDrafts } from './drafts.ts';
import { contractsOf, release } from './market-lines.ts';
import { truthText } from './seen-refusal.ts';

type Desk = Slice<
  | 'board'
  | 'coordinator'
  | 'counters'
  | 'drafts'
  | 'exchange'
  | 'index'
  | 'latch'
  | 'link'
  | 'market'
  | 'reconciliation'
  | 'registry'
  | 'stores'
  | 'subscriptions'
>;

/** `resume-although-true`: the operator has confirmed that the rule may fire at once. */
export type Change = 'pause' | 'resume' | 'resume-although-true' | 'disarm';

/** Pause, resume or disarm one watcher. The version guards against acting on an older picture. */
export function changeTrigger(desk: Desk, id: TriggerId, version: number, change: Change, by: string): Armed {
  const event = change === 'resume-although-true' ? 'resume' : change;
  const trigger = desk.stores.triggers.get(id);
  if (trigger === undefined) return refuse('not-found', 'This trigger does not exist any more.');
  if (trigger.updatedAt !== version)
    return refuse('conflict', `${trigger.spec.name} changed in the meantime (it is ${trigger.life}); look at it again.`);
  if (nextTriggerLife(trigger.life, event) === undefined)
    return refuse(
      'not-allowed-now',
      `${trigger.spec.name} is ${trigger.life}; it cannot be ${event === 'disarm' ? 'disarmed' : `${event}d`}.`,
    );
  const refusal = changeWatcher(desk, trigger, change, by);
  if (refusal !== undefined) return err(refusal);
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

/** Why the watcher stays as it is; undefined when it has been changed. */
function changeWatcher(desk: Desk, trigger: Trigger, change: Change, by: string): Refusal | undefined {
  if (change === 'disarm') {
    // There may be none any more: the trigger becomes a draft all the same.
    desk.registry.disarm(trigger.id);
    return undefined;
  }
  const refusal = change === 'pause' ? undefined : resumeRefusal(desk, trigger, change === 'resume-although-true');
  if (refusal !== undefined) return refusal;
  const done = change === 'pause' ? desk.registry.pause(trigger.id, by) : desk.registry.resume(trigger.id);
  return done.ok ? undefined : { code: 'not-allowed-now', text: done.error };
}

/** To resume is to arm: what is true already fires at once, and that needs its own word. */
function resumeRefusal(desk: Desk, { spec }: Trigger, although: boolean): Refusal | undefined {
  const state = engineState(desk);
  if (!mayArm(state)) return { code: 'not-allowed-now', text: `The desk is ${state}; ${spec.name} can be resumed once it is running.` };
  const unknown = contractsOf(spec).flatMap((contract) => unknownReason(desk, contract) ?? [])[0];
  if (unknown !== undefined) return { code: 'not-allowed-now', text: unknown };
  if (although) return undefined;
  const { truth } = ruleNow(spec, spec.action.contract.conId, desk.board, desk.exchange.now());
  return truth === 'false' ? undefined : { code: 'confirmation-needed', text: `${spec.name} is paused, and stays so. ${truthText(truth)}` };
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
