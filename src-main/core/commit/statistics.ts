import type { Cause } from '#core/ports/cause';
import type { Execution, ExecutionState } from './execution.ts';
import type { Lane } from '#core/ports/lane';
import type { Key } from './store.ts';
import type { Noted, Transaction } from './transaction.ts';
import type { Outcome, TombstoneReason } from './work.ts';

export interface CommitStatistics {
  /** Last committed sequence number. */
  readonly seq: number;
  readonly digest: string;
  /** Works without a number, per lane. */
  readonly pending: Readonly<Record<Lane, number>>;
  /** Executions with a number that are not committed yet. */
  readonly inFlight: number;
  /** Long works that run without a number. */
  readonly detached: number;
  readonly states: {
    readonly queued: number;
    readonly running: number;
    readonly executed: number;
    readonly committed: number;
    readonly tombstoned: number;
  };
  /** Executions, those thrown away included. */
  readonly attempts: number;
  readonly conflicts: number;
  /** Conflicts per execution, 0…1. */
  readonly conflictRate: number;
  /** Effects that wait for their release, and those released so far. */
  readonly outbox: number;
  readonly released: number;
  /** Results that came after their execution was given up. */
  readonly lateResults: number;
  /** Commits that the journal did not take. */
  readonly notDurable: number;
  readonly bugs: number;
  readonly liveSnapshots: number;
  /** Sequence number of the oldest snapshot that nobody has released. */
  readonly oldestSnapshot?: number;
  /** Old values and deleted cells that are kept for snapshots and overlapping executions. */
  readonly history: number;
}

export interface ReadRecord {
  readonly store: string;
  /** `*` for a scan, with `what` telling of what. */
  readonly key: Key;
  readonly what: 'key' | 'all' | 'keys';
  readonly version: number;
}

export interface WriteRecord {
  readonly store: string;
  readonly key: Key;
  /** Undefined: deleted. */
  readonly value: unknown;
}

/** What is known of one execution: for the operator's "Why?" and the Diagnostics panel. */
export interface ExecutionRecord {
  readonly seq: number;
  readonly name: string;
  readonly lane: Lane;
  readonly cause: Cause;
  readonly state: ExecutionState;
  /** Epoch ms of admission. */
  readonly at: number;
  /** The broker's time of it, where it was known. */
  readonly brokerAt: number | undefined;
  /** Ms from submission to the (last) start, and from the first submission to the end. */
  readonly waitedMs: number;
  readonly tookMs: number;
  readonly attempts: number;
  readonly detached: boolean;
  /** Sequence number whose state it read. */
  readonly base: number;
  readonly reads: readonly ReadRecord[];
  readonly writes: readonly WriteRecord[];
  readonly effects: readonly unknown[];
  readonly outcome: { readonly kind: 'committed' } | { readonly kind: 'tombstone'; readonly reason: TombstoneReason };
  readonly durable: boolean;
  readonly digest: string;
}

/** The last executions, by sequence number; older ones make room. */
export class RecordRing {
  readonly #slots: (Execution<unknown, unknown> | undefined)[];

  constructor(size: number) {
    this.#slots = new Array<Execution<unknown, unknown> | undefined>(Math.max(1, size));
  }

  keep(execution: Execution<unknown, unknown>): void {
    this.#slots[execution.seq % this.#slots.length] = execution;
  }

  record(seq: number): ExecutionRecord | undefined {
    const execution = this.#slots[seq % this.#slots.length];
    return execution?.seq === seq && execution.outcome !== undefined ? describe(execution, execution.outcome) : undefined;
  }

  /** Newest first. */
  latest(seq: number, limit: number): readonly ExecutionRecord[] {
    const records: ExecutionRecord[] = [];
    for (let at = seq; at > 0 && records.length < Math.min(limit, this.#slots.length); at -= 1) {
      const record = this.record(at);
      if (record === undefined) break;
      records.push(record);
    }
    return records;
  }
}

function describe(execution: Execution<unknown, unknown>, outcome: Outcome<unknown>): ExecutionRecord {
  const { tx } = execution;
  const committed = outcome.kind === 'committed';
  return {
    seq: execution.seq,
    name: execution.name,
    lane: execution.lane,
    cause: execution.cause,
    state: execution.state,
    at: execution.at,
    brokerAt: execution.brokerAt,
    waitedMs: execution.startedAt - execution.submittedAt,
    tookMs: execution.endedAt - execution.submittedAt,
    attempts: execution.attempt,
    detached: execution.detached,
    base: tx?.base ?? 0,
    reads: tx === undefined ? [] : describeReads(tx.reads),
    writes: tx === undefined || !committed ? [] : describeWrites(tx),
    effects: tx === undefined || !committed ? [] : tx.effects,
    outcome: committed ? { kind: 'committed' } : outcome,
    durable: execution.durable,
    digest: execution.digest,
  };
}

/** Notes are chained newest first; the record tells them in the order of reading. */
function describeReads(last: Noted | undefined): readonly ReadRecord[] {
  const reads: ReadRecord[] = [];
  for (let read = last; read !== undefined; read = read.next) {
    reads.push({ store: read.table.name, key: read.key, what: read.what, version: read.version });
  }
  return reads.reverse();
}

function describeWrites(tx: Transaction<unknown>): readonly WriteRecord[] {
  return tx.writes.map(({ table, key, value }) => ({ store: table.name, key, value }));
}
