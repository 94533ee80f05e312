import { join } from 'node:path';
import { CommitJournal, type CommitJournalOptions } from '#journal/commit-journal';
import { FakeClock } from '../fake-clock.ts';
import { temporaryDirectory } from '../temporary.ts';

/** Where the journal of the running test goes: not there yet, and removed with what lies beside it when the test ends. */
export function journalDirectory(): string {
  return join(temporaryDirectory(), 'journal');
}

/** The journal of a run that begins at `at`, epoch ms. Its clock stands still. */
export function journalAt(
  directory: string,
  at: number,
  more: Pick<Partial<CommitJournalOptions>, 'files' | 'maxBytes'> = {},
): CommitJournal {
  const clock = new FakeClock(at);
  return CommitJournal.open({ ...more, directory, clock, scheduler: clock });
}
