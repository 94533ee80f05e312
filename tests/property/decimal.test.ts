import fc from 'fast-check';
import { expect, test } from 'vitest';
import { formatDecimal, grouped, mulDiv, parseDecimal, scaledFromNumber } from '#domain/decimal';
import { amountFromNumber, formatAmount, notional, trustedAmount } from '#domain/money';
import {
  isOnTick,
  midpoint,
  priceFromNumber,
  priceFromScaled,
  priceFromText,
  roundToTick,
  tickDecimals,
  trustedPrice,
} from '#domain/price';
import { quantityFromNumber, quantityFromScaled, quantityFromText, trustedQuantity } from '#domain/quantity';
import { px } from '../support/core/trigger-fixtures.ts';
import { holds } from '../support/property.ts';

/** Integers of every size up to the safe ones, zeros and small ones often. */
const integers = fc.oneof(fc.integer({ min: -1_000, max: 1_000 }), fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }), fc.maxSafeInteger());
const positive = integers.map((n) => Math.abs(n) || 1);

test('a product divided is the nearest whole number, halves away from zero, whatever its size', async () => {
  await holds(
    'mulDiv against exact fractions',
    fc.property(integers, integers, fc.oneof(positive, fc.constantFrom(2, 4, 10_000, 1_000_000)), (a, b, c) => {
      const exact = BigInt(a) * BigInt(b);
      // Nearest: twice the distance is no more than the divisor; at exactly half, further from zero.
      const nearest = (n: bigint): boolean => {
        const off = n * BigInt(c) - exact;
        const twice = 2n * (off < 0n ? -off : off);
        return twice < BigInt(c) || (twice === BigInt(c) && (exact < 0n ? off < 0n : off > 0n));
      };
      const base = exact / BigInt(c);
      const whole = [base - 1n, base, base + 1n].find(nearest);
      expect(mulDiv(a, b, c) + 0).toBe(Number(whole) + 0);
    }),
  );
}, 60_000);

test('text of a figure is read as it is written, digit by digit, and nothing is cut off', async () => {
  const digits = fc.stringMatching(/^\d{1,9}$/);
  const fraction = fc.option(fc.stringMatching(/^\d{1,8}$/), { nil: undefined });
  await holds(
    'parseDecimal against digits',
    fc.property(fc.constantFrom('', '+', '-'), digits, fraction, fc.constantFrom(1, 10_000, 1_000_000), (sign, whole, after, scale) => {
      const places = String(scale).length - 1;
      const kept = (after ?? '').slice(0, places);
      const lost = (after ?? '').slice(places);
      const parsed = parseDecimal(`${sign}${whole}${after === undefined ? '' : `.${after}`}`, scale);
      expect(parsed.ok).toBe(!/[1-9]/.test(lost));
      if (!parsed.ok) return;
      const magnitude = BigInt(whole + kept + '0'.repeat(places - kept.length));
      expect(BigInt(parsed.value)).toBe(sign === '-' ? -magnitude : magnitude);
    }),
  );
}, 60_000);

test('a figure that is shown and read again is the same, its sign included', async () => {
  await holds(
    'formatDecimal and back',
    fc.property(
      fc.integer({ min: -(10 ** 14), max: 10 ** 14 }),
      fc.constantFrom(10_000, 1_000_000),
      fc.integer({ min: 0, max: 4 }),
      (n, scale, least) => {
        const text = formatDecimal(n, scale, least);
        expect(parseDecimal(text, scale)).toEqual({ ok: true, value: n });
        expect(text.startsWith('-')).toBe(n < 0);
        expect((text.split('.')[1] ?? '').length).toBeGreaterThanOrEqual(least);
        expect(grouped(text).replaceAll(' ', '').replace('\u2212', '-')).toBe(text);
      },
    ),
  );
}, 60_000);

test.each(['', '-', '.', '1.', '.5', '1e3', '0x10', 'NaN', 'Infinity', '1,000', '1 000', '--1', '1.2.3', '9999999999999'])(
  '"%s" is no figure',
  (text) => {
    for (const read of [priceFromText, quantityFromText]) expect(read(text).ok).toBe(false);
  },
);

test('a price has six decimals, a quantity four; a digit more is refused, zeros are none', () => {
  expect(priceFromText('231.4')).toEqual({ ok: true, value: 231_400_000 });
  expect(priceFromText('-0.05')).toEqual({ ok: true, value: -50_000 });
  expect([priceFromText('1.0000001').ok, priceFromText('1.0000010').ok]).toEqual([false, true]);
  expect([quantityFromText('1.00005').ok, quantityFromText('1.0001').ok, quantityFromText('1.00010').ok]).toEqual([false, true, true]);
});

