import { describe, expect, test } from 'vitest';
import { frozenText, plainText } from '#core/commit/plain';
import { replay } from '#core/commit/replay';
import { StackContext } from '#core/commit/stack-context';
import { Stores } from '#core/commit/stores';
import type { ExecutionContext } from '#core/ports/context';
import type { CommitRecord } from '#core/ports/journal';
import { AsyncContext } from '#system/context';
import { coordinatorOn } from '../../support/core/coordinator-on.ts';
import { lineOf, work } from '../../support/core/desk-line.ts';
import { FakeClock } from '../../support/fake-clock.ts';

describe('the text of plain data', () => {
  test.each([
    [{ b: 1, a: [true, null, 'x'] }, '{"b":1,"a":[true,null,"x"]}'],
    [{ a: undefined, b: { d: 0.5, c: -1 } }, '{"b":{"d":0.5,"c":-1}}'],
    ['quote " back \\ line \n', '"quote \\" back \\\\ line \\n"'],
    ['\ud800', '"\\ud800"'],
    [-0, '0'],
    [1e21, '1e+21'],
    [Object.create(null), '{}'],
  ])('of %o is %s', (value, text) => {
    expect(plainText(value)).toBe(text);
    expect(plainText(JSON.parse(text))).toBe(text);
    expect(frozenText(value)).toBe(text);
  });

  test.each([
    [Number.NaN, 'NaN cannot be kept in a store: JSON has no such number'],
    [Infinity, 'Infinity cannot be kept in a store: JSON has no such number'],
    [new Map(), 'A Map cannot be kept in a store: values are plain JSON data'],
    [new FakeClock(), 'A FakeClock cannot be kept in a store: values are plain JSON data'],
    [[undefined], 'A value of type undefined cannot be kept in a store'],
    [{ a: 1n }, 'A value of type bigint cannot be kept in a store'],
    [{ deep: [{ undefined, f: () => 1 }] }, 'A value of type function cannot be kept in a store'],
    [{ a: [Number.NaN] }, 'NaN cannot be kept in a store: JSON has no such number'],
    [{ b: { toJSON: 'x', c: Object.defineProperty({}, 'toJSON', { value: () => 1 }) } }, 'A value with toJSON cannot be kept in a store'],
    [() => 1, 'A value of type function cannot be kept in a store'],
  ])('refuses %o', (value, text) => {
    expect(() => plainText(value)).toThrow(text);
    expect(() => frozenText(value)).toThrow(text);
  });
});

