import type { DeskCore } from '#core/engine/desk-core';
import { closePosition } from '#core/protection/close-position';
import { commit } from '#core/state/desk-state';
import { cancelOrders, cancelWaiting } from '#core/execution/cancel';
import { kill, killTargets } from '#core/safety/kill';
import { numberRefusal } from '#core/order/addressable';
import { armTrigger } from '#core/strategy/trigger/arm';
import { changeTrigger } from '#core/strategy/trigger/change';
import { contractsOf } from '#core/strategy/trigger/market-lines';
import { cancelAll } from '#core/safety/cancel-all';
import { orderLine } from '#desk/projection/order-row';

import {
  acknowledgeKill,
  confirmRearm,
  pauseByOperator,
  recoverDesk,
  requestRearm,
  resumeDesk,
  startDesk,
  stopDesk,
} from '#core/engine/operator-commands';

import { fire } from '#core/strategy/trigger/fire';
import { mayFire } from '#core/state/engine-state';
import type { LineEffect } from '#core/market/subscriptions';
import { engineState } from '#core/state/desk-state';
import type { Contract } from '#domain/contract';
import type { ConId, TriggerId } from '#domain/ids';
import { formatQuantity } from '#domain/quantity';
import { err, ok, type Result } from '#domain/result';
import type { TriggerSpec } from '#domain/trigger';
import type { Input } from '#protocol/commands';
import type { SettingsView } from '#protocol/settings';
import type { Handlers } from '#desk/entrance/router';
import type { Projector } from '../projection/projector.ts';

import { streamHandlers } from '../stream/stream-handlers.ts';
import { type AuditPort, truthHandlers } from './position-commands.ts';
import { detailsToAct } from './require-details.ts';
import { previewTrigger } from './preview.ts';
import { done, failure } from './reply.ts';
import { whyOrder } from './why.ts';

export interface HandlerPorts {
  readonly core: DeskCore;
  readonly projector: Projector;
  readonly settings: { view(): SettingsView; update(patch: Input<'settings.update'>['patch']): Result<void> };
  /** The quotes the operator follows over restarts. */
  readonly watchList: { added(contract: Contract): void; removed(conId: ConId): void };
  readonly live: { confirm(account: string, phrase: string): Result<void> };
  readonly audit: AuditPort;
}

const DETAILS_ERROR = 'unavailable' as const;

