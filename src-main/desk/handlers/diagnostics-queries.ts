import { cancelPlan, openPositions, openPositionText } from '#core/safety/cancel-plan';
import { ClockSteps } from '#core/state/clock-steps';
import type { DeskView } from '#core/state/desk-view';
import type { Order, OrderCause } from '#domain/order';
import type { Result } from '#domain/result';
import type { Handlers } from '#desk/entrance/router';
import { orderLine } from '#desk/projection/order-row';
import type { Input, Reply, WhyStep } from '#protocol/commands';
import { logText } from './log-text.ts';
import { failure } from './reply.ts';
import type { LogRow } from '#protocol/log-row';
import { storyInMemory, whyChain, type WhyStory } from './why.ts';

export interface JournalHistory {
  /** Absent where no line holds the order. */
  readonly story?: Pick<WhyStory, 'order' | 'fills'> & {
    readonly parentCause?: OrderCause;
    /** Moments of the desk's clock and the broker's time of them, oldest first. */
    readonly times: readonly (readonly [at: number, brokerAt: number | undefined])[];
  };
  /** What was said to TWS and by it, and the commits about it, as they stand in the journal. */
  readonly messages: readonly WhyStep[];
  /** False where older files were left out or could not be read. */
  readonly complete: boolean;
}

export interface AuditPort {
  /** Writes a text into a new CSV file of the exports and returns its path; `name` says what it holds. */
  keep(name: string, text: string): Result<string>;
  /** What the journals of all runs say of an order. */
  history(key: string): Promise<Result<JournalHistory>>;
  /** Writes the audit trail of a time (epoch ms) into a new file; returns its path and how many rows it has. */
  export(format: 'csv' | 'json', from: number, to: number): Promise<Result<{ readonly path: string; readonly rows: number }>>;
}

/** The lines that the screens show. */
export interface LogSource {
  logLines(ids: readonly number[]): readonly LogRow[];
}

type Names = 'log.export' | 'order.why' | 'audit.export' | 'diagnostics.execution' | 'kill.preview';

/** What happened, why, and what a kill would do. */
export function diagnosticsQueries(view: DeskView, audit: AuditPort, screen: LogSource): Pick<Handlers, Names> {
  return {
    'order.why': (input) => why(view, audit, input),
    'log.export': ({ ids }) => {
      const lines = screen.logLines(ids);
      const kept = audit.keep('log', logText(lines));
      return kept.ok
        ? { ok: true, value: { seq: view.coordinator.seq, path: kept.value, rows: lines.length } }
        : failure('unavailable', kept.error);
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

/**
 * One chain, from what this run knows or, for an order of an earlier run, from what the journals know. The messages come only when they
 * are asked for.
 */
async function why(view: DeskView, audit: AuditPort, { key, messages }: Input<'order.why'>): Promise<Reply<'order.why'>> {
  const known = storyInMemory(view, key);
  const isEarlier = known === undefined || (isOwn(known.order) && known.order.sentAt === undefined);
  if (!isEarlier && messages !== true) return { ok: true, value: { steps: whyChain(view, known), messages: [] } };
  const told = await audit.history(key);
  if (!told.ok)
    return known === undefined
      ? failure('not-found', `There is no such order, and ${told.error}`)
      : { ok: true, value: { steps: whyChain(view, known), messages: [unread(told.error)] } };
  const { story, complete } = told.value;
  const chosen = isEarlier && story !== undefined ? storyInJournal(story, known) : known;
  if (chosen === undefined) return failure('not-found', 'There is no such order.');
  const missing = complete ? [] : [unread('Older files could not be read; more may have been written.')];
  return {
    ok: true,
    value: { steps: [...(isEarlier ? missing : []), ...whyChain(view, chosen)], messages: messages === true ? told.value.messages : [] },
  };
}

function unread(text: string): WhyStep {
  return { at: null, title: 'Journal', text, seq: null };
}

function isOwn({ origin }: Order): boolean {
  return origin === 'trigger' || origin === 'operator';
}

/** The journal holds this run's commits too, so it knows all that memory knows, and why a parent that is gone was sent. */
function storyInJournal({ order, fills, times, parentCause }: NonNullable<JournalHistory['story']>, known: WhyStory | undefined): WhyStory {
  const steps = new ClockSteps();
  for (const [at, brokerAt] of times) steps.note(at, brokerAt === undefined ? undefined : brokerAt - at);
  return { order, cause: order.cause ?? parentCause ?? known?.cause, fills, timeOf: (at) => steps.timeOf(at) };
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
