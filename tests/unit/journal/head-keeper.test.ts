import { expect, test } from 'vitest';
import { headFile, type JournalHead } from '#journal/head';
import { HeadKeeper } from '#journal/head-keeper';
import { NodeFiles } from '#journal/files';
import { FakeClock } from '../../support/fake-clock.ts';
import { journalDirectory } from '../../support/journal/journal-directory.ts';

const SUM = 'a'.repeat(64);
const at = (file: number, length: number): JournalHead => ({
  file: `commits-00000${file}-20131008.ndjson`,
  length,
  seq: file * 100 + length,
  sum: SUM,
  at: 1,
});

function keeper() {
  const clock = new FakeClock();
  const file = headFile(journalDirectory(), new NodeFiles());
  const made = new HeadKeeper({ file, clock, scheduler: clock, everyMs: 1_000, everyCommits: 5_000 });
  /** The checkpoint once every write that is under way, and the one that waits behind it, has ended. */
  const written = async (): Promise<JournalHead | undefined> => {
    for (let turn = 0; turn < 20; turn += 1) await new Promise<void>((done) => setImmediate(done));
    clock.advance(1_000);
    await made.close(undefined);
    const read = file.read();
    return read.ok ? read.value : undefined;
  };
  return { made, written };
}

test('a checkpoint never goes back: the end of a full file that is told after the begin of the next one is no news', async () => {
  const { made, written } = keeper();
  made.synced(at(2, 10), true);
  made.synced(at(1, 90), true);
  expect(await written()).toEqual(at(2, 10));
});

test('nor does a shorter place in the same file take the place of a longer one', async () => {
  const { made, written } = keeper();
  made.synced(at(1, 90), true);
  made.synced(at(1, 10), true);
  expect(await written()).toEqual(at(1, 90));
});
