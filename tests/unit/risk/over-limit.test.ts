import { expect, test } from 'vitest';
import { restOf } from '#core/order/oca-group';
import { overLimit } from '#core/risk/exposure';
import { ZERO_AMOUNT } from '#domain/money';
import type { Order } from '#domain/order';
import type { Position } from '#domain/position';
import { units } from '#domain/quantity';
import { DU, LIMITS } from '../../support/core/fixtures.ts';
import { NOW, working } from '../../support/core/risk.ts';
import { IBM, px } from '../../support/core/trigger-fixtures.ts';

const HUNDRED = { ...LIMITS, maxPositionShares: 100 };

function held(shares: number): Position {
  return {
    account: DU,
    contract: IBM,
    quantity: units(shares),
    averagePrice: px(180),
    realized: ZERO_AMOUNT,
    commission: ZERO_AMOUNT,
    updatedAt: NOW,
  };
}

function over(shares: number, ...orders: readonly Order[]): string | undefined {
  return overLimit(HUNDRED, [held(shares)], orders, restOf)?.split(' ')[0];
}

const buying = (shares: number): Order => working({ side: 'BUY', quantity: units(shares) });
const selling = (shares: number): Order => working({ side: 'SELL', quantity: units(shares) });

test('C-27: a position counts with what works to enlarge it, never with what works to close it', () => {
  expect([over(100), over(60, buying(40)), over(100, selling(100))]).toEqual([undefined, undefined, undefined]);
  expect([over(101), over(60, buying(41)), over(60, buying(41), selling(60))]).toEqual(['101', '101', '101']);
});

test('C-27: of a short position what sells enlarges it, and buying closes it', () => {
  expect([over(-100), over(-60, selling(40)), over(-100, buying(100))]).toEqual([undefined, undefined, undefined]);
  expect([over(-101), over(-60, selling(41)), over(-60, selling(41), buying(60))]).toEqual(['101', '101', '101']);
});
