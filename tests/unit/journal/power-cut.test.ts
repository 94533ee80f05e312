import { appendFileSync, mkdirSync, readFileSync, statSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { CommitJournal } from '#journal/commit-journal';
import { KillLatchFile } from '#journal/kill-latch-file';
import { verifyJournal } from '#journal/verify';
import { FakeClock } from '../../support/fake-clock.ts';
import { journalNames } from '../../support/journal/journal-desk.ts';
import { PowerCutFiles } from '../../support/journal/power-cut-files.ts';
import { temporaryDirectory } from '../../support/temporary.ts';

const TORN = '{"sum":"half a line that a crash has left';

function opened(directory: string, options: { readonly maxBytes?: number } = {}) {
  mkdirSync(directory, { recursive: true });
  const clock = new FakeClock();
  const files = new PowerCutFiles().adopt(directory);
  const journal = CommitJournal.open({ directory, clock, scheduler: clock, files, headEveryMs: 1, ...options });
  const append = (text = 'a commit'): void => {
    const done = journal.append({
      seq: journal.lastSeq + 1,
      at: clock.now(),
      lane: 'entry',
      name: 'test',
      cause: { kind: 'command', text },
      writes: [],
      effects: [],
      attempts: 1,
      digest: '0000000000000000',
    } as never);
    if (!done.ok) throw new Error(done.error);
  };
  return { clock, files, journal, append };
}

const torn = (directory: string): readonly string[] => journalNames(directory).filter((name) => name.endsWith('.torn'));

/** A journal whose last run died in the middle of a line. */
async function crashed(): Promise<string> {
  const directory = join(temporaryDirectory(), 'journal');
  const { journal, append } = opened(directory);
  append();
  append();
  await journal.close();
  appendFileSync(join(directory, journalNames(directory)[0] ?? ''), TORN);
  return directory;
}

test('P-06: a power cut right after a kill leaves the latch set, whole and with its reason', () => {
  const directory = temporaryDirectory();
  const files = new PowerCutFiles();
  const latch = new KillLatchFile(directory, files);
  latch.clear(1, 'first start');
  expect(latch.latch(2, 'Operator', 'all').ok).toBe(true);
  files.cut();
  expect(new KillLatchFile(directory).load()).toEqual({ latched: true, at: 2, reason: 'Operator', scope: 'all', exits: 'keep' });
});

test('whatever the journal calls synced is there after a power cut, over the begin of new files', () => {
  const directory = join(temporaryDirectory(), 'journal');
  const { clock, files, journal, append } = opened(directory, { maxBytes: 900 });
  for (let commit = 0; commit < 9; commit += 1) {
    append();
    clock.advance(50);
  }
  expect(journal.status()).toMatchObject({ unsyncedRecords: 0, lastSeq: 9 });
  expect(journalNames(directory).length).toBeGreaterThan(2);
  files.cut();
  expect(verifyJournal(directory)).toMatchObject({ ok: true, value: { lastSeq: 9, commits: 9, tornEnd: false } });
});

test('what is written while a sync runs is not called synced by it, and is synced soon after', () => {
  const directory = join(temporaryDirectory(), 'journal');
  const { clock, files, journal, append } = opened(directory);
  append();
  clock.advance(50);
  files.heldSyncs = [];
  append();
  clock.advance(50);
  append();
  files.heldSyncs.splice(0).forEach((finish) => finish());
  expect(journal.status().unsyncedRecords).toBe(1);
  clock.advance(50);
  files.heldSyncs.splice(0).forEach((finish) => finish());
  expect(journal.status().unsyncedRecords).toBe(0);
  files.cut();
  expect(verifyJournal(directory)).toMatchObject({ ok: true, value: { lastSeq: 3 } });
});

test('a line with letters beyond ASCII is followed by the next one, not overwritten by it', async () => {
  const directory = join(temporaryDirectory(), 'journal');
  const { journal, append } = opened(directory);
  append('Größe 12 €, 台積電');
  append();
  await journal.close();
  expect(verifyJournal(directory)).toMatchObject({ ok: true, value: { lastSeq: 2, commits: 2 } });
});

test('what a crash has torn is kept over a power cut in the middle of the recovery', async () => {
  const directory = await crashed();
  const { files, append } = opened(directory);
  append();
  files.cut();
  const kept = torn(directory).map((name) => readFileSync(join(directory, name), 'utf8'));
  const ends = journalNames(directory).map((name) => readFileSync(join(directory, name), 'utf8'));
  expect([...kept, ...ends].some((text) => text.endsWith(TORN))).toBe(true);
});

test('a recovery that is done is done: after a power cut the torn end is not back in the journal', async () => {
  const directory = await crashed();
  const { files } = opened(directory);
  files.cut();
  opened(directory).append();
  expect(torn(directory)).toHaveLength(1);
});

test('half a line is the end of the newest file or a fault: in an older file it hides all that came after', () => {
  const directory = join(temporaryDirectory(), 'journal');
  const { append } = opened(directory, { maxBytes: 900 });
  for (let commit = 0; commit < 9; commit += 1) append();
  const [first = '', ...later] = journalNames(directory);
  const shorten = (name: string): void => truncateSync(join(directory, name), statSync(join(directory, name)).size - 5);
  shorten(later.at(-1) ?? '');
  expect(verifyJournal(directory, undefined, { allowTornEnd: true })).toMatchObject({ ok: true, value: { tornEnd: true } });
  shorten(first);
  expect(verifyJournal(directory, undefined, { allowTornEnd: true })).toMatchObject({ ok: false, error: { code: 'torn', file: first } });
});
