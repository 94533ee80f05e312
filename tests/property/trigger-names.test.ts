import fc from 'fast-check';
import { expect, test } from 'vitest';
import { TriggerIndex } from '#core/trigger/trigger-index';
import type { Trigger, TriggerLife } from '#domain/trigger';
import { id, IBM, price, spec } from '../support/core/trigger-fixtures.ts';
import { holds } from '../support/property.ts';

const LIVES: readonly TriggerLife[] = ['draft', 'armed', 'paused', 'firing', 'fired', 'failed', 'expired', 'cancelled', 'locked'];

function trigger(which: number, name: string, life: TriggerLife): Trigger {
  return {
    id: id(String(which)),
    spec: spec(price(IBM, 'last', 'crosses-above', 180), { name }),
    life,
    gen: 1,
    fires: 0,
    createdAt: 0,
    recentFires: [],
    reason: '',
    updatedAt: 0,
  };
}

test('a name is taken while another trigger of that name is armed or paused, whatever has become of any of them', async () => {
  const change = fc.record({
    which: fc.integer({ min: 1, max: 4 }),
    name: fc.constantFrom('A', 'B', 'AA'),
    life: fc.constantFrom(...LIVES),
  });
  await holds(
    'names against all triggers',
    fc.property(fc.array(change, { minLength: 1, maxLength: 30 }), (changes) => {
      const index = new TriggerIndex();
      const all = new Map<number, Trigger>();
      for (const { which, name, life } of changes) {
        const next = trigger(which, name, life);
        index.note(next);
        all.set(which, next);
        for (const asked of ['A', 'B', 'AA'])
          for (const own of [undefined, 1, 2, 3, 4]) {
            const others = [...all].filter(
              ([
                of,
                {
                  life: is,
                  spec: { name: its },
                },
              ]) => of !== own && its === asked && (is === 'armed' || is === 'paused'),
            );
            expect(index.isTaken(asked, own === undefined ? undefined : id(String(own)))).toBe(others.length > 0);
          }
      }
    }),
  );
}, 60_000);