test('what is no number on the wire is no figure: unset, infinite, too large, a hair below', () => {
  const none = [
    undefined,
    Number.NaN,
    Infinity,
    -Infinity,
    Number.MAX_VALUE,
    -Number.MAX_VALUE,
    1.7976931348623157e308,
    1e300,
    1e10,
    2 ** 53,
  ];
  for (const value of none) expect([value, priceFromNumber(value), amountFromNumber(value)]).toEqual([value, undefined, undefined]);
  expect(quantityFromNumber(1e12)).toBeUndefined();
  expect([priceFromNumber(0.1 + 0.2), priceFromNumber(-37.63), quantityFromNumber(0.00005)]).toEqual([300_000, -37_630_000, 1]);
  expect(Object.is(scaledFromNumber(-0.0000001, 1_000_000), 0)).toBe(true);
});

test('a scaled figure of a file is whole and safe, or none', () => {
  for (const of of [priceFromScaled, quantityFromScaled]) {
    for (const bad of [undefined, 0.5, 1.000001, Number.NaN, Infinity, 2 ** 53]) expect([bad, of(bad)]).toEqual([bad, undefined]);
    expect([of(0), of(-7), of(2 ** 53 - 1)]).toEqual([0, -7, 2 ** 53 - 1]);
  }
});

test('a price is rounded to the tick on the side that is asked for, and lies on it then', async () => {
  const prices = fc.integer({ min: -(10 ** 10), max: 10 ** 10 }).map((n) => trustedPrice(n));
  const ticks = fc.constantFrom(1, 100, 500, 10_000, 50_000, 250_000, 1_000_000).map((n) => trustedPrice(n));
  await holds(
    'roundToTick',
    fc.property(prices, ticks, (price, tick) => {
      const down = roundToTick(price, tick, 'down');
      const up = roundToTick(price, tick, 'up');
      const nearest = roundToTick(price, tick, 'nearest');
      for (const rounded of [down, up, nearest]) expect(isOnTick(rounded, tick)).toBe(true);
      expect(price - down).toBeGreaterThanOrEqual(0);
      expect(price - down).toBeLessThan(tick);
      expect(up - price).toBeGreaterThanOrEqual(0);
      expect(up - price).toBeLessThan(tick);
      expect(Math.abs(nearest - price) * 2).toBeLessThanOrEqual(tick);
      expect(isOnTick(price, tick)).toBe(up === down);
    }),
  );
  expect([isOnTick(px(180), trustedPrice(0)), isOnTick(px(180), trustedPrice(-1))]).toEqual([false, false]);
}, 60_000);

test('prices are shown with all decimals of their tick, never fewer than two', () => {
  const shown = [1, 0.5, 0.25, 0.05, 0.01, 0.005, 0.0001, 0.00005].map((tick) => tickDecimals(px(tick)));
  expect(shown).toEqual([2, 2, 2, 2, 2, 3, 4, 5]);
});

test('a middle between two units is the lower one, above zero and below', () => {
  const mids = (
    [
      [10, 11],
      [10, 12],
      [-11, -10],
      [-1, 0],
      [0, 1],
    ] as const
  ).map(([bid, ask]) => midpoint(trustedPrice(bid), trustedPrice(ask)));
  expect(mids).toEqual([10, 11, -11, -1, 0]);
});

test('the value of an order is price times quantity times multiplier, rounded once', async () => {
  const prices = fc.integer({ min: -(10 ** 11), max: 10 ** 11 });
  const quantities = fc.integer({ min: -(10 ** 8), max: 10 ** 8 });
  await holds(
    'notional',
    fc.property(prices, quantities, fc.constantFrom(1, 5, 50, 100, 1_000), (price, quantity, multiplier) => {
      const value = notional(trustedPrice(price), trustedQuantity(quantity), multiplier);
      const exact = BigInt(price) * BigInt(quantity) * BigInt(multiplier);
      const off = BigInt(value) * 10_000n - exact;
      // Beyond the safe integers a result is what a double can hold.
      if (Number.isSafeInteger(value)) expect(2n * (off < 0n ? -off : off)).toBeLessThanOrEqual(10_000n);
    }),
  );
}, 60_000);

test('an amount is shown rounded to its decimals, halves away from zero', () => {
  const shown = (
    [
      [999_500, 2],
      [994_999, 2],
      [995_000, 2],
      [-995_000, 2],
      [499_999, 0],
      [500_000, 0],
      [-500_000, 0],
      [12_345_678, 4],
    ] as const
  ).map(([amount, decimals]) => formatAmount(trustedAmount(amount), decimals));
  expect(shown).toEqual(['1.00', '0.99', '1.00', '-1.00', '0', '1', '-1', '12.3457']);
});
