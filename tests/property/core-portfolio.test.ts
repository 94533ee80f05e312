import fc from 'fast-check';
import { expect, test } from 'vitest';
import { averagePrice, FLAT, foldFill, type Holding, unrealized } from '#core/portfolio/fill-arithmetic';
import { type Price, trustedPrice } from '#domain/price';
import { type Quantity, trustedQuantity } from '#domain/quantity';
import { holds } from '../support/property.ts';

interface Fill {
  readonly side: 'BUY' | 'SELL';
  readonly quantity: Quantity;
  readonly price: Price;
}

const fills = fc.array(
  fc.record({
    side: fc.constantFrom('BUY' as const, 'SELL' as const),
    quantity: fc.integer({ min: 1, max: 20_000_000 }).map((n) => trustedQuantity(n)),
    price: fc.integer({ min: 1, max: 900_000_000 }).map((n) => trustedPrice(n)),
  }),
  { minLength: 1, maxLength: 25 },
);
const multipliers = fc.constantFrom(1, 50, 100);

/** Average cost by exact fractions, nothing rounded: the cost of what is open, and what closing it has earned. */
function exact(all: readonly Fill[]): {
  readonly quantity: bigint;
  readonly cost: readonly [bigint, bigint];
  readonly earned: readonly [bigint, bigint];
} {
  let quantity = 0n;
  let cost: [bigint, bigint] = [0n, 1n];
  let earned: [bigint, bigint] = [0n, 1n];
  const add = ([a, b]: readonly [bigint, bigint], [c, d]: readonly [bigint, bigint]): [bigint, bigint] => reduce(a * d + c * b, b * d);
  for (const fill of all) {
    let signed = signedOf(fill);
    const price = BigInt(fill.price);
    if (quantity !== 0n && quantity > 0n !== signed > 0n) {
      const closing = magnitude(signed) < magnitude(quantity) ? signed : -quantity;
      const part: [bigint, bigint] = reduce(cost[0] * -closing, cost[1] * quantity);
      cost = add(cost, [-part[0], part[1]]);
      earned = add(earned, add([-closing * price, 1n], [-part[0], part[1]]));
      quantity += closing;
      signed -= closing;
    }
    cost = add(cost, [signed * price, 1n]);
    quantity += signed;
  }
  return { quantity, cost, earned };
}

function signedOf(fill: Fill): bigint {
  return fill.side === 'BUY' ? BigInt(fill.quantity) : -BigInt(fill.quantity);
}

function magnitude(n: bigint): bigint {
  return n < 0n ? -n : n;
}

function reduce(a: bigint, b: bigint): [bigint, bigint] {
  let [x, y] = [magnitude(a), magnitude(b)];
  while (y !== 0n) [x, y] = [y, x % y];
  const divisor = x === 0n ? 1n : x;
  const sign = b < 0n ? -1n : 1n;
  return [(sign * a) / divisor, (sign * b) / divisor];
}

function toNumber([a, b]: readonly [bigint, bigint], scale = 1): number {
  return Number((a * 1_000n) / b) / 1_000 / scale;
}

function fold(all: readonly Fill[], multiplier: number): Holding {
  return all.reduce((holding, fill) => foldFill(holding, fill, { multiplier }), FLAT);
}

test('a position is exactly the sum of its fills, its average and profit those of exact average cost but for rounding (I-05)', async () => {
  await holds(
    'fold against fractions',
    fc.property(fills, multipliers, (all, multiplier) => {
      const holding = fold(all, multiplier);
      const truth = exact(all);
      expect(BigInt(holding.quantity)).toBe(truth.quantity);
      if (truth.quantity === 0n) expect(holding.averagePrice).toBe(0);
      else
        expect(Math.abs(holding.averagePrice - toNumber([truth.cost[0], truth.cost[1] * truth.quantity]))).toBeLessThanOrEqual(all.length);
      const largest = all.reduce((sum, fill) => sum + fill.quantity, 0);
      const tolerance = all.length * ((largest * multiplier) / 10_000 + 1);
      expect(Math.abs(holding.realized - toNumber(truth.earned, 10_000) * multiplier)).toBeLessThanOrEqual(tolerance);
    }),
  );
}, 300_000);

test('realised and unrealised together are the money that came and went, whatever the order', async () => {
  await holds(
    'profit is conserved',
    fc.property(fills, multipliers, fc.integer({ min: 1, max: 900_000_000 }), (all, multiplier, mark) => {
      const total = (order: readonly Fill[]): number => {
        const holding = fold(order, multiplier);
        return holding.realized + (unrealized(holding, trustedPrice(mark), multiplier) ?? 0);
      };
      const cash = all.reduce((sum, fill) => sum + signedOf(fill) * BigInt(mark - fill.price) * BigInt(multiplier), 0n);
      const traded = all.reduce((sum, fill) => sum + fill.quantity, 0);
      const tolerance = all.length * ((traded * multiplier) / 10_000 + 1);
      expect(Math.abs(total(all) - Number(cash / 10_000n))).toBeLessThanOrEqual(tolerance);
      expect(Math.abs(total(all.toReversed()) - Number(cash / 10_000n))).toBeLessThanOrEqual(tolerance);
    }),
  );
}, 300_000);

test('a holding is made of safe integers, flat means no average, and an unknown mark gives no figure', async () => {
  await holds(
    'shape of a holding',
    fc.property(fills, multipliers, (all, multiplier) => {
      const holding = fold(all, multiplier);
      for (const figure of Object.values(holding)) expect(Number.isSafeInteger(figure)).toBe(true);
      expect(unrealized(holding, undefined, multiplier)).toBe(holding.quantity === 0 ? 0 : undefined);
    }),
  );
}, 300_000);

test('the average of an order’s fills does not depend on their order', async () => {
  await holds(
    'average of fills',
    fc.property(fills, (all) => {
      const average = averagePrice(all) ?? 0;
      expect(averagePrice(all.toReversed())).toBe(average);
      expect(average).toBeGreaterThanOrEqual(Math.min(...all.map((fill) => fill.price)));
      expect(average).toBeLessThanOrEqual(Math.max(...all.map((fill) => fill.price)));
    }),
  );
  expect(averagePrice([])).toBeUndefined();
}, 300_000);
