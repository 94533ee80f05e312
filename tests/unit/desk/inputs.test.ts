import { expect, test } from 'vitest';
import { allows } from '#protocol/access';
import { QUERIES } from '#protocol/commands';
import { orderKey, quantity, trail, triggerSpec } from '#protocol/inputs';
import { CoreDesk } from '../../support/core/desk.ts';

const SPEC = new CoreDesk().spec(180);

test('who may only look, or look and kill, does not learn who else sees the desk', () => {
  expect(['read', 'kill', 'operate'].map((scope) => allows(scope as 'read', 'sessions.list'))).toEqual([false, false, true]);
  const seen = Object.keys(QUERIES).filter((name) => !allows('read', name as keyof typeof QUERIES));
  expect(seen).toEqual(['sessions.list']);
});

test.each([-1, 0, 0.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53, '100'])('%s is no quantity', (value) => {
  expect(quantity.safeParse(value).success).toBe(false);
});

test('a stop trails by less than the whole price, and by something', () => {
  const percent = (basisPoints: number): boolean => trail.safeParse({ kind: 'percent', basisPoints }).success;
  expect([0, -1, 1, 9_999, 10_000, 99_999].map(percent)).toEqual([false, false, true, true, false, false]);
  expect([0, -1, 1].map((amount) => trail.safeParse({ kind: 'amount', amount }).success)).toEqual([false, false, true]);
});

test.each(['a\0b', '\u001B[2Jx', 'a\nb', 'ünder', 'a\u202Eb', ''])(
  '%j is no name and no key: it would reach the wire or a terminal',
  (text) => {
    expect(triggerSpec.safeParse({ ...SPEC, name: text }).success).toBe(false);
    expect(orderKey.safeParse(text).success).toBe(false);
  },
);

test('a rule as the screen sends it is taken, and nothing beside it', () => {
  expect(triggerSpec.safeParse(SPEC).success).toBe(true);
  expect(triggerSpec.safeParse({ ...SPEC, gen: 3 }).success).toBe(false);
});
