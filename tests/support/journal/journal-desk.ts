import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Coordinator } from '#core/commit/coordinator';
import type { Store } from '#core/commit/store';
import { Stores } from '#core/commit/stores';
import type { Release } from '#core/commit/work';
import { CommitJournal, type CommitJournalOptions } from '#journal/commit-journal';
import type { Entry } from '#journal/entry';
import { coordinatorOn } from '../core/coordinator-on.ts';
import { FakeClock } from '../fake-clock.ts';
import { FaultyFiles } from './faulty-files.ts';
import { work } from '../core/desk-line.ts';

/** A coordinator that writes a real journal in a directory of the test's. */
export interface JournalDesk {
  readonly clock: FakeClock;
  readonly files: FaultyFiles;
  readonly journal: CommitJournal;
  readonly coordinator: Coordinator<string>;
  readonly released: Release<string>[];
  /** Digest after each commit of this run. */
  readonly digests: Map<number, string>;
  /** One commit with one write and one effect. */
  readonly commit: (value: number) => void;
}

export function journalDesk(
  directory: string,
  options: Partial<CommitJournalOptions> & { readonly clock?: FakeClock; readonly files?: FaultyFiles } = {},
): JournalDesk {
  const clock = options.clock ?? new FakeClock();
  const files = options.files ?? new FaultyFiles();
  const journal = CommitJournal.open({ ...options, directory, clock, scheduler: clock, files });
  const stores = new Stores();
  const numbers: Store<string, number> = stores.open('numbers');
  const released: Release<string>[] = [];
  const digests = new Map<number, string>();
  const coordinator = coordinatorOn<string>({ stores, clock, journal }, { startAfter: journal.lastSeq });
  coordinator.dispatchTo((release) => released.push(release));
  coordinator.subscribe(({ seq }) => digests.set(seq, stores.digest));
  const commit = (value: number): void => {
    coordinator.submit(
      work((tx) => {
        tx.set(numbers, `key ${value % 7}`, value);
        tx.effect(`order ${value}`);
      }),
    );
  };
  return { clock, files, journal, coordinator, released, digests, commit };
}

export function journalNames(directory: string): readonly string[] {
  return existsSync(directory) ? readdirSync(directory).sort() : [];
}

export function journalLines(directory: string): string[] {
  return journalNames(directory)
    .filter((name) => name.endsWith('.ndjson'))
    .flatMap((name) => readFileSync(join(directory, name), 'utf8').split('\n').slice(0, -1));
}

/** What the lines say, without their frame. */
export function journalEntries(directory: string): Entry[] {
  return journalLines(directory).map((line) => (JSON.parse(line) as { readonly body: Entry }).body);
}

/** `commit 3`, `gap 4–6`, … : the course of a journal at a glance. */
export function journalCourse(directory: string): string[] {
  return journalEntries(directory).map((entry) =>
    entry.kind === 'gap' || entry.kind === 'doubtful' ? `${entry.kind} ${entry.from}–${entry.to}` : `${entry.kind} ${entry.seq}`,
  );
}

/** Changes the first (or last) journal file as a bad disk or a bad person would. */
export function tamper(directory: string, change: (text: string) => string, which: 'first' | 'last' = 'first'): void {
  const name = journalNames(directory)
    .filter((one) => one.endsWith('.ndjson'))
    .at(which === 'first' ? 0 : -1);
  if (name === undefined) throw new Error('No journal file is there');
  const path = join(directory, name);
  writeFileSync(path, change(readFileSync(path, 'utf8')));
}
