import { expect, test } from 'vitest';
import { GroupSync } from '#journal/group-sync';
import type { Files } from '#journal/files';
import { FakeClock } from '../../support/fake-clock.ts';

type Ended = (error: Error | null) => void;

/** A disk that syncs when it is told to. */
function disk() {
  const clock = new FakeClock();
  const syncs: { readonly fd: number; readonly end: Ended }[] = [];
  const told: number[] = [];
  const errors: string[] = [];
  const place = { at: 0 };
  const sync = new GroupSync<number>({
    ...{
      clock,
      scheduler: clock,
      delayMs: 20,
      position: () => place.at,
      onSynced: (at) => told.push(at),
      onError: (why) => errors.push(why),
    },
    files: { syncLater: (fd: number, end: Ended) => syncs.push({ fd, end }) } as unknown as Files,
  });
  const wrote = (at: number, fd = 7): void => {
    place.at = at;
    sync.wrote(fd, 1);
  };
  return { clock, syncs, told, errors, sync, wrote };
}

test('records gather for the delay and are synced together; what came meanwhile goes with the next', () => {
  const { clock, syncs, told, sync, wrote } = disk();
  clock.advance(500);
  wrote(1);
  clock.advance(19);
  wrote(2);
  expect([syncs.length, sync.unsyncedRecords, sync.unsyncedMs]).toEqual([0, 2, 19]);
  clock.advance(1);
  expect(syncs.map(({ fd }) => fd)).toEqual([7]);
  clock.advance(5);
  wrote(3);
  clock.advance(100);
  wrote(4);
  expect([syncs.length, sync.unsyncedRecords, sync.unsyncedMs]).toEqual([1, 4, 125]);
  syncs[0]?.end(null);
  expect([told, sync.unsyncedRecords, sync.unsyncedMs]).toEqual([[2], 2, 100]);
  clock.advance(20);
  syncs[1]?.end(null);
  expect([told, sync.unsyncedRecords, sync.unsyncedMs]).toEqual([[2, 4], 0, 0]);
  clock.advance(1_000);
  expect(syncs.length).toBe(2);
  wrote(5);
  clock.advance(3);
  expect([sync.unsyncedRecords, sync.unsyncedMs]).toEqual([1, 3]);
});

test('a sync that fails covers nothing, says why, and is tried again', () => {
  const { clock, syncs, told, errors, sync, wrote } = disk();
  wrote(1);
  clock.advance(20);
  syncs[0]?.end(Object.assign(new Error('full'), { code: 'ENOSPC' }));
  expect([told, errors.length, sync.unsyncedRecords]).toEqual([[], 1, 1]);
  clock.advance(20);
  syncs[1]?.end(null);
  expect([told, sync.unsyncedRecords]).toEqual([[1], 0]);
});

test('a file that is closed takes its records along: its timer and its late sync say nothing of the next one', () => {
  const { clock, syncs, told, errors, sync, wrote } = disk();
  wrote(1);
  clock.advance(20);
  wrote(2);
  sync.forget();
  expect([sync.unsyncedRecords, sync.unsyncedMs]).toEqual([0, 0]);
  wrote(3, 8);
  syncs[0]?.end(null);
  expect([told, errors, sync.unsyncedRecords]).toEqual([[], [], 1]);
  clock.advance(20);
  expect(syncs.map(({ fd }) => fd)).toEqual([7, 8]);
  sync.forget();
  wrote(4, 9);
  sync.forget();
  syncs[1]?.end(new Error('gone'));
  clock.advance(1_000);
  expect([syncs.length, told, errors]).toEqual([2, [], []]);
});

test('who waits for the running sync is told at its end, and at once when none runs', async () => {
  const { clock, syncs, sync, wrote } = disk();
  const said: string[] = [];
  await sync.idle().then(() => said.push('idle'));
  wrote(1);
  clock.advance(20);
  void sync.idle().then(() => said.push('synced'));
  await Promise.resolve();
  expect(said).toEqual(['idle']);
  syncs[0]?.end(null);
  await Promise.resolve();
  expect(said).toEqual(['idle', 'synced']);
});
