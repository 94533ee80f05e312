import { writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { ok } from '#domain/result';
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

test.each([
  ['no object', 5],
  ['null', null],
  ['no file', { file: '' }],
  ['a path', { file: '../x' }],
  ['a negative length', { length: -1 }],
  ['half a byte', { length: 0.5 }],
  ['no number of a commit', { seq: '5' }],
  ['a short sum', { sum: 'a'.repeat(63) }],
  ['a sum with other letters', { sum: 'g'.repeat(64) }],
  ['no time', { at: null }],
  ['a time in words', { at: 'today' }],
])('a checkpoint with %s cannot be used', (_what, wrong) => {
  const file = headFile(journalDirectory(), new NodeFiles());
  file.write(at(1, 90));
  writeFileSync(file.path, JSON.stringify(typeof wrong === 'object' && wrong !== null ? { ...at(1, 90), ...wrong } : wrong));
  expect(file.read()).toMatchObject({ ok: false, error: { code: 'invalid' } });
});

/** The keeper with a disk that writes when it is told to. */
function slowKeeper(everyCommits = 5_000) {
  const clock = new FakeClock();
  const writes: { readonly head: JournalHead; readonly end: (done: unknown) => Promise<void> }[] = [];
  const file = {
    writeLater: (head: JournalHead) =>
      new Promise((done) =>
        writes.push({
          head,
          end: async (outcome) => {
            done(outcome);
            for (let turn = 0; turn < 5; turn += 1) await Promise.resolve();
          },
        }),
      ),
    write: (head: JournalHead) => {
      writes.push({ head, end: () => Promise.resolve() });
      return ok(undefined);
    },
  };
  const made = new HeadKeeper({ file: file as never, clock, scheduler: clock, everyMs: 1_000, everyCommits });
  return { clock, writes, made, lengths: () => writes.map(({ head }) => head.length) };
}

test('a checkpoint is due after a second, and is the furthest place of that second', () => {
  const { clock, made, lengths } = slowKeeper();
  clock.advance(400);
  made.synced(at(1, 10));
  made.synced(at(1, 20));
  clock.advance(599);
  expect(lengths()).toEqual([]);
  clock.advance(1);
  expect(lengths()).toEqual([20]);
});

test('or after so many commits, or at once when it is asked for', () => {
  const { made, lengths } = slowKeeper(150);
  made.startAfter(100);
  made.synced(at(1, 149));
  expect(lengths()).toEqual([]);
  made.synced(at(1, 150));
  expect(lengths()).toEqual([150]);
  const other = slowKeeper();
  other.made.synced(at(1, 1), true);
  expect(other.lengths()).toEqual([1]);
});

test('one write runs at a time: what is told meanwhile is written after it, and only what is further', async () => {
  const { clock, made, writes, lengths } = slowKeeper();
  made.synced(at(1, 10), true);
  made.synced(at(1, 20), true);
  made.synced(at(1, 15), true);
  expect([lengths(), made.known]).toEqual([[10], false]);
  await writes[0]?.end(ok(undefined));
  expect([lengths(), made.known, made.reason]).toEqual([[10], true, undefined]);
  clock.advance(1_000);
  expect(lengths()).toEqual([10, 20]);
  await writes[1]?.end(ok(undefined));
  clock.advance(5_000);
  made.synced(at(1, 20), true);
  expect(lengths()).toEqual([10, 20]);
});

test('what could not be written is said until it could', async () => {
  const { made, writes } = slowKeeper();
  made.synced(at(1, 10), true);
  await writes[0]?.end({ ok: false, error: 'The disk is full.' });
  expect([made.known, made.reason]).toEqual([false, 'The disk is full.']);
  made.synced(at(1, 20), true);
  await writes[1]?.end(ok(undefined));
  expect([made.known, made.reason]).toEqual([true, undefined]);
});

test('the end of a run waits for the write under way, writes the last place, and nothing after it', async () => {
  const { clock, made, writes, lengths } = slowKeeper();
  made.synced(at(1, 10), true);
  made.synced(at(1, 15));
  const closed = made.close(at(1, 20));
  expect(lengths()).toEqual([10]);
  await writes[0]?.end(ok(undefined));
  await closed;
  made.synced(at(1, 30), true);
  clock.advance(5_000);
  expect(lengths()).toEqual([10, 20]);
});
