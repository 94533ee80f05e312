import { expect, test } from 'vitest';
import { averageAfter, differenceOf, explainedBy } from '#core/portfolio/external-difference';
import { ZERO_AMOUNT } from '#domain/money';
import type { Side } from '#domain/order';
import type { Position } from '#domain/position';
import { units } from '#domain/quantity';
import { DU } from '../../support/core/fixtures.ts';
import { NOW, working } from '../../support/core/risk.ts';
import { IBM, px } from '../../support/core/trigger-fixtures.ts';

/** IB said this much more than the fills make, at NOW; it was taken over. */
function taken(quantity: number): Position {
  return {
    account: DU,
    contract: IBM,
    quantity: units(100 + quantity),
    averagePrice: px(180),
    realized: ZERO_AMOUNT,
    commission: ZERO_AMOUNT,
    external: { quantity: units(quantity), since: NOW },
    updatedAt: NOW,
  };
}

/** What of the difference nothing explains any more after this execution; `new` when it is booked as a fill of its own. */
function left(
  external: number,
  side: Side,
  quantity: number,
  told: { live?: boolean; after?: number; sentAt?: number } = {},
): number | 'new' {
  const order = told.sentAt === undefined ? undefined : working({ sentAt: told.sentAt });
  const after = explainedBy(
    taken(external),
    { side, quantity: units(quantity) },
    { live: told.live ?? true, order, at: NOW + (told.after ?? 0) },
  );
  return after === undefined ? 'new' : (after.external?.quantity ?? 0) / 10_000;
}

test('an execution explains a difference of its own side, as far as it goes and no further', () => {
  expect([40, 100, 101].map((n) => left(100, 'BUY', n))).toEqual([60, 0, 'new']);
  expect([40, 100, 101].map((n) => left(-100, 'SELL', n))).toEqual([-60, 0, 'new']);
  expect([left(100, 'SELL', 40), left(-100, 'BUY', 40)]).toEqual(['new', 'new']);
});

test('a live one explains it within half a minute; one that was asked for whenever it comes', () => {
  expect([0, 30_000, 30_001].map((after) => left(100, 'BUY', 40, { after }))).toEqual([60, 60, 'new']);
  expect(left(100, 'BUY', 40, { live: false, after: 3_600_000 })).toBe(60);
});

test('an order that this desk sent after the figure was taken over cannot have moved it', () => {
  expect([NOW - 1, NOW, NOW + 1].map((sentAt) => left(100, 'BUY', 40, { after: 10, sentAt }))).toEqual([60, 'new', 'new']);
});

test('what explains it moves neither quantity nor average: both are the broker’s already', () => {
  const after = explainedBy(taken(100), { side: 'BUY', quantity: units(40) }, { live: true, order: undefined, at: NOW });
  expect(after).toMatchObject({ quantity: units(200), averagePrice: px(180) });
  const { external: _none, ...sound } = taken(100);
  expect(explainedBy(sound, { side: 'BUY', quantity: units(40) }, { live: true, order: undefined, at: NOW })).toBeUndefined();
});

test('the difference is signed as the broker’s figure lies from ours, and a flat position has no average', () => {
  const position = taken(0);
  expect(differenceOf(position)).toBe(0);
  expect([150, 50, -100].map((n) => differenceOf({ ...position, brokerQuantity: units(n) }))).toEqual([50, -50, -200].map((n) => units(n)));
  expect(averageAfter({ ...position, brokerQuantity: units(0), brokerAverageCost: px(99) })).toBe(0);
  expect(averageAfter({ ...position, brokerQuantity: units(5), brokerAverageCost: px(99) })).toBe(px(99));
  expect(averageAfter({ ...position, brokerQuantity: units(5) })).toBe(px(180));
});