describe('stores', () => {
  test('freeze what is committed, all the way down', () => {
    const { coordinator, stores } = lineOf();
    const orders = stores.open<string, { legs: { price: number }[] }>('orders');
    coordinator.submit(work((tx) => tx.set(orders, 'a', { legs: [{ price: 1 }] })));
    const order = orders.get('a')!;
    expect(() => (order.legs[0]!.price = 2)).toThrow(TypeError);
    expect(() => order.legs.push({ price: 3 })).toThrow(TypeError);
    expect(stores.audit()).toEqual([]);
  });

  test('find a value that was changed in place where only the outermost object is frozen', () => {
    const stores = new Stores({ freeze: 'shallow' });
    const orders = stores.open<string, { leg: { price: number } }>('orders');
    const coordinator = coordinatorOn<never>({ stores, clock: new FakeClock(), context: new AsyncContext() });
    coordinator.submit(work((tx) => tx.set(orders, 'a', { leg: { price: 1 } })));
    coordinator.submit(work((tx) => tx.set(orders, 'b', { leg: { price: 1 } })));
    orders.get('a')!.leg.price = 2;
    expect(stores.audit()).toEqual([{ store: 'orders', key: 'a' }]);
  });

  test('keep insertion order through updates; a key that comes again goes to the end, with and without a snapshot held', () => {
    for (const held of [false, true]) {
      const { coordinator, stores, numbers } = lineOf();
      coordinator.submit(work((tx) => ['a', 'b', 'c'].forEach((key, index) => tx.set(numbers, key, index))));
      const snapshot = held ? stores.snapshot() : undefined;
      coordinator.submit(work((tx) => tx.delete(numbers, 'a')));
      coordinator.submit(work((tx) => tx.set(numbers, 'b', 9)));
      coordinator.submit(work((tx) => tx.set(numbers, 'a', 8)));
      expect([...numbers.entries()]).toEqual([['b', 9], ['c', 2], ['a', 8]]); // prettier-ignore
      expect(snapshot?.entries(numbers) ?? [['a', 0], ['b', 1], ['c', 2]]).toEqual([['a', 0], ['b', 1], ['c', 2]]); // prettier-ignore
      snapshot?.release();
    }
  });

  test('a snapshot stays as it was, is counted until it is released, and leaves no history behind', () => {
    const { coordinator, stores, numbers } = lineOf();
    coordinator.submit(work((tx) => tx.set(numbers, 'a', 1)));
    const snapshot = stores.snapshot();
    for (let value = 2; value < 100; value += 1) coordinator.submit(work((tx) => tx.set(numbers, 'a', value)));
    coordinator.submit(work((tx) => tx.set(numbers, 'b', 1)));
    expect([snapshot.seq, snapshot.get(numbers, 'a'), snapshot.has(numbers, 'b'), snapshot.size(numbers)]).toEqual([1, 1, false, 1]);
    expect(coordinator.statistics()).toMatchObject({ liveSnapshots: 1, oldestSnapshot: 1, history: 1 });
    snapshot.release();
    snapshot.release();
    expect(coordinator.statistics()).toMatchObject({ liveSnapshots: 0, history: 0 });
    expect(() => snapshot.get(numbers, 'a')).toThrow('The snapshot of 1 has been released');
  });

  test('bound the history of one busy cell while a long snapshot and many short ones overlap', () => {
    const { coordinator, stores, numbers } = lineOf();
    coordinator.submit(work((tx) => tx.set(numbers, 'a', 0)));
    const long = stores.snapshot();
    for (let value = 1; value <= 2_000; value += 1) {
      const short = stores.snapshot();
      coordinator.submit(work((tx) => tx.set(numbers, 'a', value)));
      short.release();
    }
    expect(stores.history()).toBeLessThan(200);
    expect(long.get(numbers, 'a')).toBe(0);
  });

  test('refuse a store of other stores, a name twice, null and NaN keys', () => {
    const { coordinator, stores, numbers } = lineOf();
    const foreign = new Stores().open<string, number>('numbers');
    expect(() => stores.open('numbers')).toThrow('A store named "numbers" is already open');
    const keyed = stores.open<number, unknown>('keyed');
    const reasons = [
      coordinator.submit(work((tx) => tx.get(foreign, 'a'))),
      coordinator.submit(work((tx) => tx.set(keyed, 1, null))),
      coordinator.submit(work((tx) => tx.set(keyed, Number.NaN, 1))),
    ].map(({ outcome }) => (outcome?.kind === 'tombstone' ? outcome.reason.text : outcome));
    expect(reasons).toEqual([
      'Error: The store "numbers" belongs to other stores',
      'UnjournalableValue: null cannot be kept in a store: it stands for a deletion in the journal',
      'UnjournalableValue: NaN cannot be a key',
    ]);
    expect(numbers.size).toBe(0);
  });

  test('digests tell the type of a key, the store and the value apart, and return when the state returns', () => {
    const digests = new Set<string>();
    const { coordinator, stores, numbers } = lineOf();
    const others = stores.open<number, number>('others');
    const empty = stores.digest;
    const apply = (run: Parameters<typeof work>[0]) => {
      coordinator.submit(work(run));
      digests.add(stores.digest);
    };
    apply((tx) => tx.set(numbers, '1', 1));
    apply((tx) => tx.set(numbers, '1', 2));
    apply((tx) => {
      tx.delete(numbers, '1');
      tx.set(others, 1, 1);
    });
    apply((tx) => {
      tx.delete(others, 1);
      tx.set(numbers, '11', 1);
    });
    expect(digests.size).toBe(4);
    apply((tx) => tx.delete(numbers, '11'));
    expect([empty, stores.digest]).toEqual(['0000000000000000', '0000000000000000']);
  });
});

test('a commit that is not the next one is a bug, before and after it: no number is left out and none comes twice', () => {
  const stores = new Stores();
  stores.startAfter(41);
  expect(() => stores.apply(43, [])).toThrow(/does not follow commit 41/);
  stores.apply(42, []);
  expect(() => stores.apply(42, [])).toThrow(/does not follow commit 42/);
  expect(stores.seq).toBe(42);
});

