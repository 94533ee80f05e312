import { describe, expect, test } from 'vitest';
import type { CommitBug } from '#core/commit/work';
import { deferred, lineOf, work } from '../../support/core/desk-line.ts';
import { settleMicrotasks } from '../../support/fake-clock.ts';

describe('a synchronous work', () => {
  test('is committed, journaled and its effect released when submit returns', () => {
    const { coordinator, numbers, journal, released, stores, clock } = lineOf();
    const handle = coordinator.submit(
      work((tx) => {
        tx.set(numbers, 'a', 1);
        tx.effect('first');
        return 'done';
      }),
    );
    expect({ seq: handle.seq, outcome: handle.outcome }).toEqual({ seq: 1, outcome: { kind: 'committed', value: 'done' } });
    expect(numbers.get('a')).toBe(1);
    expect(journal.records).toEqual([
      {
        seq: 1,
        at: clock.now(),
        lane: 'order',
        name: 'test',
        cause: { kind: 'system', text: 'Test' },
        writes: [['numbers', 'a', 1]],
        effects: ['first'],
        attempts: 1,
        digest: stores.digest,
      },
    ]);
    expect(released).toEqual([{ effect: 'first', seq: 1, durable: true }]);
  });

  test('sees its own writes and leaves nothing behind when it throws', async () => {
    const bugs: CommitBug[] = [];
    const { coordinator, numbers, journal, released, stores } = lineOf({ onBug: (bug) => bugs.push(bug) });
    const before = stores.digest;
    const error = new RangeError('no such figure');
    const handle = coordinator.submit(
      work((tx) => {
        tx.set(numbers, 'a', 1);
        expect(tx.get(numbers, 'a')).toBe(1);
        tx.effect('never');
        throw error;
      }),
    );
    const reason = { kind: 'threw', text: 'RangeError: no such figure' };
    expect(handle.outcome).toEqual({ kind: 'tombstone', reason });
    expect(await handle.settled()).toEqual({ kind: 'tombstone', reason });
    expect(numbers.size).toBe(0);
    expect(released).toEqual([]);
    expect(journal.records).toMatchObject([{ seq: 1, writes: [], effects: [], tombstone: reason, digest: before }]);
    expect(bugs).toEqual([{ where: 'execution', seq: 1, name: 'test', error }]);
    expect(coordinator.submit(work(() => 'next')).seq).toBe(2);
  });

  test('that outlives its own deadline becomes a tombstone', () => {
    const { coordinator, clock, numbers } = lineOf();
    const handle = coordinator.submit(
      work(
        (tx) => {
          clock.advance(11);
          tx.set(numbers, 'a', 1);
        },
        { deadlineMs: 10 },
      ),
    );
    expect(handle.outcome).toEqual({ kind: 'tombstone', reason: { kind: 'deadline', text: 'Took 11.0 ms of 10 ms' } });
    expect(numbers.has('a')).toBe(false);
  });

  test('that writes what JSON would lose becomes a tombstone that names the fault', () => {
    const { coordinator, numbers } = lineOf();
    const handle = coordinator.submit(work((tx) => tx.set(numbers, 'a', Number.NaN)));
    expect(handle.outcome).toEqual({
      kind: 'tombstone',
      reason: { kind: 'threw', text: 'UnjournalableValue: NaN cannot be kept in a store: JSON has no such number' },
    });
  });

  test('submitted while another runs waits in its lane, and the most urgent lane goes first', () => {
    const { coordinator, journal } = lineOf();
    const handles: { readonly seq: number; readonly outcome: unknown }[] = [];
    coordinator.submit(
      work(
        () => {
          for (const lane of ['housekeeping', 'data', 'order', 'risk-reducing', 'kill', 'data'] as const) {
            const handle = coordinator.submit(work(() => lane, { lane, name: lane }));
            handles.push({ seq: handle.seq, outcome: handle.outcome });
          }
        },
        { name: 'parent' },
      ),
    );
    expect(handles).toEqual(Array.from({ length: 6 }, () => ({ seq: 0, outcome: undefined })));
    expect(journal.records.map(({ seq, name, cause }) => [seq, name, cause.parentSeq])).toEqual([
      [1, 'parent', undefined],
      [2, 'kill', 1],
      [3, 'risk-reducing', 1],
      [4, 'order', 1],
      [5, 'data', 1],
      [6, 'data', 1],
      [7, 'housekeeping', 1],
    ]);
  });

  test('submitted by an effect runs after all effects of that commit, in the same turn', () => {
    const order: string[] = [];
    const line = lineOf({}, ({ effect, seq }) => {
      order.push(`effect ${effect}`);
      if (effect === 'submit') line.coordinator.submit(work((tx) => order.push(`child of ${tx.cause.parentSeq ?? 0}, released by ${seq}`)));
    });
    line.coordinator.submit(
      work((tx) => {
        tx.effect('submit');
        tx.effect('plain');
      }),
    );
    expect(order).toEqual(['effect submit', 'effect plain', 'child of 1, released by 1']);
  });
});

