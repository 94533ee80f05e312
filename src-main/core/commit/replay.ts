import type { CommitRecord } from '#core/ports/journal';
import { err, ok, type Result } from '#domain/result';
import { type PendingWrite, Stores } from './stores.ts';

export type ReplayErrorCode = 'gap' | 'repeat' | 'digest' | 'malformed';

/** Why records are not the history of a state. `seq` is the number of the record that was refused. */
export interface ReplayError {
  readonly code: ReplayErrorCode;
  readonly seq: number;
  readonly text: string;
}

/** Rebuilds the state of one run, commit by commit. A run begins with empty stores: memory is the authority only while it lives. */
export class Replayer {
  readonly stores = new Stores();

  /** `startAfter` is the sequence number before the run's first commit. */
  constructor(startAfter = 0) {
    this.stores.startAfter(startAfter);
  }

  /** Returns the digest after the record. After an error the replay must not be continued. */
  apply(record: CommitRecord): Result<string, ReplayError> {
    const { seq } = record;
    const refusal = recordRefusal(record);
    if (refusal !== undefined) return refuse('malformed', seq, refusal);
    const expected = this.stores.seq + 1;
    if (seq > expected) return refuse('gap', seq, `Commit ${expected} is missing: ${seq} follows ${expected - 1}`);
    if (seq < expected) return refuse('repeat', seq, `Commit ${seq} comes again after ${expected - 1}`);
    const writes: PendingWrite[] = [];
    for (const [store, key, value] of record.writes) {
      const write: PendingWrite = { table: this.stores.table(store), key, value: value ?? undefined, hash: undefined, text: '' };
      this.stores.seal(write);
      writes.push(write);
    }
    this.stores.apply(seq, writes);
    const { digest } = this.stores;
    if (digest !== record.digest) return refuse('digest', seq, `Commit ${seq} leads to ${digest}, the record says ${record.digest}`);
    return ok(digest);
  }
}

/** Rebuilds a run and returns its stores with the digest after each record, in order. */
export function replay(
  records: Iterable<CommitRecord>,
  startAfter = 0,
): Result<{ readonly stores: Stores; readonly digests: readonly string[] }, ReplayError> {
  const replayer = new Replayer(startAfter);
  const digests: string[] = [];
  for (const record of records) {
    const applied = replayer.apply(record);
    if (!applied.ok) return applied;
    digests.push(applied.value);
  }
  return ok({ stores: replayer.stores, digests });
}

function refuse(code: ReplayErrorCode, seq: number, text: string): Result<never, ReplayError> {
  return err({ code, seq, text });
}

/** Records come from files: the types promise nothing there. */
function recordRefusal(record: { readonly [K in keyof CommitRecord]: unknown }): string | undefined {
  if (!Number.isSafeInteger(record.seq) || (record.seq as number) < 1) return 'The sequence number is not a positive integer';
  if (typeof record.digest !== 'string') return 'The digest is missing';
  if (!Array.isArray(record.writes)) return 'The writes are missing';
  for (const write of record.writes as readonly unknown[]) {
    if (!Array.isArray(write) || write.length !== 3) return 'A write is not [store, key, value]';
    const [store, key, value] = write as readonly unknown[];
    if (typeof store !== 'string' || (typeof key !== 'string' && typeof key !== 'number') || value === undefined) {
      return 'A write is not [store, key, value]';
    }
  }
  if (record.tombstone !== undefined && record.writes.length > 0) return 'A tombstone carries writes';
  return undefined;
}
