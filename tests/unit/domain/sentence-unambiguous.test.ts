import { expect, test } from 'vitest';
import type { Condition } from '#domain/condition';
import { conditionSentence, conditionShort } from '#domain/sentence';
import { BAC, between, IBM, price } from '../../support/core/trigger-fixtures.ts';

const LEAVES: readonly Condition[] = [
  price(IBM, 'last', 'at-or-above', 180),
  price(IBM, 'last', 'at-or-below', 170),
  price(BAC, 'bid', 'at-or-above', 13),
  between('09:45', '15:30'),
];

function pairs(of: readonly Condition[]): readonly Condition[] {
  return of.flatMap((a) =>
    of.flatMap((b): readonly Condition[] => [
      { kind: 'and', of: [a, b] },
      { kind: 'or', of: [a, b] },
    ]),
  );
}

const nots = (of: readonly Condition[]): readonly Condition[] => of.map((inner) => ({ kind: 'not', of: inner }));

/** What a condition means: its truth for every combination of truths of its leaves, as bits. */
function meaning(condition: Condition): number {
  let bits = 0;
  for (let world = 0; world < 16; world += 1) if (holds(condition, world)) bits |= 1 << world;
  return bits;
}

function holds(condition: Condition, world: number): boolean {
  if (condition.kind === 'and') return condition.of.every((part) => holds(part, world));
  if (condition.kind === 'or') return condition.of.some((part) => holds(part, world));
  if (condition.kind === 'not') return !holds(condition.of, world);
  return ((world >> LEAVES.indexOf(condition)) & 1) === 1;
}

test('rules that read alike mean the same, over every small nesting of and, or and not', () => {
  const flat = [...LEAVES, ...nots(LEAVES), ...pairs(LEAVES)];
  const triples = LEAVES.flatMap((a) =>
    pairs(LEAVES).flatMap((b): readonly Condition[] => [
      { kind: 'and', of: [a, b, a] },
      { kind: 'or', of: [b, a, b] },
      { kind: 'and', of: [{ kind: 'and', of: [a] }, b] },
    ]),
  );
  const rules = [...flat, ...nots(flat), ...nots(nots(flat)), ...pairs(flat), ...nots(pairs(flat)), ...triples];
  expect(rules.length).toBeGreaterThan(5_000);
  for (const read of [conditionSentence, conditionShort]) {
    const meanings = new Map<string, number>();
    for (const rule of rules) {
      const text = read(rule);
      const known = meanings.get(text);
      if (known === undefined) meanings.set(text, meaning(rule));
      else if (known !== meaning(rule)) expect({ text, rule }).toEqual('a text with one meaning');
    }
  }
});
