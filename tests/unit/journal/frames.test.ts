import { describe, expect, test } from 'vitest';
import { verifyJournal } from '#journal/verify';
import { replayJournal } from '#workers/replay-journal';
import { FaultyFiles } from '../../support/journal/faulty-files.ts';
import { journalCourse, journalDesk, journalEntries } from '../../support/journal/journal-desk.ts';
import { journalDirectory } from '../../support/journal/journal-directory.ts';

const AT = Date.UTC(2013, 9, 8, 14, 30);
const frame = (text: string) => ({ at: AT, clientId: 2, direction: 'in' as const, text });

/** Counts the writes of the journal, and how many syncs they led to. */
class CountingFiles extends FaultyFiles {
  writes = 0;
  override write(fd: number, bytes: Uint8Array, position: number): number {
    this.writes += 1;
    return super.write(fd, bytes, position);
  }
}

describe('frames', () => {
  test('go with the next commit, in one write before it, and replay as if they were not there', () => {
    const directory = journalDirectory();
    const files = new CountingFiles();
    files.heldSyncs = [];
    const { journal, commit, clock } = journalDesk(directory, { files });
    commit(1);
    journal.frame({ ...frame('openOrder 7'), order: 'TD1-ABCDEFGH-1-1-E' });
    journal.frame({ ...frame('placeOrder 7'), direction: 'out' });
    expect(journalCourse(directory)).toHaveLength(3);
    const before = files.writes;
    commit(2);
    expect(files.writes - before).toBe(1);
    expect(journalCourse(directory)).toEqual(['file-started 0', 'run-started 0', 'commit 1', 'frame 1', 'frame 1', 'commit 2']);
    expect(journalEntries(directory)[3]).toEqual({ kind: 'frame', seq: 1, ...frame('openOrder 7'), order: 'TD1-ABCDEFGH-1-1-E' });
    clock.advance(100);
    expect(journalCourse(directory)).toHaveLength(6);
    expect(verifyJournal(directory)).toMatchObject({ ok: true, value: { lines: 6, commits: 2, lastSeq: 2 } });
    expect(replayJournal(directory, 1)).toMatchObject({ ok: true, value: { runs: [{ commits: 2 }] } });
    expect(journalDesk(directory).journal.lastSeq).toBe(2);
  });

  test('are written after 50 ms without a commit, and never ask for a sync', () => {
    const directory = journalDirectory();
    const files = new CountingFiles();
    files.heldSyncs = [];
    const { journal, clock } = journalDesk(directory, { files });
    clock.advance(20);
    files.heldSyncs.splice(0).forEach((finish) => {
      finish();
    });
    journal.frame(frame('orderStatus'));
    clock.advance(49);
    expect(journalCourse(directory)).toHaveLength(2);
    clock.advance(1);
    expect(journalCourse(directory)).toEqual(['file-started 0', 'run-started 0', 'frame 0']);
    clock.advance(900);
    expect(files.heldSyncs).toEqual([]);
    expect(journal.status()).toMatchObject({ unsyncedRecords: 0, written: 0 });
  });

  test('are written when the run ends', async () => {
    const directory = journalDirectory();
    const { journal, clock } = journalDesk(directory);
    journal.frame(frame('execDetails'));
    await journal.close();
    journal.frame(frame('too late'));
    clock.advance(1_000);
    expect(journalCourse(directory)).toEqual(['file-started 0', 'run-started 0', 'frame 0', 'run-ended 0']);
  });

  test('are cut to size', () => {
    const directory = journalDirectory();
    const { journal, commit } = journalDesk(directory);
    journal.frame(frame('x'.repeat(10_000)));
    commit(1);
    expect(journalEntries(directory)[2]).toMatchObject({ text: `${'x'.repeat(4_000)}… (6000 more)` });
  });

  test('wait within bounds while the disk is full, trouble nobody, and come after the gap when it is not', () => {
    const directory = journalDirectory();
    const { journal, files, commit, clock, released } = journalDesk(directory);
    commit(1);
    files.writeFault = 'ENOSPC';
    for (let count = 0; count < 2_500; count += 1) journal.frame(frame(`frame ${count}`));
    clock.advance(50);
    expect(journal.status()).toMatchObject({ state: 'failed', reason: 'The journal cannot be written: the disk is full (ENOSPC)' });
    commit(2);
    expect(journal.auditStatus()).toMatchObject({ framesHeld: 2_000, framesDropped: 500 });
    files.writeFault = undefined;
    commit(3);
    const course = journalCourse(directory);
    expect(course.filter((entry) => !entry.startsWith('frame'))).toEqual([
      'file-started 0',
      'run-started 0',
      'commit 1',
      'gap 2–2',
      'commit 3',
    ]);
    expect(course.indexOf('gap 2–2')).toBe(3);
    expect(journalEntries(directory).at(-2)).toMatchObject({ kind: 'frame', text: 'frame 1999', droppedAfter: 500 });
    expect(released.map(({ durable }) => durable)).toEqual([true, false, true]);
    expect(verifyJournal(directory).ok).toBe(true);
    expect(journal.auditStatus()).toMatchObject({ framesHeld: 0 });
  });

  test('that failed alone are tried again, and the journal is ready when they are in', () => {
    const directory = journalDirectory();
    const { journal, files, commit, clock } = journalDesk(directory);
    commit(1);
    files.writeFault = 'EIO';
    files.room = 100;
    journal.frame(frame('openOrder'));
    clock.advance(50);
    expect(journal.status().state).toBe('failed');
    files.writeFault = undefined;
    clock.advance(1_000);
    expect(journal.status().state).toBe('ready');
    expect(journalCourse(directory)).toEqual(['file-started 0', 'run-started 0', 'commit 1', 'frame 1']);
    expect(verifyJournal(directory).ok).toBe(true);
  });

  test('leave the opening of a journal that could not be read to the commits, whose numbering counts', () => {
    const directory = journalDirectory();
    const files = new FaultyFiles();
    files.listFault = 'EACCES';
    const { journal, clock, commit } = journalDesk(directory, { files });
    commit(1);
    journal.frame(frame('openOrder'));
    files.listFault = undefined;
    clock.advance(2_000);
    expect(journalCourse(directory)).toEqual([]);
    commit(2);
    expect(journalCourse(directory)).toEqual(['file-started 0', 'run-started 0', 'gap 1–1', 'frame 1', 'commit 2']);
  });
});
