import { cpSync, existsSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { encodeLine, GENESIS } from '#journal/line';
import { verifyJournal } from '#journal/verify';
import { replayJournal } from '#workers/replay-journal';
import { FakeClock, settleMicrotasks } from '../../support/fake-clock.ts';
import { FaultyFiles } from '../../support/journal/faulty-files.ts';
import { journalCourse, journalDesk, type JournalDesk, journalEntries, journalLines, tamper } from '../../support/journal/journal-desk.ts';
import { journalDirectory } from '../../support/journal/journal-directory.ts';

const FILE = 'commits-000001-20131008.ndjson';

function headOf(directory: string): { file: string; length: number; seq: number; sum: string; at: number } | undefined {
  const path = `${directory}-head.json`;
  return existsSync(path)
    ? (JSON.parse(readFileSync(path, 'utf8')) as { file: string; length: number; seq: number; sum: string; at: number })
    : undefined;
}

/** Lets every sync that waits finish, and what follows from it. */
async function finishSyncs(files: FaultyFiles): Promise<void> {
  await settleMicrotasks();
  for (let finish = files.heldSyncs?.shift(); finish !== undefined; finish = files.heldSyncs?.shift()) {
    finish();
    await settleMicrotasks();
  }
}

function heldDesk(directory: string, options: Parameters<typeof journalDesk>[1] = {}): JournalDesk {
  const files = new FaultyFiles();
  files.heldSyncs = [];
  return journalDesk(directory, { ...options, files });
}

/** A closed journal with the given number of commits, and its checkpoint. */
async function closed(count: number, maxBytes?: number): Promise<string> {
  const directory = journalDirectory();
  const desk = journalDesk(directory, maxBytes === undefined ? {} : { maxBytes });
  for (let value = 1; value <= count; value += 1) desk.commit(value);
  await desk.journal.close();
  return directory;
}

/** The codes that the next start finds, and that a verification before it finds. */
function told(directory: string): { verify: unknown; open: readonly string[] } {
  const verified = verifyJournal(directory);
  const { journal } = journalDesk(directory);
  return {
    verify: verified.ok ? 'ok' : { code: verified.error.code, file: verified.error.file, line: verified.error.line },
    open: journal.findings().map(({ code, file }) => `${code} ${file}`),
  };
}

/** The last lines of a journal, written anew with sums that fit: what somebody who knows the format would do. */
function rewritten(lines: readonly string[], change: (body: string) => string): string {
  let prev = GENESIS;
  let text = '';
  for (const line of lines) {
    const line_ = encodeLine(prev, change(line.slice(line.indexOf('"body":') + 7, -1)));
    text += line_.text;
    prev = line_.sum;
  }
  return text;
}

describe('a checkpoint', () => {
  test('says only what is on the disk, when it is due, and keeps nobody waiting', async () => {
    const directory = journalDirectory();
    const { commit, clock, files, journal } = heldDesk(directory);
    commit(1);
    clock.advance(10);
    const length = journalLines(directory).join('\n').length + 1;
    commit(2);
    // The sync that covers commit 1 ends; commit 2 is not known to be on the disk.
    await finishSyncs(files);
    expect(headOf(directory)).toBeUndefined();
    clock.advance(989);
    expect(headOf(directory)).toBeUndefined();
    files.heldSyncs = [];
    clock.advance(1);
    await finishSyncs(files);
    const first = journalEntries(directory)[2];
    expect(headOf(directory)).toEqual({
      file: FILE,
      length,
      seq: first?.seq,
      sum: (JSON.parse(journalLines(directory)[2] ?? '') as { sum: string }).sum,
      at: clock.now() - 990,
    });
    expect(journal.auditStatus()).toEqual({ checkpointTrouble: undefined, framesDropped: 0, framesHeld: 0 });
  });

  test('is due early after many commits', async () => {
    const directory = journalDirectory();
    const { commit, clock, files } = heldDesk(directory, { headEveryCommits: 20 });
    for (let value = 1; value <= 19; value += 1) commit(value);
    clock.advance(10);
    await finishSyncs(files);
    expect(headOf(directory)).toBeUndefined();
    commit(20);
    clock.advance(10);
    await finishSyncs(files);
    expect(headOf(directory)).toMatchObject({ seq: 20 });
  });

  test('is written at the end of a file and at the end of a run', async () => {
    const directory = journalDirectory();
    const { commit, files, journal } = heldDesk(directory, { maxBytes: 1_500 });
    for (let value = 1; journalCourse(directory).filter((entry) => entry.startsWith('file-started')).length < 2; value += 1) commit(value);
    await finishSyncs(files);
    expect(headOf(directory)).toMatchObject({ file: FILE, length: readFileSync(join(directory, FILE)).length });
    files.heldSyncs = undefined;
    await journal.close();
    const lines = journalLines(directory);
    expect(headOf(directory)).toMatchObject({
      file: 'commits-000002-20131008.ndjson',
      sum: (JSON.parse(lines.at(-1) ?? '') as { sum: string }).sum,
    });
    expect(told(directory)).toEqual({ verify: 'ok', open: [] });
    expect(files.openFiles).toBe(0);
  });

  test('that cannot be written does not trouble the commits, and the older one stays', async () => {
    const directory = journalDirectory();
    const { commit, clock, files, journal, released } = heldDesk(directory);
    commit(1);
    clock.advance(1_000);
    await finishSyncs(files);
    expect(headOf(directory)).toMatchObject({ seq: 1 });
    files.renameFault = 'EROFS';
    commit(2);
    clock.advance(1_000);
    await finishSyncs(files);
    clock.advance(1_000);
    await finishSyncs(files);
    expect(headOf(directory)).toMatchObject({ seq: 1 });
    expect(journal.auditStatus().checkpointTrouble).toBe('journal-head.json cannot be written: the disk is read-only (EROFS)');
    expect(journal.status().state).toBe('ready');
    expect(released.map(({ durable }) => durable)).toEqual([true, true]);
  });
});

describe('the checkpoint finds', () => {
  test.each([1, 2, 4])('%i whole lines cut off at the end, although the chain is consistent', async (count) => {
    const directory = await closed(5);
    tamper(
      directory,
      (text) =>
        `${text
          .split('\n')
          .slice(0, -1 - count)
          .join('\n')}\n`,
    );
    rmSync(`${directory}-head.json.bak`, { force: true });
    const lines = journalLines(directory).length;
    expect(told(directory)).toEqual({
      verify: { code: 'truncated-behind-checkpoint', file: FILE, line: lines },
      open: [`truncated-behind-checkpoint ${FILE}`],
    });
  });

  test('that the newest file is gone, or all of them', async () => {
    const directory = await closed(12, 1_500);
    const names = journalCourse(directory).filter((entry) => entry.startsWith('file-started')).length;
    expect(names).toBeGreaterThan(2);
    const last = `commits-${String(names).padStart(6, '0')}-20131008.ndjson`;
    rmSync(join(directory, last));
    expect(told(directory)).toEqual({
      verify: { code: 'truncated-behind-checkpoint', file: last, line: 0 },
      open: [`truncated-behind-checkpoint ${last}`],
    });
    const emptied = await closed(3);
    rmSync(emptied, { recursive: true });
    const { journal } = journalDesk(emptied);
    expect(journal.findings().map(({ code }) => code)).toEqual(['truncated-behind-checkpoint']);
  });

  test('S-06: an older copy of the whole directory in place of it', async () => {
    const directory = await closed(3);
    cpSync(directory, `${directory}-copy`, { recursive: true });
    const { commit, journal } = journalDesk(directory);
    commit(4);
    await journal.close();
    rmSync(directory, { recursive: true });
    cpSync(`${directory}-copy`, directory, { recursive: true });
    expect(told(directory).open).toEqual([`truncated-behind-checkpoint ${FILE}`]);
  });

  test('a file rewritten with a chain of its own, be it as long or longer', async () => {
    for (const change of [(body: string) => body.replace('key 1', 'key 9'), (body: string) => body.replace('key 1', 'another key')]) {
      const directory = await closed(3);
      writeFileSync(join(directory, FILE), rewritten(journalLines(directory), change));
      expect(told(directory)).toEqual({
        verify: { code: 'head-differs', file: FILE, line: 6 },
        open: [`head-differs ${FILE}`],
      });
    }
  });

  test('a last line that a start would take for the half line of a crash', async () => {
    const directory = await closed(3);
    const length = readFileSync(join(directory, FILE)).length;
    truncateSync(join(directory, FILE), length - 5);
    expect(verifyJournal(directory, undefined, { allowTornEnd: true })).toMatchObject({
      ok: false,
      error: { code: 'truncated-behind-checkpoint', file: FILE },
    });
    expect(told(directory).open).toEqual([`truncated-behind-checkpoint ${FILE}`]);
  });

  test('nothing after a crash that lost what was not on the disk', () => {
    const directory = journalDirectory();
    const desk = journalDesk(directory);
    desk.commit(1);
    desk.commit(2);
    desk.files.closeAll();
    tamper(directory, (text) => `${text}{"sum":"half`);
    expect(journalDesk(directory).journal.findings()).toEqual([]);
    expect(verifyJournal(directory).ok).toBe(true);
  });

  test('that it is gone or broken itself, and then goes by the one before it', async () => {
    const directory = await closed(2);
    const again = journalDesk(directory);
    again.commit(3);
    await again.journal.close();
    writeFileSync(`${directory}-head.json`, '{"file":');
    tamper(directory, (text) => `${text.split('\n').slice(0, 2).join('\n')}\n`);
    expect(
      journalDesk(directory)
        .journal.findings()
        .map(({ code }) => code),
    ).toEqual(['head-unreadable', 'truncated-behind-checkpoint']);

    const gone = await closed(2);
    const second = journalDesk(gone);
    second.commit(3);
    second.files.closeAll();
    rmSync(`${gone}-head.json`);
    rmSync(`${gone}-head.json.bak`, { force: true });
    expect(told(gone)).toEqual({
      verify: { code: 'head-missing', file: 'journal-head.json', line: 0 },
      open: ['head-missing journal-head.json'],
    });
  });
});

test('a finding is told once, is kept in the chain, and the journal goes on', async () => {
  const directory = await closed(3);
  const expected = headOf(directory);
  tamper(directory, (text) => `${text.split('\n').slice(0, -3).join('\n')}\n`);
  const second = journalDesk(directory);
  second.commit(7);
  expect(second.journal.findings()).toHaveLength(1);
  expect(journalCourse(directory)).toEqual([
    'file-started 0',
    'run-started 0',
    'commit 1',
    'commit 2',
    'run-started 2',
    'finding 2',
    'commit 3',
  ]);
  expect(journalEntries(directory)[5]).toEqual({
    kind: 'finding',
    seq: 2,
    at: second.clock.now(),
    ...second.journal.findings()[0],
    expected,
  });
  await second.journal.close();
  expect(journalDesk(directory).journal.findings()).toEqual([]);
  expect(verifyJournal(directory)).toMatchObject({ ok: true, value: { findings: [{ code: 'truncated-behind-checkpoint', file: FILE }] } });
  expect(replayJournal(directory).ok).toBe(true);
});

test('a checkpoint that cannot be read does not keep the journal from opening', () => {
  const directory = journalDirectory();
  class Blind extends FaultyFiles {
    override exists(path: string): boolean {
      if (path.includes('head')) throw Object.assign(new Error('EACCES'), { code: 'EACCES' });
      return super.exists(path);
    }
  }
  const { journal, commit } = journalDesk(directory, { files: new Blind(), clock: new FakeClock() });
  commit(1);
  expect(journal.status()).toMatchObject({ state: 'ready', lastSeq: 1 });
  expect(journal.findings().map(({ code }) => code)).toEqual(['head-unreadable']);
});
