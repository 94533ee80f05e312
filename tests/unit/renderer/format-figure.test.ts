import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { holds } from '../../support/property.ts';
import { type Amount, amountOf } from '#domain/money';
import { grouped } from '#domain/decimal';
import { type Price, priceOf } from '#domain/price';
import { trustedQuantity, units } from '#domain/quantity';
import {
  UNKNOWN,
  amountText,
  averageText,
  basisPointsText,
  changeText,
  exactPrice,
  pnlText,
  priceText,
  quantityText,
  signed,
} from '../../../src-renderer/format/figure.ts';

const price = (value: number): Price => priceOf(value);
const amount = (value: number): Amount => amountOf(value);

describe('figures', () => {
  test('what is unknown is a dash and never a zero', () => {
    expect([
      priceText(null),
      exactPrice(undefined),
      quantityText(null),
      amountText(null),
      pnlText(null),
      basisPointsText(null),
      changeText(null, price(1)),
    ]).toEqual(Array.from({ length: 7 }, () => UNKNOWN));
  });

  test('thousands stand apart by a narrow space, minus is a minus sign', () => {
    expect([grouped('1002314.55'), grouped('-1234'), grouped('999'), grouped('0.12345678')]).toEqual([
      '1 002 314.55',
      '−1 234',
      '999',
      '0.12345678',
    ]);
  });

  test('profit and loss always carry their sign, but for a zero', () => {
    expect([pnlText(amount(312.4)), pnlText(amount(-1_204.005)), pnlText(amount(0)), pnlText(amount(0.004))]).toEqual([
      '+312.40',
      '−1 204.01',
      '0.00',
      '0.00',
    ]);
  });

  test('prices have the fixed decimals of their contract', () => {
    expect([priceText(price(179.8), 2), priceText(price(1.07105), 5), priceText(price(13), 2), priceText(price(-0.25), 2)]).toEqual([
      '179.80',
      '1.07105',
      '13.00',
      '−0.25',
    ]);
  });

  test('an exact price keeps every digit that was set', () => {
    expect([exactPrice(price(179.405), 2), exactPrice(price(179.4), 2)]).toEqual(['179.405', '179.40']);
  });

  test('an average shows two more decimals only when they say something', () => {
    expect([averageText(price(181.02), 2), averageText(price(181.023333), 2)]).toEqual(['181.02', '181.0233']);
  });

  test('percent changes are signed; without a base they are unknown', () => {
    expect([
      changeText(price(98.9), price(100)),
      changeText(price(100.22), price(100)),
      changeText(price(100), price(100)),
      changeText(price(1), price(0)),
    ]).toEqual(['−1.10', '+0.22', '0.00', UNKNOWN]);
  });

  test('a grouped number is the same number', async () => {
    await holds(
      'grouped numbers',
      fc.property(fc.bigInt({ min: -(10n ** 15n), max: 10n ** 15n }), (value) => {
        const text = grouped(String(value));
        expect(text.replace(/ /g, '').replace('−', '-')).toBe(String(value));
        expect(text).toMatch(/^−?\d{1,3}( \d{3})*$/);
      }),
    );
  });

  test('quantities show fractions only where there are any', () => {
    expect([quantityText(units(2000)), quantityText(trustedQuantity(15_000)), quantityText(units(-3))]).toEqual(['2 000', '1.5', '−3']);
  });

  test('a sign is not put twice', () => {
    expect([signed('+1.00'), signed('−1.00'), signed('1.00')]).toEqual(['+1.00', '−1.00', '+1.00']);
  });
});
