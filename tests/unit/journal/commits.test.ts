import { closeSync, existsSync, openSync, readFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { work } from '../../support/core/desk-line.ts';
import { FaultyFiles } from '../../support/journal/faulty-files.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { journalCourse, journalDesk, journalEntries, journalLines, journalNames, tamper } from '../../support/journal/journal-desk.ts';
import { temporaryDirectory } from '../../support/temporary.ts';
import { replayJournal } from '#workers/replay-journal';
import { verifyJournal } from '#journal/verify';

const FILE = 'commits-000001-20131008.ndjson';
const full = 'The journal cannot be written: the disk is full (ENOSPC)';

describe('a journal', () => {
  test('has the record in its file before the effect of the commit leaves', () => {
    const directory = temporaryDirectory();
    const desk = journalDesk(directory);
    const seen: string[][] = [];
    desk.released.push = () => seen.push(journalCourse(directory));
    desk.commit(1);
    expect(seen).toEqual([['file-started 0', 'run-started 0', 'commit 1']]);
  });

  test('chains all lines, closes its run and continues the numbering in the next one, whose state begins empty', async () => {
    const directory = temporaryDirectory();
    const first = journalDesk(directory);
    first.commit(1);
    first.commit(2);
    expect(await first.journal.close()).toEqual({ ok: true, value: undefined });
    expect(first.journal.append({} as never)).toEqual({ ok: false, error: 'The journal is closed' });
    const second = journalDesk(directory);
    second.commit(1);
    expect(journalCourse(directory)).toEqual([
      'file-started 0',
      'run-started 0',
      'commit 1',
      'commit 2',
      'run-ended 2',
      'run-started 2',
      'commit 3',
    ]);
    expect(verifyJournal(directory)).toMatchObject({ ok: true, value: { files: 1, lines: 7, commits: 3, runs: 2, lastSeq: 3, gaps: [] } });
    expect(second.digests.get(3)).toBe(first.digests.get(1));
    expect(replayJournal(directory, 1)).toMatchObject({
      ok: true,
      value: {
        digests: [...first.digests, ...second.digests],
        runs: [
          { startAfter: 0, lastSeq: 2, commits: 2 },
          { startAfter: 2, lastSeq: 3, commits: 1 },
        ],
      },
    });
    expect([first.files.openFiles, second.files.openFiles]).toEqual([0, 1]);
  });

  test('begins a new file by size and by day, with one chain through all of them', async () => {
    const directory = temporaryDirectory();
    const desk = journalDesk(directory, { maxBytes: 2_000 });
    for (let value = 1; value <= 8; value += 1) desk.commit(value);
    desk.clock.advance(24 * 3_600_000);
    desk.commit(9);
    await desk.journal.close();
    const names = journalNames(directory);
    expect(names).toEqual([FILE, 'commits-000002-20131008.ndjson', 'commits-000003-20131009.ndjson']);
    expect(verifyJournal(directory)).toMatchObject({ ok: true, value: { files: names.length, commits: 9, lastSeq: 9 } });
    expect(replayJournal(directory, 1)).toMatchObject({ ok: true, value: { digests: [...desk.digests] } });
    const next = journalDesk(directory, { clock: desk.clock, maxBytes: 2_000 });
    expect(next.journal.lastSeq).toBe(9);
  });
});

describe('syncs to the disk', () => {
  test('come in groups off the hot path, and the lag is seen in records and in time', () => {
    const directory = temporaryDirectory();
    const files = new FaultyFiles();
    files.heldSyncs = [];
    const { journal, clock, commit } = journalDesk(directory, { files, syncDelayMs: 10 });
    const lag = () => {
      const { unsyncedRecords, unsyncedMs } = journal.status();
      return [unsyncedRecords, unsyncedMs];
    };
    commit(1);
    clock.advance(4);
    commit(2);
    expect(lag()).toEqual([4, 4]);
    clock.advance(6);
    expect(files.heldSyncs).toHaveLength(1);
    clock.advance(5);
    commit(3);
    clock.advance(5);
    expect([files.heldSyncs.length, ...lag()]).toEqual([1, 5, 20]);
    files.heldSyncs.shift()?.();
    expect(lag()).toEqual([1, 5]);
    clock.advance(10);
    files.heldSyncs.shift()?.();
    expect([files.synced, ...lag()]).toEqual([2, 0, 0]);
    // Only the checkpoint is still to come.
    clock.advance(1_000);
    expect(clock.pending).toBe(0);
  });

  test('that fail make the journal fail; what follows goes to a new file with a marker of what is doubtful', () => {
    const directory = temporaryDirectory();
    const files = new FaultyFiles();
    files.heldSyncs = [];
    const { journal, clock, commit, released } = journalDesk(directory, { files });
    commit(1);
    commit(2);
    clock.advance(10);
    files.syncFault = 'EIO';
    files.heldSyncs.shift()?.();
    expect(journal.status()).toMatchObject({
      state: 'failed',
      reason: 'The journal cannot be written: the disk reports a read or write error (EIO)',
      file: '',
    });
    files.syncFault = undefined;
    commit(3);
    expect(journal.status().state).toBe('ready');
    expect(journalNames(directory)).toEqual([FILE, 'commits-000002-20131008.ndjson']);
    expect(journalCourse(directory)).toEqual([
      'file-started 0',
      'run-started 0',
      'commit 1',
      'commit 2',
      'file-started 2',
      'doubtful 1–2',
      'commit 3',
    ]);
    expect(verifyJournal(directory)).toMatchObject({ ok: true, value: { gaps: [{ from: 1, to: 2 }] } });
    expect(released.map(({ durable }) => durable)).toEqual([true, true, true]);
    expect(files.openFiles).toBe(1);
  });
});

describe('a full disk', () => {
  test.each([0, 1, 100, 300])('refuses records as values after %i bytes of one, and the next good one begins with a gap marker', (room) => {
    const directory = temporaryDirectory();
    const { journal, files, commit, released } = journalDesk(directory);
    commit(1);
    files.writeFault = 'ENOSPC';
    files.room = room;
    commit(2);
    commit(3);
    expect(journal.status()).toMatchObject({ state: 'failed', reason: full, lastSeq: 1, written: 1, lost: 2 });
    files.writeFault = undefined;
    commit(4);
    expect(journal.status()).toMatchObject({ state: 'ready', lastSeq: 4, written: 2, lost: 2 });
    expect(journalCourse(directory)).toEqual(['file-started 0', 'run-started 0', 'commit 1', 'gap 2–3', 'commit 4']);
    expect(released.map(({ durable }) => durable)).toEqual([true, false, false, true]);
    expect(verifyJournal(directory)).toMatchObject({ ok: true, value: { commits: 2, gaps: [{ from: 2, to: 3, reason: full }] } });
    expect(replayJournal(directory)).toMatchObject({
      ok: true,
      value: { runs: [{ commits: 1, lastSeq: 1, brokenBy: `Commits 2 to 3 are not in the journal: ${full}` }] },
    });
  });

  test('in the middle of a long record leaves nothing of it behind the shorter ones that follow', () => {
    const directory = temporaryDirectory();
    const { journal, files, commit, coordinator } = journalDesk(directory);
    files.writeFault = 'ENOSPC';
    files.room = 5_000;
    coordinator.submit(work(() => undefined, { name: 'long '.repeat(2_000) }));
    files.writeFault = undefined;
    commit(2);
    expect(journal.status().state).toBe('ready');
    expect(verifyJournal(directory)).toMatchObject({ ok: true, value: { commits: 1 } });
  });

  test('at the start leaves a failed journal that knows the numbering and opens its run as soon as it can', async () => {
    const directory = temporaryDirectory();
    const first = journalDesk(directory);
    first.commit(1);
    await first.journal.close();
    tamper(directory, (text) => `${text}{"sum":"half a li`);
    const files = new FaultyFiles();
    files.writeFault = 'ENOSPC';
    const second = journalDesk(directory, { files });
    expect(second.journal.status()).toMatchObject({ state: 'failed', reason: full });
    second.commit(2);
    files.writeFault = undefined;
    second.commit(3);
    expect(journalCourse(directory)).toEqual([
      'file-started 0',
      'run-started 0',
      'commit 1',
      'run-ended 1',
      'recovered 1',
      'run-started 1',
      'gap 2–2',
      'commit 3',
    ]);
    expect(verifyJournal(directory).ok).toBe(true);
    expect(journalNames(directory)).toEqual([FILE, `${FILE}.1.torn`]);
    expect(files.openFiles).toBe(1);
  });

  test.skipIf(!existsSync('/dev/full'))('of the real kernel is refused in the same way', () => {
    const device = openSync('/dev/full', 'w');
    class FullFiles extends FaultyFiles {
      on = false;
      override write(fd: number, bytes: Uint8Array, position: number): number {
        return this.on ? writeSync(device, bytes) : super.write(fd, bytes, position);
      }
    }
    const files = new FullFiles();
    const { journal, commit, released } = journalDesk(temporaryDirectory(), { files });
    commit(1);
    files.on = true;
    commit(2);
    expect(journal.status()).toMatchObject({ state: 'failed', reason: full });
    expect(released.map(({ durable }) => durable)).toEqual([true, false]);
    closeSync(device);
  });
});

test('a directory that cannot be read makes a failed journal, which tries again once a second and takes over the numbering of the run', () => {
  const directory = temporaryDirectory();
  const files = new FaultyFiles();
  files.listFault = 'EACCES';
  const { journal, clock, commit } = journalDesk(directory, { files });
  const reason = 'The journal cannot be written: access is denied (EACCES)';
  commit(1);
  expect(journal.status()).toMatchObject({ state: 'failed', reason, lost: 1 });
  files.listFault = undefined;
  clock.advance(999);
  commit(2);
  expect(journal.status()).toMatchObject({ state: 'failed', reason, lost: 2 });
  clock.advance(1);
  commit(3);
  expect(journal.status()).toMatchObject({ state: 'ready', lost: 2, lastSeq: 3 });
  expect(journalCourse(directory)).toEqual(['file-started 0', 'run-started 0', 'gap 1–2', 'commit 3']);
});

describe('after a crash', () => {
  function written(count: number): { readonly directory: string; readonly clock: FakeClock } {
    const directory = temporaryDirectory();
    const { commit, clock } = journalDesk(directory);
    for (let value = 1; value <= count; value += 1) commit(value);
    return { directory, clock };
  }

  test('a torn last line is moved away, the chain goes on and the journal says so', () => {
    const { directory } = written(3);
    const lines = journalLines(directory);
    const torn = lines.at(-1)!.slice(0, 200);
    tamper(directory, (text) => text.slice(0, text.length - lines.at(-1)!.length - 1) + torn);
    expect(verifyJournal(directory)).toMatchObject({ ok: false, error: { code: 'torn', file: FILE, line: 5 } });
    expect(replayJournal(directory)).toMatchObject({ ok: true, value: { verified: { tornEnd: true, commits: 2 } } });
    const next = journalDesk(directory);
    expect(next.coordinator.seq).toBe(2);
    next.commit(3);
    expect(journalCourse(directory).slice(3)).toEqual(['commit 2', 'recovered 2', 'run-started 2', 'commit 3']);
    expect(journalEntries(directory)[4]).toMatchObject({ kind: 'recovered', torn: `${FILE}.1.torn`, bytes: 200 });
    expect(readFileSync(join(directory, `${FILE}.1.torn`), 'utf8')).toBe(torn);
    expect(verifyJournal(directory).ok).toBe(true);
  });

  test('every length of the last line is recovered from', () => {
    const { directory } = written(2);
    const text = readFileSync(join(directory, FILE), 'utf8');
    const start = text.lastIndexOf('\n', text.length - 2) + 1;
    for (let length = start; length <= text.length; length += 23) {
      tamper(directory, () => text.slice(0, length));
      const { journal } = journalDesk(directory);
      expect([length, journal.lastSeq, journal.status().state]).toEqual([length, length === text.length ? 2 : 1, 'ready']);
      expect(verifyJournal(directory).ok).toBe(true);
    }
  });

  test('a file without a single good line is moved away as a whole', () => {
    const directory = temporaryDirectory();
    journalDesk(directory).commit(1);
    tamper(directory, () => 'rubbish\nmore rubbish');
    const { journal, commit } = journalDesk(directory);
    commit(1);
    expect(journal.status()).toMatchObject({ state: 'ready', file: 'commits-000002-20131008.ndjson' });
    expect(journalNames(directory)).toEqual([`${FILE}.1.torn`, 'commits-000002-20131008.ndjson']);
    expect(verifyJournal(directory)).toMatchObject({ ok: true, value: { commits: 1 } });
  });
});

describe('verify finds', () => {
  function good(): string {
    const directory = temporaryDirectory();
    const { commit } = journalDesk(directory);
    for (let value = 1; value <= 5; value += 1) commit(value);
    expect(verifyJournal(directory).ok).toBe(true);
    return directory;
  }

  test('a flipped byte anywhere, also one that leaves the JSON good', () => {
    const directory = good();
    const text = readFileSync(join(directory, FILE), 'utf8');
    for (let at = 3; at < text.length - 1; at += 37) {
      if (text[at] === '\n') continue;
      const flipped = String.fromCharCode(text.charCodeAt(at) ^ 1);
      tamper(directory, () => text.slice(0, at) + flipped + text.slice(at + 1));
      const line = text.slice(0, at).split('\n').length;
      expect(verifyJournal(directory)).toMatchObject({ ok: false, error: { file: FILE, line } });
    }
  });

  test.each([
    ['a missing line', (lines: string[]) => lines.toSpliced(3, 1), { code: 'chain', line: 4 }],
    ['a repeated line', (lines: string[]) => lines.toSpliced(3, 0, lines[3]!), { code: 'chain', line: 5 }],
    [
      'lines in the wrong order',
      (lines: string[]) => [...lines.slice(0, 3), lines[4]!, lines[3]!, ...lines.slice(5)],
      { code: 'chain', line: 4 },
    ],
    ['a missing first line', (lines: string[]) => lines.slice(1), { code: 'chain', line: 1 }],
    ['a line that is none', (lines: string[]) => lines.toSpliced(3, 0, '{}'), { code: 'altered', line: 4 }],
  ])('%s', (_, change, error) => {
    const directory = good();
    tamper(directory, (text) => `${change(text.split('\n').slice(0, -1)).join('\n')}\n`);
    expect(verifyJournal(directory)).toMatchObject({ ok: false, error });
  });

  test('missing and repeated numbers even where the chain is whole', () => {
    for (const [seqs, code] of [
      [[1, 2, 4], 'gap'],
      [[1, 2, 2], 'repeat'],
    ] as const) {
      const directory = temporaryDirectory();
      const { journal } = journalDesk(directory);
      for (const seq of seqs) {
        const cause = { kind: 'system', text: 'Test' } as const;
        journal.append({ seq, at: Date.UTC(2013, 9, 8), lane: 'data', name: 'x', cause, writes: [], effects: [], attempts: 1, digest: '' });
      }
      expect(verifyJournal(directory)).toMatchObject({ ok: false, error: { code, line: 5 } });
    }
  });

  test('that the directory is not there', () => {
    expect(verifyJournal(join(temporaryDirectory(), 'none'))).toMatchObject({ ok: false, error: { code: 'unreadable' } });
  });
});
