import { cancelPlan, openPositions, openPositionText } from '#core/safety/cancel-plan';
import type { DeskView } from '#core/state/desk-view';
import type { Order } from '#domain/order';
import type { Result } from '#domain/result';
import type { Handlers } from '#desk/entrance/router';
import { orderLine } from '#desk/projection/order-row';
import type { Reply, WhyStep } from '#protocol/commands';
import { failure } from './reply.ts';
import { whyOrder } from './why.ts';

export interface AuditPort {
  /** What the journals of all runs say of an order; `complete` is false where older files were left out or could not be read. */
  history(key: string): Promise<Result<{ readonly steps: readonly WhyStep[]; readonly complete: boolean }>>;
  /** Writes the audit trail of a time (epoch ms) into a new file; returns its path and how many rows it has. */
  export(format: 'csv' | 'json', from: number, to: number): Promise<Result<{ readonly path: string; readonly rows: number }>>;
}

type Names = 'order.why' | 'audit.export' | 'diagnostics.execution' | 'kill.preview';

/** What happened, why, and what a kill would do. */
export function diagnosticsQueries(view: DeskView, audit: AuditPort): Pick<Handlers, Names> {
  return {
    'order.why': async (input) => {
      const order = view.stores.orders.get(input.key);
      const steps = whyOrder(view, input.key);
      // An order of an earlier run has its reasons in that run's journal.
      const earlier = order === undefined || (order.cause === undefined && order.origin === 'trigger' && order.sentAt === undefined);
      if (!earlier) return steps === undefined ? failure('not-found', 'There is no such order.') : { ok: true, value: { steps } };
      const told = await audit.history(input.key);
      if (!told.ok)
        return steps === undefined ? failure('not-found', `There is no such order, and ${told.error}`) : { ok: true, value: { steps } };
      if (steps === undefined && told.value.steps.length === 0) return failure('not-found', 'There is no such order.');
      const missing = told.value.complete
        ? []
        : [{ at: null, title: 'Journal', text: 'Older files could not be read; more may have been written.', seq: null }];
      return { ok: true, value: { steps: [...missing, ...told.value.steps, ...(steps ?? [])] } };
    },
    'audit.export': async (input) => {
      const written = await audit.export(input.format, input.from, input.to);
      return written.ok ? { ok: true, value: { seq: view.coordinator.seq, ...written.value } } : failure('unavailable', written.error);
    },
    'diagnostics.execution': (input) => executionReply(view, input.seq),
    'kill.preview': () => {
      const own = cancelPlan(view, 'own');
      const all = cancelPlan(view, 'all');
      const isOthers = (order: Order): boolean => order.origin === 'manual' || order.origin === 'foreign';
      const lines = (orders: readonly Order[]): readonly string[] => orders.map((order) => orderLine(view, order));
      return {
        ok: true,
        value: {
          own: { entries: lines(own.entries), protective: lines(own.protective) },
          others: { entries: lines(all.entries.filter(isOthers)), protective: lines(all.protective.filter(isOthers)) },
          positions: openPositions(view, own.entries).map(openPositionText),
          bare: openPositions(view, [...own.entries, ...own.protective]).map(openPositionText),
        },
      };
    },
  };
}

function executionReply(view: DeskView, seq: number): Reply<'diagnostics.execution'> {
  const record = view.coordinator.record(seq);
  if (record === undefined) return failure('not-found', `Commit ${seq} is no longer in memory; look it up in the journal.`);
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
}