describe('asynchronous executions', () => {
  test('overlap and commit in the order of their numbers', async () => {
    const { coordinator, numbers, journal } = lineOf();
    const gates = [deferred<number>(), deferred<number>()];
    const first = coordinator.submit(
      work(async (tx) => {
        tx.set(numbers, 'a', await gates[0]!.promise);
      }),
    );
    const second = coordinator.submit(
      work(async (tx) => {
        tx.set(numbers, 'b', await gates[1]!.promise);
      }),
    );
    const third = coordinator.submit(work((tx) => tx.set(numbers, 'c', 3)));
    gates[1]!.resolve(2);
    await settleMicrotasks();
    expect(coordinator.statistics()).toMatchObject({
      seq: 0,
      inFlight: 3,
      states: { queued: 0, running: 1, executed: 2, committed: 0, tombstoned: 0 },
    });
    gates[0]!.resolve(1);
    await Promise.all([first.settled(), second.settled()]);
    expect(third.outcome).toEqual({ kind: 'committed', value: undefined });
    expect(journal.records.map(({ seq, writes, attempts }) => [seq, writes, attempts])).toEqual([
      [1, [['numbers', 'a', 1]], 1],
      [2, [['numbers', 'b', 2]], 1],
      [3, [['numbers', 'c', 3]], 1],
    ]);
  });

  test('run again under the same number and time when what they read has changed, and the first effects vanish', async () => {
    const { coordinator, numbers, journal, released, clock } = lineOf();
    coordinator.submit(work((tx) => tx.set(numbers, 'a', 1)));
    const gate = deferred<undefined>();
    coordinator.submit(
      work(async (tx) => {
        await gate.promise;
        tx.set(numbers, 'a', 10);
      }),
    );
    const runs: { readonly seq: number; readonly at: number; readonly saw: number | undefined }[] = [];
    const at = clock.now();
    const reader = coordinator.submit(
      work((tx) => {
        const saw = tx.get(numbers, 'a') ?? 0;
        runs.push({ seq: tx.seq, at: tx.at, saw });
        tx.set(numbers, 'b', saw + 1);
        tx.effect(`saw ${saw}`);
        return saw;
      }),
    );
    clock.advance(50);
    gate.resolve(undefined);
    await reader.settled();
    expect(runs).toEqual([
      { seq: 3, at, saw: 1 },
      { seq: 3, at, saw: 10 },
    ]);
    expect(released).toEqual([{ effect: 'saw 10', seq: 3, durable: true }]);
    expect(journal.records[2]).toMatchObject({ seq: 3, at, writes: [['numbers', 'b', 11]], attempts: 2 });
    expect(coordinator.statistics()).toMatchObject({ conflicts: 1, attempts: 4, conflictRate: 0.25, liveSnapshots: 0, history: 0 });
  });

  test('that delete a key make a waiting reader of that key run again', async () => {
    const { coordinator, numbers } = lineOf();
    coordinator.submit(work((tx) => tx.set(numbers, 'a', 1)));
    const gate = deferred<undefined>();
    coordinator.submit(
      work(async (tx) => {
        tx.delete(numbers, 'a');
        await gate.promise;
      }),
    );
    const reader = coordinator.submit(work((tx) => tx.has(numbers, 'a')));
    gate.resolve(undefined);
    expect(await reader.settled()).toEqual({ kind: 'committed', value: false });
    expect(coordinator.statistics()).toMatchObject({ conflicts: 1, history: 0 });
  });

  test('read one state from beginning to end, whatever commits meanwhile', async () => {
    const { coordinator, numbers } = lineOf();
    coordinator.submit(
      work((tx) => {
        tx.set(numbers, 'a', 1);
        tx.set(numbers, 'b', 1);
      }),
    );
    const gate = deferred<undefined>();
    const seen: unknown[] = [];
    const handle = coordinator.detached(
      work(async (tx) => {
        const a = tx.get(numbers, 'a');
        await gate.promise;
        seen.push([a, tx.get(numbers, 'b'), tx.get(numbers, 'c'), tx.entries(numbers), tx.size(numbers)]);
      }),
    );
    coordinator.submit(
      work((tx) => {
        tx.set(numbers, 'a', 2);
        tx.delete(numbers, 'b');
        tx.set(numbers, 'c', 2);
      }),
    );
    gate.resolve(undefined);
    await handle.settled();
    expect(seen[0]).toEqual([1, 1, undefined, [['a', 1], ['b', 1]], 2]); // prettier-ignore
    expect(seen[1]).toEqual([2, undefined, 2, [['a', 2], ['c', 2]], 2]); // prettier-ignore
  });

  test('that reject or are late become tombstones, free the line, and their late results are thrown away', async () => {
    const { coordinator, numbers, clock, journal } = lineOf({ defaultDeadlineMs: 100 });
    const late = deferred<undefined>();
    const broken = deferred<undefined>();
    const first = coordinator.submit(
      work(async (tx) => {
        await late.promise;
        tx.set(numbers, 'a', 1);
      }),
    );
    const second = coordinator.submit(work(() => broken.promise));
    const third = coordinator.submit(work((tx) => tx.set(numbers, 'c', 3)));
    broken.reject(new Error('lost'));
    await settleMicrotasks();
    expect([first.outcome, second.outcome, third.outcome]).toEqual([undefined, undefined, undefined]);
    clock.advance(100);
    expect([first.outcome, second.outcome, third.outcome]).toEqual([
      { kind: 'tombstone', reason: { kind: 'deadline', text: 'Not finished after 100 ms' } },
      { kind: 'tombstone', reason: { kind: 'rejected', text: 'Error: lost' } },
      { kind: 'committed', value: undefined },
    ]);
    late.resolve(undefined);
    await settleMicrotasks();
    expect(numbers.has('a')).toBe(false);
    expect(clock.pending).toBe(0);
    expect(journal.records.map(({ seq, tombstone }) => [seq, tombstone?.kind])).toEqual([
      [1, 'deadline'],
      [2, 'rejected'],
      [3, undefined],
    ]);
    expect(coordinator.statistics()).toMatchObject({ lateResults: 1, states: { committed: 1, tombstoned: 2 } });
  });

  test('cannot use their transaction after they have ended', async () => {
    const { coordinator, numbers } = lineOf();
    const gate = deferred<undefined>();
    const errors: unknown[] = [];
    coordinator.submit(
      work((tx) => {
        void gate.promise.then(() => {
          try {
            tx.set(numbers, 'a', 1);
          } catch (error) {
            errors.push((error as { readonly code: unknown }).code);
          }
        });
      }),
    );
    gate.resolve(undefined);
    await settleMicrotasks();
    expect(errors).toEqual(['TRANSACTION_ENDED']);
    expect(numbers.size).toBe(0);
  });
});

