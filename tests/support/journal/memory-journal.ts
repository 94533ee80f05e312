import type { CommitRecord, Journal, JournalStatus } from '#core/ports/journal';
import { err, ok, type Result } from '#domain/result';

/** Keeps records as the file would give them back: through JSON. */
export class MemoryJournal implements Journal {
  readonly records: CommitRecord[] = [];
  #reason: string | undefined;
  #lost = 0;

  append(record: CommitRecord): Result<void> {
    if (this.#reason !== undefined) {
      this.#lost += 1;
      return err(this.#reason);
    }
    this.records.push(JSON.parse(JSON.stringify(record)) as CommitRecord);
    return ok(undefined);
  }

  /** Every append fails from now on. */
  fail(reason: string): void {
    this.#reason = reason;
  }

  heal(): void {
    this.#reason = undefined;
  }

  status(): JournalStatus {
    return {
      state: this.#reason === undefined ? 'ready' : 'failed',
      ...(this.#reason === undefined ? {} : { reason: this.#reason }),
      lastSeq: this.records.at(-1)?.seq ?? 0,
      written: this.records.length,
      lost: this.#lost,
      unsyncedRecords: 0,
      unsyncedMs: 0,
      file: '',
    };
  }
}
