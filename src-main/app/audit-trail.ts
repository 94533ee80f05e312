import { join } from 'node:path';
import type { Workers } from '#core/ports/workers';
import type { AuditPort } from '#desk/handlers/diagnostics-queries';
import { err, ok, type Result } from '#domain/result';
import { writeInNewFile } from '#journal/export-audit';
import type { HistoryEntry, OrderHistory } from '#journal/order-history';
import { orderStory } from '#journal/order-story';
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
  const history = async (key: string): Promise<Result<OrderHistory>> => {
    const { outcome } = workers.submit('order-history', { directory, key }, { key: 'audit', timeoutMs: HISTORY_MS });
    const result = await outcome;
    return result.kind === 'completed' ? result.value : err(result.text);
  };
  const pathOf = (name: string, format: string): string =>
    join(exports, `${name}-${new Date(now()).toISOString().replaceAll(':', '-').slice(0, 19)}.${format}`);
  return {
    keep: (name, text) => {
      const path = pathOf(name, 'csv');
      const written = writeInNewFile(path, text);
      return written.ok ? ok(path) : written;
    },
    export: async (format, from, to) => {
      const path = pathOf('audit', format);
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
      const read = await history(key);
      if (!read.ok) return read;
      const { entries, complete } = read.value;
      const story = orderStory(entries, key);
      const parentKey = story?.order.cause === undefined ? story?.order.parentKey : undefined;
      const parent = parentKey === undefined ? undefined : await history(parentKey);
      const cause = parent?.ok === true && parentKey !== undefined ? orderStory(parent.value.entries, parentKey)?.order.cause : undefined;
      return ok({
        ...(story === undefined ? {} : { story: { ...story, ...(cause === undefined ? {} : { parentCause: cause }) } }),
        messages: messagesOf(entries),
        complete,
      });
    },
  };
}

/** What the journal has beside the chain: the messages as they were, and the commits that are no step of it. */
function messagesOf(entries: readonly HistoryEntry[]): readonly WhyStep[] {
  return entries.map(({ entry }): WhyStep => {
    const at = entry.brokerAt ?? null;
    if (entry.kind === 'frame') return { at, title: entry.direction === 'out' ? 'Sent to TWS' : 'TWS said', text: entry.text, seq: null };
    return { at, title: entry.name, text: entry.cause.text, seq: entry.seq };
  });
}
