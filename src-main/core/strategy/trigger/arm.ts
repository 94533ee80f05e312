import { unknownReason } from '#core/pretrade/hold-reasons';
import { commit, engineState, type DeskState } from '#core/state/desk-state';
import { advance } from '#core/state/engine-life';
import { mayArm } from '#core/state/engine-state';
import { undecided } from '#core/state/found-at-start';
import { log } from '#core/state/records';
import { type Refusal, refuse } from '#core/state/refusal';
import { conditionRefusal } from '#domain/condition';
import type { TriggerId } from '#domain/ids';
import { parseOrderRef } from '#domain/order-ref';
import { err, ok, type Result } from '#domain/result';
import type { Trigger, TriggerSpec } from '#domain/trigger';
import { nextTriggerLife, type TriggerEvent } from '#domain/trigger-life';
import { saveDrafts } from './drafts.ts';
import { contractsOf, release, subscribeFor } from './market-lines.ts';

export type Armed = Result<{ readonly seq: number; readonly id: TriggerId }, Refusal>;

/** Why this spec cannot be armed now; undefined when it can. A sentence each. */
export function armRefusal(desk: DeskState, spec: TriggerSpec, id?: TriggerId): Refusal | undefined {
  const fault = conditionRefusal(spec.condition);
  if (fault !== undefined) return { code: 'invalid-input', text: fault };
  const state = engineState(desk);
  if (!mayArm(state)) {
    const how =
      state === 'IDLE' ? 'Start it first (F5).' : state === 'PAUSED' ? 'Resume it first (F5).' : 'See the header for the next step.';
    return { code: 'not-allowed-now', text: `The desk is ${state}; triggers are armed only while it is running. ${how}` };
  }
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

/** Arms a new trigger, or an existing one again with the next generation. */
export function armTrigger(
  desk: DeskState,
  spec: TriggerSpec,
  by: string,
  existing?: { readonly id: TriggerId; readonly version: number },
): Armed {
  const known = existing === undefined ? undefined : desk.stores.triggers.get(existing.id);
  if (existing !== undefined) {
    if (known === undefined) return refuse('not-found', 'This trigger does not exist any more.');
    if (known.updatedAt !== existing.version) return refuse('conflict', `${known.spec.name} changed in the meantime; look at it again.`);
  }
  const fault = armRefusal(desk, spec, known?.id);
  if (fault !== undefined) return err(fault);
  const editing = known?.life === 'armed' || known?.life === 'paused';
  const event: TriggerEvent = known?.life === 'locked' ? 'unlock' : editing ? 'edit' : 'arm';
  const life = known === undefined ? 'armed' : known.life === 'locked' ? 'armed' : nextTriggerLife(known.life, event);
  if (life === undefined) return refuse('not-allowed-now', `${spec.name} is ${known?.life ?? 'gone'} and cannot be armed.`);
  const id = known?.id ?? desk.ports.ids.triggerId();
  const gen = Math.max(known?.gen ?? 0, newestGeneration(desk, id)) + 1;
  // The old lines go back only when the new ones are there: a refused edit must leave the watcher as it was.
  const before = known === undefined ? [] : contractsOf(known.spec);
  const lines = subscribeFor(desk, id, spec, editing ? before : []);
  if (!lines.ok) return lines;
  const set = editing ? desk.registry.edit({ id, gen, spec, armedBy: by }) : desk.registry.arm({ id, gen, spec, armedBy: by });
  if (!set.ok) {
    release(desk, id, editing ? before : []);
    return refuse('invalid-input', set.error);
  }
  release(desk, id, contractsOf(spec));
  const seq = commit(
    desk,
    'order',
    editing ? 'trigger.edit' : 'trigger.arm',
    { kind: 'command', text: `${by} armed ${spec.name}`, ref: id },
    (tx) => {
      const trigger: Trigger = {
        id,
        spec,
        life: editing ? known.life : 'armed',
        gen,
        fires: 0,
        createdAt: known?.createdAt ?? tx.at,
        armedAt: tx.at,
        armedBy: by,
        recentFires: known?.recentFires ?? [],
        reason: set.value.reason,
        updatedAt: tx.at,
      };
      tx.set(desk.stores.triggers, id, trigger);
      log(tx, 'info', `${spec.name} ${editing ? 'changed' : 'armed'} by ${by}`, { kind: 'trigger', key: id });
      return tx.seq;
    },
  );
  advance(desk);
  saveDrafts(desk);
  return ok({ seq: seq ?? 0, id });
}

/** The file of the last run may be older than its last arming; the orders that the broker still tells of are not. */
function newestGeneration(desk: DeskState, id: TriggerId): number {
  let newest = 0;
  for (const { ref } of desk.index.ofTrigger(id)) newest = Math.max(newest, ref === undefined ? 0 : (parseOrderRef(ref)?.gen ?? 0));
  return newest;
}