test('the same value under 7 and under "7" is another state: a replay cannot take one for the other', () => {
  const digestOf = (key: number | string): string => {
    const stores = new Stores();
    const write = { table: stores.table('orders'), key, value: 1, hash: undefined, text: '' };
    stores.seal(write);
    stores.apply(1, [write]);
    return stores.digest;
  };
  expect(new Set([7, '7', '07', 77, '77'].map(digestOf)).size).toBe(5);
  expect(digestOf(7)).toBe(digestOf(7));
});

test('what runs below an execution is put down to it, and nothing after it, also when it throws', () => {
  const context = new StackContext();
  const named = (seq: number): ExecutionContext => ({
    seq,
    snapshot: 0,
    lane: 'order',
    name: 'work',
    cause: { kind: 'timer', text: 'a test' },
    attempt: 1,
  });
  const outer = named(1);
  const inner = named(2);
  const seen: (ExecutionContext | undefined)[] = [];
  context.run(
    outer,
    () => {
      expect(() =>
        context.run(
          inner,
          () => {
            seen.push(context.current());
            throw new Error('a work that fails');
          },
          undefined,
        ),
      ).toThrow('a work that fails');
      seen.push(context.current());
    },
    undefined,
  );
  seen.push(context.current());
  expect(seen).toEqual([inner, outer, undefined]);
});

describe('replay', () => {
  function history(): readonly CommitRecord[] {
    const { coordinator, numbers, journal } = lineOf();
    for (let value = 1; value <= 5; value += 1) coordinator.submit(work((tx) => tx.set(numbers, `key ${value % 3}`, value)));
    return journal.records;
  }

  test('rebuilds the stores and yields the digest after each record', () => {
    const records = history();
    const replayed = replay(records);
    expect(replayed.ok && replayed.value.digests).toEqual(records.map(({ digest }) => digest));
    expect(replayed.ok && [...replayed.value.stores.table('numbers').entries()]).toEqual([['key 1', 4], ['key 2', 5], ['key 0', 3]]); // prettier-ignore
  });

  test('refuses a missing, a repeated, an altered and a malformed record by name', () => {
    const records = history();
    const [first, second, third] = records as [CommitRecord, CommitRecord, CommitRecord];
    expect(replay([first, third])).toEqual({ ok: false, error: { code: 'gap', seq: 3, text: 'Commit 2 is missing: 3 follows 1' } });
    expect(replay([first, second, second])).toEqual({ ok: false, error: { code: 'repeat', seq: 2, text: 'Commit 2 comes again after 2' } });
    expect(replay([second])).toMatchObject({ ok: false, error: { code: 'gap', seq: 2 } });
    expect(replay([first, { ...second, writes: [['numbers', 'key 2', 3]] }])).toMatchObject({
      ok: false,
      error: { code: 'digest', seq: 2 },
    });
    expect(replay([{ ...first, writes: [['numbers'] as never] }])).toMatchObject({ ok: false, error: { code: 'malformed', seq: 1 } });
    expect(replay([{ ...first, tombstone: { kind: 'threw', text: '' } }])).toMatchObject({
      ok: false,
      error: { code: 'malformed', seq: 1 },
    });
    expect(replay(records.slice(2), 2).ok).toBe(false);
  });
});

test('the context is reachable anywhere below an execution, through awaits too, and nowhere else', async () => {
  const stores = new Stores();
  const numbers = stores.open<string, number>('numbers');
  const context = new AsyncContext();
  const coordinator = coordinatorOn<string>({ stores, clock: new FakeClock(), context });
  const released: unknown[] = [];
  coordinator.dispatchTo(() => released.push(context.current()));
  const deepBelow = () => {
    const { seq, snapshot, lane, name, attempt, cause } = context.current()!;
    return { seq, snapshot, lane, name, attempt, cause };
  };
  coordinator.submit(work((tx) => tx.set(numbers, 'a', 1)));
  const slow = coordinator.submit(
    work(
      async (tx) => {
        tx.effect('out');
        await Promise.resolve();
        return deepBelow();
      },
      { name: 'slow' },
    ),
  );
  const cause = { kind: 'system', text: 'Test' };
  const expected = { seq: 2, snapshot: 1, lane: 'order', name: 'slow', attempt: 1, cause };
  expect(await slow.settled()).toEqual({ kind: 'committed', value: expected });
  expect(coordinator.submit(work(deepBelow)).outcome).toEqual({
    kind: 'committed',
    value: { ...expected, seq: 3, snapshot: 2, name: 'test' },
  });
  expect([context.current(), released]).toEqual([undefined, [undefined]]);
});
