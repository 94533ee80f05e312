import { join } from 'node:path';
import type { CommitRecord } from '#core/ports/journal';
import type { Workers } from '#core/ports/workers';
import type { AuditPort } from '#desk/handlers/diagnostics-queries';
import type { Order } from '#domain/order';
import { err, ok } from '#domain/result';
import type { HistoryEntry } from '#journal/order-history';
import type { WhyStep } from '#protocol/commands';
import type { DeskJobs } from '#workers/jobs';

const HISTORY_MS = 30_000;
const EXPORT_MS = 120_000;

export interface AuditTrailOptions {
  readonly workers: Workers<DeskJobs>;
  /** The journal's directory. */
  readonly directory: string;
  /** Where exports are put. */
  readonly exports: string;
  readonly now: () => number;
}

/** The journal as the operator asks for it: on another thread, so that a long file never stalls the desk. */
export function openAuditTrail({ workers, directory, exports, now }: AuditTrailOptions): AuditPort {
  return {
    export: async (format, from, to) => {
      const path = join(exports, `audit-${new Date(now()).toISOString().replaceAll(':', '-').slice(0, 19)}.${format}`);
      const { outcome } = workers.submit(
        'export-audit',
        { directory, path, from, to: to + 1, format },
        { key: 'audit', timeoutMs: EXPORT_MS },
      );
      const result = await outcome;
      if (result.kind !== 'completed') return err(result.text);
      return result.value.ok ? ok({ path, rows: result.value.value.rows }) : err(result.value.error);
    },
    history: async (key) => {
      const { outcome } = workers.submit('order-history', { directory, key }, { key: 'audit', timeoutMs: HISTORY_MS });
      const result = await outcome;
      if (result.kind !== 'completed') return err(result.text);
      if (!result.value.ok) return err(result.value.error);
      const { entries, complete } = result.value.value;
      return ok({ steps: stepsOf(entries, key), complete });
    },
  };
}

/** The chain of an order of an earlier run, as the journal has it. */
function stepsOf(entries: readonly HistoryEntry[], key: string): readonly WhyStep[] {
  return entries.flatMap(({ entry }): readonly WhyStep[] => {
    if (entry.kind === 'frame')
      return [{ at: entry.at, title: entry.direction === 'out' ? 'Sent to TWS' : 'TWS said', text: entry.text, seq: null }];
    const order = writtenOrder(entry, key);
    return order === undefined ? [] : stepOf(entry, order);
  });
}

function writtenOrder(record: CommitRecord, key: string): Order | undefined {
  const write = record.writes.find(([store, cell]) => store === 'orders' && cell === key);
  return write === undefined || write[2] === null ? undefined : (write[2] as Order);
}

function stepOf({ at, seq, name, cause: why }: CommitRecord, order: Order): readonly WhyStep[] {
  const { cause } = order;
  if (cause === undefined || cause.approvedSeq !== seq) return [{ at, title: order.state, text: order.note ?? why.text, seq }];
  return [
    { at, title: cause.triggerName === undefined ? 'Operator' : `Rule ${cause.triggerName}`, text: cause.sentence, seq },
    { at, title: name, text: why.text, seq },
    { at, title: order.state === 'DENIED' ? 'Risk' : 'Risk approved', text: cause.verdict, seq },
  ];
}
