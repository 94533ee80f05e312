import { describe, expect, test } from 'vitest';
import { deferred, lineOf, work } from '../../support/core/desk-line.ts';
import { settleMicrotasks } from '../../support/fake-clock.ts';

describe('detached work', () => {
  test('holds no number while it runs and never holds up the line', async () => {
    const { coordinator, numbers, texts, journal } = lineOf();
    const gate = deferred<string>();
    const report = coordinator.detached(
      work(
        async (tx) => {
          tx.set(texts, 'report', await gate.promise);
          return tx.seq;
        },
        { lane: 'housekeeping', name: 'report' },
      ),
    );
    for (let at = 1; at <= 3; at += 1) expect(coordinator.submit(work((tx) => tx.set(numbers, 'a', at))).outcome?.kind).toBe('committed');
    expect(coordinator.statistics()).toMatchObject({ seq: 3, inFlight: 0, detached: 1 });
    gate.resolve('ready');
    expect(await report.settled()).toEqual({ kind: 'committed', value: 0 });
    expect(report.seq).toBe(4);
    expect(journal.records[3]).toMatchObject({ seq: 4, name: 'report', writes: [['texts', 'report', 'ready']] });
    expect(coordinator.statistics()).toMatchObject({ detached: 0, history: 0 });
  });

  test('whose reads have changed commits a tombstone and tries again from a new snapshot', async () => {
    const { coordinator, numbers, texts, journal, released } = lineOf();
    let gate = deferred<undefined>();
    const handle = coordinator.detached(
      work(async (tx) => {
        const saw = tx.get(numbers, 'a') ?? 0;
        tx.effect(`saw ${saw}`);
        await gate.promise;
        tx.set(texts, 'saw', String(saw));
        return saw;
      }),
    );
    coordinator.submit(work((tx) => tx.set(numbers, 'a', 7)));
    gate.resolve(undefined);
    gate = deferred<undefined>();
    await settleMicrotasks();
    expect(handle.outcome).toBeUndefined();
    gate.resolve(undefined);
    expect(await handle.settled()).toEqual({ kind: 'committed', value: 7 });
    expect(journal.records.map(({ seq, attempts, tombstone }) => [seq, attempts, tombstone?.kind])).toEqual([
      [1, 1, undefined],
      [2, 1, 'conflict'],
      [3, 2, undefined],
    ]);
    expect(released).toEqual([{ effect: 'saw 7', seq: 3, durable: true }]);
  });

  test.each([
    { onConflict: 'fail' as const, tries: 1 },
    { onConflict: 'retry' as const, tries: 3 },
  ])('with the policy $onConflict gives up after $tries executions', async ({ onConflict, tries }) => {
    const { coordinator, numbers } = lineOf();
    let runs = 0;
    const handle = coordinator.detached({
      ...work(async (tx) => {
        runs += 1;
        tx.get(numbers, 'a');
        await Promise.resolve();
        coordinator.submit(work((inner) => inner.set(numbers, 'a', runs)));
      }),
      onConflict,
    });
    expect(await handle.settled()).toMatchObject({ kind: 'tombstone', reason: { kind: 'conflict' } });
    expect(runs).toBe(tries);
  });

  test('that fails or is late takes a number only for its tombstone', async () => {
    const { coordinator, clock } = lineOf({ detachedDeadlineMs: 1_000 });
    const late = coordinator.detached(work(() => new Promise(() => undefined)));
    const broken = coordinator.detached(
      work(() => {
        throw new Error('at once');
      }),
    );
    expect(await broken.settled()).toEqual({ kind: 'tombstone', reason: { kind: 'threw', text: 'Error: at once' } });
    clock.advance(1_000);
    expect(await late.settled()).toEqual({ kind: 'tombstone', reason: { kind: 'deadline', text: 'Not finished after 1000 ms' } });
    expect([broken.seq, late.seq]).toEqual([1, 2]);
  });

  test('may submit from its first step without losing the state it reads', async () => {
    const { coordinator, numbers } = lineOf();
    coordinator.submit(work((tx) => tx.set(numbers, 'a', 1)));
    const seen: unknown[] = [];
    const handle = coordinator.detached({
      ...work((tx) => {
        coordinator.submit(work((inner) => inner.set(numbers, 'a', 2)));
        seen.push(tx.get(numbers, 'a'));
      }),
      onConflict: 'fail',
    });
    expect(await handle.settled()).toMatchObject({ kind: 'tombstone', reason: { kind: 'conflict' } });
    expect(seen).toEqual([1]);
  });
});
