import { describe, expect, it } from 'vitest';
import { amountOf, formatAmount, trustedAmount, ZERO_AMOUNT } from '#domain/money';
import { priceFromScaled, priceOf, trustedPrice, ZERO_PRICE } from '#domain/price';
import { quantityFromScaled, trustedQuantity, units, ZERO } from '#domain/quantity';
import { abs, compare, max, min, minus, negate, plus, scale, sumOf, timesRatio } from '#domain/scaled';

describe('operators of the nouns', () => {
  it('adds, subtracts and turns signs', () => {
    expect(plus(priceOf(0.1), priceOf(0.2))).toBe(priceOf(0.3));
    expect(minus(units(100), units(140))).toBe(units(-40));
    expect(negate(amountOf(12.5))).toBe(amountOf(-12.5));
    expect(abs(units(-3))).toBe(units(3));
  });

  it('picks the smaller and the larger, also below zero', () => {
    expect([min(priceOf(-2), priceOf(1)), max(priceOf(-2), priceOf(1))]).toEqual([priceOf(-2), priceOf(1)]);
  });

  it('scales by whole numbers and by ratios, half away from zero', () => {
    expect(scale(priceOf(0.01), -7)).toBe(priceOf(-0.07));
    expect(timesRatio(trustedPrice(5), 1, 2)).toBe(3);
    expect(timesRatio(trustedPrice(-5), 1, 2)).toBe(-3);
    expect(timesRatio(priceOf(200), 250, 10_000)).toBe(priceOf(5));
  });

  it('orders by value', () => {
    expect([priceOf(3), priceOf(-1), priceOf(2)].sort(compare)).toEqual([priceOf(-1), priceOf(2), priceOf(3)]);
  });

  it('sums what is read of each item, and nothing to zero', () => {
    expect(sumOf([{ quantity: units(1) }, { quantity: units(-4) }], (item) => item.quantity, ZERO)).toBe(units(-3));
    expect(sumOf([], () => units(1), ZERO)).toBe(ZERO);
  });

  it('never makes -0', () => {
    for (const zero of [
      negate(ZERO),
      scale(ZERO_PRICE, -1),
      timesRatio(ZERO_AMOUNT, -1, 3),
      timesRatio(trustedPrice(-1), 1, 3),
      minus(ZERO, ZERO),
      abs(ZERO),
    ])
      expect(Object.is(zero, 0)).toBe(true);
  });

  it('does not type-check with two nouns', () => {
    // @ts-expect-error a quantity is no price
    plus(priceOf(1), units(1));
    // @ts-expect-error nor the other way round
    minus(units(1), priceOf(1));
    // @ts-expect-error an amount is no price, though both count millionths
    max(priceOf(1), amountOf(1));
    // @ts-expect-error nor are they compared
    compare(priceOf(1), amountOf(1));
    // @ts-expect-error a bare number has no noun
    plus(units(1), 1);
    // @ts-expect-error a ratio keeps the noun
    const amount: typeof ZERO_AMOUNT = timesRatio(priceOf(1), 1, 2);
    // @ts-expect-error a sum of quantities begins with no price
    sumOf([1], (count) => units(count), ZERO_PRICE);
    expect(amount).toBe(500_000);
  });
});

describe('constructors of the nouns', () => {
  it('round a decimal to the scale', () => {
    expect([priceOf(231.4), priceOf(0.000_000_4), amountOf(8.2), amountOf(-2_500)]).toEqual([231_400_000, 0, 8_200_000, -2_500_000_000]);
    expect(8.2 * 1_000_000).not.toBe(8_200_000);
    expect(formatAmount(amountOf(8.2))).toBe('8.20');
  });

  it('read only safe integers', () => {
    expect([priceFromScaled(-5), quantityFromScaled(7)]).toEqual([-5, 7]);
    for (const bad of [undefined, Number.NaN, Number.POSITIVE_INFINITY, 0.5, 2 ** 53])
      expect([priceFromScaled(bad), quantityFromScaled(bad)]).toEqual([undefined, undefined]);
  });

  it('take over what the caller vouches for as it is', () => {
    expect([trustedPrice(1), trustedQuantity(0.5), trustedAmount(Number.NaN)]).toEqual([1, 0.5, Number.NaN]);
  });
});
