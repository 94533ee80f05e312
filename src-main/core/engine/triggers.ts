import { conditionFault, priceLeaves } from '#domain/condition';
import type { Contract } from '#domain/contract';
import type { TriggerId } from '#domain/ids';
import { parseOrderRef } from '#domain/order-ref';
import { err, ok, type Result } from '#domain/result';
import type { Trigger, TriggerSpec } from '#domain/trigger';
import { nextTriggerLife, type TriggerEvent } from '#domain/trigger-life';
import { undecided } from './adoption.ts';
import { log } from './desk-state.ts';
import { mayArm } from './engine-table.ts';
import { commit, engineState, type Hall } from './hall.ts';
import { unknownFault } from './holds.ts';
import { advance } from './life.ts';
import type { Refusal } from './refusal.ts';

type Armed = Result<{ readonly seq: number; readonly id: TriggerId }, Refusal>;

function refuse(code: Refusal['code'], text: string): { readonly ok: false; readonly error: Refusal } {
  return err({ code, text });
}

/** Every contract a trigger looks at or trades; each takes a market data line. */
export function contractsOf(spec: TriggerSpec): readonly Contract[] {
  const contracts = new Map<number, Contract>();
  for (const contract of [...priceLeaves(spec.condition).map((leaf) => leaf.contract), spec.action.contract])
    contracts.set(contract.conId, contract);
  return [...contracts.values()];
}

/** Why this spec cannot be armed now; undefined when it can. A sentence each. */
export function armFault(hall: Hall, spec: TriggerSpec, id?: TriggerId): Refusal | undefined {
  const fault = conditionFault(spec.condition);
  if (fault !== undefined) return { code: 'invalid-input', text: fault };
  const state = engineState(hall);
  if (!mayArm(state)) {
    const how =
      state === 'IDLE' ? 'Start it first (F5).' : state === 'PAUSED' ? 'Resume it first (F5).' : 'See the header for the next step.';
    return { code: 'not-allowed-now', text: `The desk is ${state}; triggers are armed only while it is running. ${how}` };
  }
  const waiting = undecided(hall).length;
  if (waiting > 0)
    return {
      code: 'not-allowed-now',
      text: `${waiting} orders and positions found at the broker wait for your decision; adopt or ignore each first.`,
    };
  for (const contract of contractsOf(spec)) {
    if (!hall.details.has(contract.conId))
      return { code: 'not-allowed-now', text: `The contract details of ${contract.symbol} are not known yet; try again in a moment.` };
    const unknown = unknownFault(hall, contract);
    if (unknown !== undefined) return { code: 'not-allowed-now', text: unknown };
  }
  if (spec.expiresAt !== undefined && spec.expiresAt <= hall.exchange.now())
    return { code: 'invalid-input', text: 'The trigger expires in the past; choose a later time.' };
  return hall.triggerIndex.isTaken(spec.name, id)
    ? { code: 'invalid-input', text: `A trigger named ${spec.name} is already armed; choose another name.` }
    : undefined;
}

function subscribeFor(hall: Hall, id: TriggerId, spec: TriggerSpec, before: readonly Contract[]): Result<void, Refusal> {
  for (const contract of contractsOf(spec)) {
    const wanted = hall.subscriptions.want(id, contract, 'watcher');
    if (!wanted.ok) {
      release(hall, id, before);
      return refuse('too-many', wanted.error);
    }
    for (const effect of wanted.value) {
      if (effect.kind === 'subscribe') hall.ports.market.subscribe(effect.contract);
      else hall.ports.market.unsubscribe(effect.conId);
    }
  }
  return ok(undefined);
}

/** Gives the trigger's market data lines back, but for those of `keep`; other owners keep theirs. */
export function release(hall: Hall, id: TriggerId, keep: readonly Contract[] = []): void {
  const kept = new Set(keep.map((contract) => contract.conId));
  const gone = kept.size === 0 ? hall.subscriptions.drop(id) : [];
  const rest = kept.size === 0 ? [] : hall.subscriptions.linesOf(id).filter((conId) => !kept.has(conId));
  for (const effect of [...gone, ...rest.flatMap((conId) => hall.subscriptions.drop(id, conId))]) {
    if (effect.kind === 'subscribe') hall.ports.market.subscribe(effect.contract);
    else hall.ports.market.unsubscribe(effect.conId);
  }
}

/** Arms a new trigger, or an existing one again with the next generation. */
export function armTrigger(
  hall: Hall,
  spec: TriggerSpec,
  by: string,
  existing?: { readonly id: TriggerId; readonly version: number },
): Armed {
  const known = existing === undefined ? undefined : hall.stores.triggers.get(existing.id);
  if (existing !== undefined) {
    if (known === undefined) return refuse('not-found', 'This trigger does not exist any more.');
    if (known.updatedAt !== existing.version) return refuse('conflict', `${known.spec.name} changed in the meantime; look at it again.`);
  }
  const fault = armFault(hall, spec, known?.id);
  if (fault !== undefined) return err(fault);
  const editing = known?.life === 'armed' || known?.life === 'paused';
  const event: TriggerEvent = known?.life === 'locked' ? 'unlock' : editing ? 'edit' : 'arm';
  const life = known === undefined ? 'armed' : known.life === 'locked' ? 'armed' : nextTriggerLife(known.life, event);
  if (life === undefined) return refuse('not-allowed-now', `${spec.name} is ${known?.life ?? 'gone'} and cannot be armed.`);
  const id = known?.id ?? hall.ports.ids.triggerId();
  const gen = Math.max(known?.gen ?? 0, newestGeneration(hall, id)) + 1;
  // The old lines go back only when the new ones are there: a refused edit must leave the watcher as it was.
  const before = known === undefined ? [] : contractsOf(known.spec);
  const lines = subscribeFor(hall, id, spec, editing ? before : []);
  if (!lines.ok) return lines;
  const set = editing ? hall.registry.edit({ id, gen, spec, armedBy: by }) : hall.registry.arm({ id, gen, spec, armedBy: by });
  if (!set.ok) {
    release(hall, id, editing ? before : []);
    return refuse('invalid-input', set.error);
  }
  release(hall, id, contractsOf(spec));
  const seq = commit(
    hall,
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
      tx.set(hall.stores.triggers, id, trigger);
      log(tx, 'info', `${spec.name} ${editing ? 'changed' : 'armed'} by ${by}`, { kind: 'trigger', key: id });
      return tx.seq;
    },
  );
  advance(hall);
  saveDrafts(hall);
  return ok({ seq: seq ?? 0, id });
}

