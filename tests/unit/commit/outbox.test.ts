import { describe, expect, test } from 'vitest';
import type { CommitBug, CommitNews } from '#core/commit/work';
import { lineOf, work } from '../../support/core/desk-line.ts';

describe('effects', () => {
  test('are marked as not durable while the journal fails, and the desk goes on', () => {
    const { coordinator, numbers, journal, released } = lineOf();
    const place = (at: number) =>
      coordinator.submit(
        work((tx) => {
          tx.set(numbers, 'a', at);
          tx.effect(`place ${at}`);
        }),
      );
    place(1);
    journal.fail('disk full');
    place(2);
    journal.heal();
    place(3);
    expect(released).toEqual([
      { effect: 'place 1', seq: 1, durable: true },
      { effect: 'place 2', seq: 2, durable: false },
      { effect: 'place 3', seq: 3, durable: true },
    ]);
    expect(numbers.get('a')).toBe(3);
    expect(coordinator.statistics().notDurable).toBe(1);
  });

  test('leave only after their record is in the journal', () => {
    const inJournal: unknown[] = [];
    const { coordinator, journal } = lineOf({}, () => inJournal.push(journal.records.at(-1)));
    coordinator.submit(work((tx) => tx.effect('a')));
    expect(inJournal).toMatchObject([{ seq: 1, effects: ['a'] }]);
    expect(coordinator.statistics()).toMatchObject({ bugs: 0, released: 1, outbox: 0 });
  });

  test('of a throwing dispatcher are not offered again, and the next one leaves', () => {
    const bugs: CommitBug[] = [];
    const { coordinator, released } = lineOf({ onBug: (bug) => bugs.push(bug) }, ({ effect }) => {
      if (effect === 'first') throw new Error('handler');
    });
    coordinator.submit(
      work((tx) => {
        tx.effect('first');
        tx.effect('second');
      }),
    );
    expect(released.map(({ effect }) => effect)).toEqual(['first', 'second']);
    expect(bugs).toMatchObject([{ where: 'dispatch', seq: 1 }]);
  });
});

test('subscribers hear of every commit and tombstone in order, after the effects, and a throwing one stops nobody', () => {
  const { coordinator, numbers, released, clock } = lineOf();
  const news: { readonly told: CommitNews; readonly releasedBefore: number }[] = [];
  coordinator.subscribe(() => {
    throw new Error('subscriber');
  });
  const stop = coordinator.subscribe((told) => news.push({ told, releasedBefore: released.length }));
  coordinator.submit(
    work((tx) => {
      tx.set(numbers, 'a', 1);
      tx.effect('out');
    }),
  );
  coordinator.submit(
    work(() => {
      throw new Error('no');
    }),
  );
  coordinator.submit(work((tx) => tx.delete(numbers, 'a')));
  stop();
  coordinator.submit(work(() => undefined));
  const frame = { at: clock.now(), lane: 'order', name: 'test', cause: { kind: 'system', text: 'Test' } };
  expect(news).toEqual([
    { told: { ...frame, seq: 1, changes: [{ store: 'numbers', key: 'a', value: 1 }] }, releasedBefore: 1 },
    { told: { ...frame, seq: 2, tombstone: { kind: 'threw', text: 'Error: no' }, changes: [] }, releasedBefore: 1 },
    { told: { ...frame, seq: 3, changes: [{ store: 'numbers', key: 'a', value: undefined }] }, releasedBefore: 1 },
  ]);
  expect(coordinator.statistics().bugs).toBe(5);
});

test('the record of an execution tells what it read, wrote and sent, until newer ones need its place', () => {
  const { coordinator, numbers, clock, stores } = lineOf({ keepRecords: 2 });
  coordinator.submit(work((tx) => tx.set(numbers, 'a', 1)));
  coordinator.submit(
    work(
      (tx) => {
        tx.get(numbers, 'a');
        tx.get(numbers, 'a');
        tx.get(numbers, 'missing');
        tx.keys(numbers);
        tx.set(numbers, 'b', 2);
        tx.delete(numbers, 'a');
        tx.effect('out');
        clock.advance(3);
      },
      { name: 'shown', cause: { kind: 'tick', text: 'IBM last 183.20', ref: 'T1' } },
    ),
  );
  expect(coordinator.record(2)).toEqual({
    seq: 2,
    name: 'shown',
    lane: 'order',
    cause: { kind: 'tick', text: 'IBM last 183.20', ref: 'T1' },
    state: 'committed',
    at: clock.now() - 3,
    waitedMs: 0,
    tookMs: 3,
    attempts: 1,
    detached: false,
    base: 1,
    reads: [
      { store: 'numbers', key: 'a', what: 'key', version: 1 },
      { store: 'numbers', key: 'missing', what: 'key', version: 0 },
      { store: 'numbers', key: '*', what: 'keys', version: 1 },
    ],
    writes: [
      { store: 'numbers', key: 'b', value: 2 },
      { store: 'numbers', key: 'a', value: undefined },
    ],
    effects: ['out'],
    outcome: { kind: 'committed' },
    durable: true,
    digest: stores.digest,
  });
  coordinator.submit(work(() => undefined));
  expect(coordinator.record(1)).toBeUndefined();
  expect(coordinator.records().map(({ seq }) => seq)).toEqual([3, 2]);
});

test('of what was given up the record tells why and what it read, and no write or effect that was never made', () => {
  const { coordinator, numbers, released } = lineOf();
  coordinator.submit(work((tx) => tx.set(numbers, 'a', 1)));
  coordinator.submit(
    work((tx) => {
      tx.set(numbers, 'a', (tx.get(numbers, 'a') ?? 0) + 1);
      tx.effect('out');
      throw new Error('a defect');
    }),
  );
  expect(coordinator.record(2)).toMatchObject({
    state: 'tombstoned',
    reads: [{ store: 'numbers', key: 'a' }],
    writes: [],
    effects: [],
    outcome: { kind: 'tombstone', reason: { kind: 'threw' } },
  });
  expect([numbers.get('a'), released]).toEqual([1, []]);
});

test('numbering continues after earlier runs', () => {
  const { coordinator, journal } = lineOf({ startAfter: 41 });
  expect(coordinator.submit(work(() => 'first of this run')).seq).toBe(42);
  expect(journal.records.map(({ seq }) => seq)).toEqual([42]);
});

test('a second dispatcher is a bug', () => {
  const { coordinator } = lineOf();
  expect(() => {
    coordinator.dispatchTo(() => undefined);
  }).toThrow('The outbox already has its dispatcher');
});
