import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Snapshot } from '#core/commit/snapshot';
import { lineOf, work } from '../support/core/desk-line.ts';
import { holds } from '../support/property.ts';

type Step =
  | { readonly do: 'set' | 'delete'; readonly keys: readonly number[] }
  | { readonly do: 'hold' | 'check' }
  | { readonly do: 'release'; readonly which: number };

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    arbitrary: fc.record({ do: fc.constant('set' as const), keys: fc.array(fc.nat(119), { minLength: 1, maxLength: 60, size: 'max' }) }),
    weight: 4,
  },
  {
    arbitrary: fc.record({ do: fc.constant('delete' as const), keys: fc.array(fc.nat(119), { minLength: 1, maxLength: 30, size: 'max' }) }),
    weight: 2,
  },
  { arbitrary: fc.record({ do: fc.constant('hold' as const) }), weight: 3 },
  { arbitrary: fc.record({ do: fc.constant('release' as const), which: fc.nat(7) }), weight: 3 },
  { arbitrary: fc.record({ do: fc.constant('check' as const) }), weight: 1 },
);

test('history is trimmed while other snapshots live, and never what one of them needs', async () => {
  let trimmedUnderHold = 0;
  await holds(
    'trimming',
    fc.property(fc.array(step, { minLength: 10, maxLength: 40, size: 'max' }), (steps) => {
      const { coordinator, stores, numbers } = lineOf();
      const held: { readonly snapshot: Snapshot; readonly entries: readonly (readonly [string, number])[] }[] = [];
      const check = (): void => {
        for (const { snapshot, entries } of held) expect(snapshot.entries(numbers)).toEqual(entries);
      };
      steps.forEach((one, index) => {
        if (one.do === 'set') coordinator.submit(work((tx) => one.keys.forEach((key) => tx.set(numbers, `k${key}`, index * 1_000 + key))));
        else if (one.do === 'delete') coordinator.submit(work((tx) => one.keys.forEach((key) => tx.delete(numbers, `k${key}`))));
        else if (one.do === 'hold') held.push({ snapshot: stores.snapshot(), entries: [...numbers.entries()] });
        else if (one.do === 'release' && held.length > 0) {
          const before = stores.history();
          held.splice(one.which % held.length, 1)[0]?.snapshot.release();
          if (held.length > 0 && stores.history() < before) trimmedUnderHold += 1;
          check();
        } else check();
      });
      check();
      for (const { snapshot } of held) snapshot.release();
      expect(stores.history()).toBe(0);
    }),
  );
  expect(trimmedUnderHold).toBeGreaterThan(100);
});