/** The file of the last run may be older than its last arming; the orders that the broker still tells of are not. */
function newestGeneration(hall: Hall, id: TriggerId): number {
  let newest = 0;
  for (const { ref } of hall.index.ofTrigger(id)) newest = Math.max(newest, ref === undefined ? 0 : (parseOrderRef(ref)?.gen ?? 0));
  return newest;
}

/** Pause, resume or disarm one watcher. The version guards against acting on an older picture. */
export function changeTrigger(hall: Hall, id: TriggerId, version: number, event: 'pause' | 'resume' | 'disarm', by: string): Armed {
  const trigger = hall.stores.triggers.get(id);
  if (trigger === undefined) return refuse('not-found', 'This trigger does not exist any more.');
  if (trigger.updatedAt !== version)
    return refuse('conflict', `${trigger.spec.name} changed in the meantime (it is ${trigger.life}); look at it again.`);
  const life = nextTriggerLife(trigger.life, event);
  if (life === undefined)
    return refuse(
      'not-allowed-now',
      `${trigger.spec.name} is ${trigger.life}; it cannot be ${event === 'disarm' ? 'disarmed' : `${event}d`}.`,
    );
  if (event === 'resume' && !mayArm(engineState(hall)))
    return refuse('not-allowed-now', `The desk is ${engineState(hall)}; ${trigger.spec.name} can be resumed once it is running.`);
  const unknown = event === 'resume' ? contractsOf(trigger.spec).flatMap((contract) => unknownFault(hall, contract) ?? [])[0] : undefined;
  if (unknown !== undefined) return refuse('not-allowed-now', unknown);
  const done = event === 'disarm' ? hall.registry.disarm(id) : event === 'pause' ? hall.registry.pause(id, by) : hall.registry.resume(id);
  if (!done.ok && event !== 'disarm') return refuse('not-allowed-now', done.error);
  if (event === 'disarm') release(hall, id);
  const seq = commit(
    hall,
    event === 'resume' ? 'order' : 'risk-reducing',
    `trigger.${event}`,
    { kind: 'command', text: `${by} ${event} ${trigger.spec.name}`, ref: id },
    (tx) => {
      const now = tx.get(hall.stores.triggers, id);
      if (now === undefined) return tx.seq;
      tx.set(hall.stores.triggers, id, {
        ...now,
        life,
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
  advance(hall);
  saveDrafts(hall);
  return ok({ seq: seq ?? 0, id });
}

/** Watchers whose time is over. */
export function expireTriggers(hall: Hall): void {
  for (const id of hall.registry.drainExpired()) {
    release(hall, id);
    commit(hall, 'order', 'trigger.expire', { kind: 'timer', text: 'the trigger expired', ref: id }, (tx) => {
      const trigger = tx.get(hall.stores.triggers, id);
      const life = trigger === undefined ? undefined : nextTriggerLife(trigger.life, 'expire');
      if (trigger === undefined || life === undefined) return;
      tx.set(hall.stores.triggers, id, { ...trigger, life, reason: 'expired without firing', updatedAt: tx.at });
      log(tx, 'info', `${trigger.spec.name} expired without firing`, { kind: 'trigger', key: id });
    });
  }
}

/** After a fire, a kill or a stop the registry no longer watches: the lines of these triggers (without ids, of all) go back. */
export function releaseUnwatched(hall: Hall, ids: Iterable<TriggerId> = hall.stores.triggers.keys()): void {
  for (const id of ids) {
    const life = hall.stores.triggers.get(id)?.life;
    if (life !== 'armed' && life !== 'paused' && life !== 'firing') release(hall, id);
  }
}

const LIVES_OFFERED: ReadonlySet<Trigger['life']> = new Set(['draft', 'armed', 'paused', 'locked', 'cancelled', 'failed']);

export function saveDrafts(hall: Hall): void {
  hall.ports.drafts.save(() => {
    const offered = [...hall.stores.triggers.values()].filter((trigger) => LIVES_OFFERED.has(trigger.life)).slice(-500);
    return offered.map(({ id, gen, spec }) => ({ id, gen, spec }));
  });
}

/** Triggers of the last run, disarmed: the operator arms what is still wanted. */
export function offerDrafts(hall: Hall): void {
  const drafts = hall.ports.drafts.load();
  commit(hall, 'housekeeping', 'drafts.offer', { kind: 'system', text: 'start of the program' }, (tx) => {
    if (!drafts.ok) {
      log(tx, 'warning', drafts.error);
      return;
    }
    for (const { id, gen, spec } of drafts.value) {
      tx.set(hall.stores.triggers, id, {
        id,
        spec,
        life: 'draft',
        gen,
        fires: 0,
        createdAt: tx.at,
        recentFires: [],
        reason: 'from the last run, disarmed',
        updatedAt: tx.at,
      });
    }
    if (drafts.value.length > 0) log(tx, 'info', `${drafts.value.length} triggers of the last run are offered again, disarmed.`);
  });
}