/** What an operator can ask, one function a name; `satisfies` holds the table complete. */
export function createHandlers(ports: HandlerPorts): Handlers {
  const { core, projector } = ports;
  const { deskState } = core;

  function carryOut(effects: readonly LineEffect[]): void {
    for (const effect of effects) {
      if (effect.kind === 'subscribe') deskState.ports.market.subscribe(effect.contract);
      else deskState.ports.market.unsubscribe(effect.conId);
    }
  }

  /** Details of every contract named, asked once; the tick decides prices, so nothing is armed without them. */
  async function withDetails(contracts: readonly Contract[]): Promise<Result<void>> {
    for (const contract of contracts) {
      if (deskState.details.has(contract.conId)) continue;
      const details = await deskState.ports.market.details(contract);
      if (!details.ok) return err(details.error);
      if (details.value.contract.conId !== contract.conId)
        return err(`TWS answers with another contract for ${contract.symbol}; search for it again.`);
      core.learn(details.value);
    }
    return ok(undefined);
  }

  async function arm(spec: TriggerSpec, by: string, existing?: { readonly id: TriggerId; readonly version: number }) {
    const known = await detailsToAct(deskState, withDetails, contractsOf(spec));
    if (!known.ok) return { ok: false as const, error: known.error };
    const armed = armTrigger(deskState, spec, by, existing);
    if (!armed.ok) return { ok: false as const, error: armed.error };
    core.drainNow();
    return { ok: true as const, value: armed.value };
  }

  function change(input: { readonly id: TriggerId; readonly expectedVersion: number }, event: 'pause' | 'resume' | 'disarm', by: string) {
    const changed = changeTrigger(deskState, input.id, input.expectedVersion, event, by);
    core.drainNow();
    return changed.ok ? { ok: true as const, value: { seq: changed.value.seq } } : { ok: false as const, error: changed.error };
  }

  return {
    ...streamHandlers,
    ...truthHandlers({ deskState, audit: ports.audit, withDetails }),
    'engine.start': (_input, caller) => done(startDesk(deskState, caller.by)),
    'engine.pause': (input, caller) => done(pauseByOperator(deskState, caller.by, input.reason ?? 'paused by hand')),
    'engine.resume': (_input, caller) => done(resumeDesk(deskState, caller.by)),
    'engine.stop': (_input, caller) => done(stopDesk(deskState, caller.by)),
    'engine.recover': (_input, caller) => done(recoverDesk(deskState, caller.by)),
    'engine.acknowledge': (input, caller) => done(acknowledgeKill(deskState, caller.by, input.reason)),
    'engine.rearm.request': (_input, caller) => done(requestRearm(deskState, caller.by)),
    'engine.rearm.confirm': (input, caller) => done(confirmRearm(deskState, caller.by, input.phrase)),
    kill: (input, caller) => {
      kill(deskState, input.scope, caller.by, input.reason);
      return { ok: true, value: { seq: deskState.coordinator.seq } };
    },
    'orders.cancel-all': (input, caller) => {
      return { ok: true, value: { seq: cancelAll(deskState, input.scope, caller.by) } };
    },
    'order.cancel': (input, caller) => {
      const order = deskState.index.get(input.key);
      if (order === undefined) return failure('not-found', 'There is no such order.');
      if (order.state === 'QUEUED' || order.state === 'INTENT') return done(cancelWaiting(deskState, input.key, caller.by));
      if (order.origin === 'foreign')
        return failure(
          'not-allowed-now',
          'Another program placed this order; cancel it there or in TWS, or cancel all with the scope "all".',
        );
      const nameless = numberRefusal(order);
      if (nameless !== undefined)
        return failure(
          'not-allowed-now',
          order.origin === 'manual' ? nameless : 'This order has not left the program; there is nothing to cancel at the broker.',
        );
      return { ok: true, value: { seq: cancelOrders(deskState, [order], caller.by) } };
    },
    'trigger.arm': (input, caller) => arm(input.spec, caller.by),
    'trigger.rearm': async (input, caller) => {
      const trigger = deskState.stores.triggers.get(input.id);
      if (trigger === undefined) return failure('not-found', 'This trigger does not exist any more.');
      const armed = await arm(trigger.spec, caller.by, { id: input.id, version: input.expectedVersion });
      return armed.ok ? { ok: true, value: { seq: armed.value.seq } } : armed;
    },
    'trigger.edit': async (input, caller) => {
      const armed = await arm(input.spec, caller.by, { id: input.id, version: input.expectedVersion });
      return armed.ok ? { ok: true, value: { seq: armed.value.seq } } : armed;
    },
    'trigger.pause': (input, caller) => change(input, 'pause', caller.by),
    'trigger.resume': (input, caller) => change(input, 'resume', caller.by),
    'trigger.disarm': (input, caller) => change(input, 'disarm', caller.by),
    'trigger.fire-now': (input, caller) => {
      const trigger = deskState.stores.triggers.get(input.id);
      if (trigger === undefined) return failure('not-found', 'This trigger does not exist any more.');
      if (trigger.updatedAt !== input.expectedVersion)
        return failure('conflict', `${trigger.spec.name} changed in the meantime; look at it again.`);
      const state = engineState(deskState);
      if (!mayFire(state)) return failure('not-allowed-now', `The desk is ${state}; triggers fire only while it waits for signals.`);
      const firing = deskState.registry.fireNow(input.id);
      if (!firing.ok) return failure('not-allowed-now', firing.error);
      fire(deskState, firing.value, deskState.ports.clock.monotonic());
      core.settle(input.id);
      const after = deskState.stores.triggers.get(input.id);
      if (after?.life === 'failed' || after?.life === 'locked') return failure('denied-by-risk', `${caller.by}: ${after.reason}`);
      return { ok: true, value: { seq: deskState.coordinator.seq } };
    },
    'position.flatten': async (input, caller) => {
      const position = [...deskState.stores.positions.values()].find(
        (held) => held.contract.conId === input.conId && held.account === input.account,
      );
      if (position === undefined) return failure('not-found', 'There is no such position.');
      const known = await detailsToAct(deskState, withDetails, [position.contract]);
      return done(known.ok ? closePosition(deskState, input.account, input.conId, 100, caller.by) : known);
    },
    'quote.watch': async (input) => {
      const known = await withDetails([input.contract]);
      if (!known.ok) return failure(DETAILS_ERROR, known.error);
      const wanted = deskState.subscriptions.want('screen', input.contract, 'screen');
      if (!wanted.ok) return failure('too-many', wanted.error);
      deskState.board.follow(input.contract);
      carryOut(wanted.value);
      ports.watchList.added(input.contract);
      return { ok: true, value: { seq: deskState.coordinator.seq } };
    },
    'quote.unwatch': (input) => {
      carryOut(deskState.subscriptions.drop('screen', input.conId));
      ports.watchList.removed(input.conId);
      return { ok: true, value: { seq: deskState.coordinator.seq } };
    },
    'live.confirm': (input) => {
      const confirmed = ports.live.confirm(input.account, input.phrase);
      return confirmed.ok ? { ok: true, value: { seq: deskState.coordinator.seq } } : failure('confirmation-needed', confirmed.error);
    },
    'settings.update': (input, caller) => {
      const state = engineState(deskState);
      if (input.patch.limits !== undefined && state === 'EMERGENCY')
        return failure('not-allowed-now', 'Limits cannot be changed in EMERGENCY.');
      const updated = ports.settings.update(input.patch);
      if (!updated.ok) return failure('invalid-input', updated.error);
      const seq = commit(
        deskState,
        'housekeeping',
        'settings.update',
        { kind: 'command', text: `${caller.by} changed the settings` },
        (tx) => {
          tx.effect({ kind: 'log', level: 'warning', text: `Settings changed by ${caller.by}`, detail: JSON.stringify(input.patch) });
          return tx.seq;
        },
      );
      projector.settingsChanged();
      return { ok: true, value: { seq: seq ?? 0 } };
    },
    'log.acknowledge': (input) =>
      projector.acknowledge(input.id)
        ? { ok: true, value: { seq: deskState.coordinator.seq } }
        : failure('not-found', 'This line is no longer kept.'),
    'symbols.search': async (input) => {
      const found = await deskState.ports.market.search(input.text);
      return found.ok ? { ok: true, value: { contracts: found.value } } : failure('unavailable', found.error);
    },
    'contract.details': async (input) => {
      const known = await withDetails([input.contract]);
      const details = deskState.details.get(input.contract.conId);
      return known.ok && details !== undefined
        ? { ok: true, value: { details } }
        : failure('unavailable', known.ok ? 'TWS does not know this contract.' : known.error);
    },
    'trigger.preview': async (input) => {
      const known = await withDetails(contractsOf(input.spec));
      return known.ok ? { ok: true, value: previewTrigger(core, input.spec) } : failure('unavailable', known.error);
    },
    'order.why': async (input) => {
      const order = deskState.stores.orders.get(input.key);
      const steps = whyOrder(deskState, input.key);
      // An order of an earlier run has its reasons in that run's journal.
      const earlier = order === undefined || (order.cause === undefined && order.origin === 'trigger' && order.sentAt === undefined);
      if (!earlier) return steps === undefined ? failure('not-found', 'There is no such order.') : { ok: true, value: { steps } };
      const told = await ports.audit.history(input.key);
      if (!told.ok)
        return steps === undefined ? failure('not-found', `There is no such order, and ${told.error}`) : { ok: true, value: { steps } };
      if (steps === undefined && told.value.steps.length === 0) return failure('not-found', 'There is no such order.');
      const missing = told.value.complete
        ? []
        : [{ at: null, title: 'Journal', text: 'Older files could not be read; more may have been written.', seq: null }];
      return { ok: true, value: { steps: [...missing, ...told.value.steps, ...(steps ?? [])] } };
    },
    'chart.bars': async (input) => {
      const bars = await deskState.ports.market.bars(input.contract, input.count);
      return bars.ok ? { ok: true, value: { bars: bars.value } } : failure('unavailable', bars.error);
    },
    'diagnostics.execution': (input) => {
      const record = deskState.coordinator.record(input.seq);
      if (record === undefined) return failure('not-found', `Commit ${input.seq} is no longer in memory; look it up in the journal.`);
      return {
        ok: true,
        value: {
          execution: {
            seq: record.seq,
            name: record.name,
            lane: record.lane,
            cause: record.cause.text,
            outcome: record.outcome.kind === 'committed' ? 'committed' : `tombstone: ${record.outcome.reason.text}`,
            attempts: record.attempts,
            reads: record.reads.map((read) => `${read.store}/${read.key}@${read.version}`),
            writes: record.writes.map((write) => `${write.store}/${write.key}`),
            effects: record.effects.map((effect) => (effect as { kind: string }).kind),
          },
        },
      };
    },
    'kill.preview': () => {
      const own = killTargets(deskState, 'own');
      const others = killTargets(deskState, 'all').filter((order) => !own.includes(order));
      const positions = [...deskState.stores.positions.values()].filter((position) => position.quantity !== 0);
      return {
        ok: true,
        value: {
          own: own.map((order) => orderLine(deskState, order)),
          others: others.map((order) => orderLine(deskState, order)),
          positions: positions.map((position) => `${formatQuantity(position.quantity)} ${position.contract.symbol} stays open`),
        },
      };
    },
  } satisfies Handlers;
}
