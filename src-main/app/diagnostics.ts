import type { Lane } from '#core/ports/lane';
import type { DeskView } from '#core/state/desk-view';
import type { Publisher } from '#desk/stream/publisher';
import type { DiagnosticsValue } from '#protocol/diagnostics';
import type { WorkerScheduler } from '#workers/worker-scheduler';
import type { ServiceRegistry } from './service-registry.ts';

export interface DiagnosticsParts {
  readonly view: DeskView;
  readonly registry: ServiceRegistry;
  readonly workers: WorkerScheduler;
  readonly publisher: Publisher;
  readonly memoryMb: number | null;
  /** Commits per lane since the start. */
  readonly laneCounts: ReadonlyMap<Lane, number>;
}

/** Counts commits by lane from now on. */
export function countLanes(view: DeskView): ReadonlyMap<Lane, number> {
  const counts = new Map<Lane, number>();
  view.coordinator.subscribe(({ lane }) => counts.set(lane, (counts.get(lane) ?? 0) + 1));
  return counts;
}

const RECENT = 40;
const HISTORY = 40;

/** Everything the Scheduler and Diagnostics panels show, read once a second. */
export function diagnostics({ view, registry, workers, publisher, memoryMb, laneCounts }: DiagnosticsParts): DiagnosticsValue {
  const statistics = view.coordinator.statistics();
  const parts = registry.describe();
  const pool = workers.statistics();
  return {
    parts: parts.parts.map((part) => ({
      name: part.name,
      state: part.state,
      needs: part.needs,
      startedMs: part.startMs ?? null,
      detail: part.reason ?? '',
    })),
    phase: parts.phase,
    lanes: Object.entries(statistics.pending).map(([lane, waiting]) => ({ lane, waiting, done: laneCounts.get(lane as Lane) ?? 0 })),
    commit: {
      seq: statistics.seq,
      inFlight: statistics.inFlight,
      committed: statistics.states.committed,
      tombstones: statistics.states.tombstoned,
      conflicts: statistics.conflicts,
      attempts: statistics.attempts,
      outbox: statistics.outbox,
      snapshots: statistics.liveSnapshots,
      digest: statistics.digest,
    },
    recent: view.coordinator.records(RECENT).map((record) => ({
      seq: record.seq,
      name: record.name,
      lane: record.lane,
      cause: record.cause.text,
      outcome: record.outcome.kind === 'committed' ? 'committed' : `tombstone: ${record.outcome.reason.text}`,
      attempts: record.attempts,
      at: record.brokerAt ?? null,
      runMs: Math.round((record.tookMs - record.waitedMs) * 1_000) / 1_000,
      waitMs: Math.round(record.waitedMs * 1_000) / 1_000,
    })),
    workers: {
      threads: pool.threads,
      waiting: pool.waiting,
      running: pool.running,
      completed: pool.completed,
      failed: pool.failed,
      cancelled: pool.cancelled,
      timedOut: pool.timedOut,
      refused: pool.refused,
      waitP50: pool.wait.p50 ?? null,
      waitP99: pool.wait.p99 ?? null,
      runP50: pool.run.p50 ?? null,
      runP99: pool.run.p99 ?? null,
      lanes: pool.lanes.map((lane) => ({ key: lane.key, waiting: lane.waiting, running: lane.running, done: lane.done })),
    },
    stream: publisher.stats(),
    engineHistory: [...view.stores.history.values()]
      .slice(-HISTORY)
      .reverse()
      .map((step) => ({ ...step, at: view.exchange.timeOf(step.at) ?? null })),
    counters: {
      ...Object.fromEntries(view.counters),
      ...flat('ticks', view.board.counters()),
      ...flat('registry', view.registry.counters()),
      ...flat('memos', view.memos.counts()),
    },
    memoryMb,
  };
}

/** Nested counters under one name: `registry refused stale`. */
function flat(prefix: string, value: object): Record<string, number> {
  const out: Record<string, number> = {};
  for (const [key, inner] of Object.entries(value) as [string, unknown][]) {
    if (typeof inner === 'number') out[`${prefix} ${key}`] = inner;
    else if (typeof inner === 'object' && inner !== null) Object.assign(out, flat(`${prefix} ${key}`, inner));
  }
  return out;
}