describe('a kill', () => {
  test('commits in the turn it is submitted: running executions and waiting orders are given up, finished news is kept', () => {
    const { coordinator, numbers, clock, released } = lineOf();
    const running = coordinator.submit(work(() => new Promise(() => undefined), { lane: 'data' }));
    const news = coordinator.submit(work((tx) => tx.set(numbers, 'news', 1), { lane: 'data' }));
    const order = coordinator.submit(work((tx) => tx.effect('place')));
    const kill = coordinator.submit(work((tx) => tx.effect('cancel all'), { lane: 'kill' }));
    expect(kill.outcome).toEqual({ kind: 'committed', value: undefined });
    const preempted = { kind: 'tombstone', reason: { kind: 'preempted', text: 'A kill went first' } };
    expect([running.outcome, news.outcome, order.outcome]).toEqual([preempted, { kind: 'committed', value: undefined }, preempted]);
    expect(released).toEqual([{ effect: 'cancel all', seq: 4, durable: true }]);
    expect(clock.pending).toBe(0);
  });

  test('does not wait for an asynchronous execution that would have to run again', async () => {
    const { coordinator, numbers } = lineOf();
    const never = new Promise<never>(() => undefined);
    const gate = deferred<undefined>();
    coordinator.submit(work((tx) => (tx.set(numbers, 'a', 1), never), { lane: 'data' }));
    coordinator.submit(work((tx) => tx.set(numbers, 'b', 1), { lane: 'data' }));
    let runs = 0;
    const stale = coordinator.submit(
      work(
        (tx) => {
          runs += 1;
          tx.get(numbers, 'b');
          return runs === 1 ? gate.promise : never;
        },
        { lane: 'data' },
      ),
    );
    gate.resolve(undefined);
    await settleMicrotasks();
    expect(coordinator.submit(work(() => 'killed', { lane: 'kill' })).outcome).toEqual({ kind: 'committed', value: 'killed' });
    expect(runs).toBe(2);
    expect(stale.outcome).toMatchObject({ kind: 'tombstone', reason: { kind: 'preempted' } });
  });
});

test('purged works become tombstones with the reason and never run', () => {
  const { coordinator } = lineOf();
  let ran = false;
  let purged = 0;
  const handles: { readonly outcome: unknown }[] = [];
  coordinator.submit(
    work(() => {
      handles.push(coordinator.submit(work(() => (ran = true))));
      handles.push(coordinator.submit(work(() => 'kept', { lane: 'data' })));
      purged = coordinator.purge('order', 'Kill');
    }),
  );
  expect({ ran, purged }).toEqual({ ran: false, purged: 1 });
  expect(handles.map(({ outcome }) => outcome)).toEqual([
    { kind: 'tombstone', reason: { kind: 'purged', text: 'Kill' } },
    { kind: 'committed', value: 'kept' },
  ]);
});
