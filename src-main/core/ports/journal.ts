import type { Result } from '#domain/result';
import type { Cause } from './cause.ts';
import type { Lane } from './lane.ts';

/** One cell's change. A null value deletes the key. */
export type RecordedWrite = readonly [store: string, key: string | number, value: unknown];

/** One commit as the journal keeps it; enough to rebuild the state and to explain it. Plain JSON. */
export interface CommitRecord {
  readonly seq: number;
  /** Epoch ms of admission. */
  readonly at: number;
  /** The broker's time of the same moment, epoch ms; absent where it was not known, and in journals of earlier versions. */
  readonly brokerAt?: number | undefined;
  readonly lane: Lane;
  readonly name: string;
  readonly cause: Cause;
  readonly writes: readonly RecordedWrite[];
  readonly effects: readonly unknown[];
  readonly tombstone?: { readonly kind: string; readonly text: string };
  /** Executions it took; 2 or more after a conflict. */
  readonly attempts: number;
  /** State after this commit: 16 hex digits, see core/commit/digest.ts. */
  readonly digest: string;
}

export interface JournalStatus {
  readonly state: 'ready' | 'failed' | 'closed';
  /** Why it failed, in words for the operator. Present when failed. */
  readonly reason?: string;
  /** Highest sequence number that was written; 0 when none was. */
  readonly lastSeq: number;
  /** Records written in this run. */
  readonly written: number;
  /** Records refused in this run; each is covered by a gap marker once writing works again. */
  readonly lost: number;
  /** Written records that no fsync has covered yet, and the age in ms of the oldest of them. */
  readonly unsyncedRecords: number;
  readonly unsyncedMs: number;
  /** The file now written. Empty when none is open. */
  readonly file: string;
}

/** Name of the commit with which a run has taken over what the runs before it knew: nothing before that run needs to be read. */
export const EARLIER_ORDERS_LOADED = 'orders.restored';

/** Write-ahead journal of commits. */
export interface Journal {
  /**
   * Returns after the record has reached the system (not necessarily the disk). An error is the reason, in words; the record is then
   * not in the journal and effects that depend on it are not durable. Never throws. `writesText` is the JSON text of `record.writes`,
   * for a journal that would have to make it again.
   */
  append(record: CommitRecord, writesText?: string): Result<void>;
  status(): JournalStatus;
}
