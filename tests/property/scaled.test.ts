import fc from 'fast-check';
import { expect, it } from 'vitest';
import { type Price, trustedPrice } from '#domain/price';
import { abs, compare, max, min, minus, negate, plus, scale, sumOf, timesRatio } from '#domain/scaled';
import { holds } from '../support/property.ts';

/** Half of the safe range, so that a sum of two is exact; zeros often. */
const price = fc.oneof(
  { weight: 1, arbitrary: fc.constant(trustedPrice(0)) },
  { weight: 4, arbitrary: fc.integer({ min: -(2 ** 52), max: 2 ** 52 - 1 }).map((n) => trustedPrice(n)) },
);
const isSound = (value: Price): boolean => Number.isSafeInteger(value) && !Object.is(value, -0);
/** The same in integers without end. */
const exactRatio = (a: bigint, n: bigint, d: bigint): bigint => {
  const doubled = 2n * a * n;
  const sign = doubled < 0n !== d < 0n ? -1n : 1n;
  const [m, e] = [doubled < 0n ? -doubled : doubled, d < 0n ? -d : d];
  return (sign * (m + e)) / (2n * e);
};

it('adds and takes away exactly, never with -0', () =>
  holds(
    'plus and minus',
    fc.property(price, price, (a, b) => {
      expect(BigInt(plus(a, b))).toBe(BigInt(a) + BigInt(b));
      expect(BigInt(minus(a, b))).toBe(BigInt(a) - BigInt(b));
      expect(minus(plus(a, b), b)).toBe(a);
      expect(minus(a, b)).toBe(plus(a, negate(b)));
      expect([plus(a, b), minus(a, b), negate(a), abs(a)].every(isSound)).toBe(true);
    }),
  ));

it('orders totally', () =>
  holds(
    'min, max, abs and compare',
    fc.property(price, price, (a, b) => {
      expect(compare(a, b)).toBe(minus(a, b));
      expect([min(a, b), max(a, b)]).toEqual([a, b].sort(compare));
      expect(abs(a)).toBe(max(a, negate(a)));
      expect([min(a, b), max(a, b)].every(isSound)).toBe(true);
    }),
  ));

it('scales exactly, never to -0', () =>
  holds(
    'scale and timesRatio',
    fc.property(
      fc.integer({ min: -1_000_000_000, max: 1_000_000_000 }).map((n) => trustedPrice(n)),
      fc.integer({ min: -1_000_000, max: 1_000_000 }),
      fc.integer({ min: 1, max: 1_000_000 }),
      (a, by, of) => {
        expect(BigInt(scale(a, by))).toBe(BigInt(a) * BigInt(by));
        const part = timesRatio(a, by, of);
        expect(BigInt(part)).toBe(exactRatio(BigInt(a), BigInt(by), BigInt(of)));
        expect([scale(a, by), scale(a, 0), part, timesRatio(a, 0, of)].every(isSound)).toBe(true);
      },
    ),
  ));

it('sums in whatever order', () =>
  holds(
    'sumOf',
    fc.property(fc.array(fc.integer({ min: -1_000_000_000, max: 1_000_000_000 })), (counts) => {
      const sum = sumOf(counts, trustedPrice, trustedPrice(0));
      expect(sum).toBe(counts.reduce((total, count) => total + count, 0));
      expect(sumOf(counts.toReversed(), trustedPrice, trustedPrice(0))).toBe(sum);
    }),
  ));
