import { describe, expect, test } from 'vitest';
import { units } from '#domain/quantity';
import type { FillRow } from '#protocol/topics';
import { reportTitle, slippageTitle } from '../../src-renderer/panels/fills/fills.tsx';
import {
  averageSource,
  commissionSource,
  markSource,
  quantitySource,
  realizedSource,
  unrealizedSource,
} from '../../src-renderer/panels/positions/sources.ts';
import { whyText } from '../../src-renderer/panels/pnl/agreement.tsx';
import { AIG, amount, positionRow, price } from './harness/fake-rows.ts';

/** Every figure says who made it, and when: the broker, or this program and from what. */

const NOON = Date.UTC(2013, 9, 8, 16, 0);
const row = positionRow(AIG, { count: 120, average: 48.4, mark: 48.41 }, NOON, { brokerAverage: price(48.4103) });

describe('a position', () => {
  test('says for each figure whether it is computed or reported, and how old it is', () => {
    expect(
      [quantitySource, averageSource, markSource, unrealizedSource, realizedSource, commissionSource].map((source) => source(row)),
    ).toEqual([
      'Computed here from fills; the broker said 120 at 12:00:00.',
      'Computed here from fills, without commissions; the broker said 48.4103, commissions included, at 12:00:00.',
      'What closing would meet: the bid of 12:00:00, or the last trade where there is none.',
      'Computed here in USD: (mark 48.41 − average) × quantity, as old as the mark; without commissions.',
      'Reported by the broker in USD, commissions included: the sum of its rows in Fills.',
      'Reported by the broker in USD: the sum of its rows in Fills.',
    ]);
  });

  test('says what is not known, and a difference from the broker in capitals', () => {
    const silent = { ...row, brokerAt: null, brokerQuantity: null, brokerAverage: null, mark: null, markAt: null, unrealized: null };
    expect([quantitySource, averageSource, markSource, unrealizedSource].map((source) => source(silent))).toEqual([
      'Computed here from fills; the broker has not said it yet.',
      'Computed here from fills, without commissions; the broker has not said it yet.',
      'No quote tells what it would fetch now.',
      'Not known: there is no mark.',
    ]);
    expect([quantitySource({ ...row, brokerQuantity: units(100) }), markSource({ ...row, quantity: units(-5) })]).toEqual([
      'Computed here from fills; the broker said 100 at 12:00:00: THEY DIFFER.',
      'What closing would meet: the ask of 12:00:00, or the last trade where there is none.',
    ]);
    expect([realizedSource({ ...row, unreported: 1 }), commissionSource({ ...row, unreported: 2, otherCurrency: 1 })]).toEqual([
      "Reported by the broker in USD, commissions included: the sum of its rows in Fills. 1 unknown: the broker's report of 1 fill has not come.",
      "Reported by the broker in USD: the sum of its rows in Fills. 2 unknown: the broker's report of 2 fills has not come. Without 1 fill reported in another currency than USD.",
    ]);
    expect([averageSource({ ...row, quantity: units(0) }), unrealizedSource({ ...row, quantity: units(0) })]).toEqual([
      'Nothing is held.',
      'Nothing is held.',
    ]);
  });
});

test("a fill names the broker for commission and realised P&L, and this program for the slippage against the trigger's tick", () => {
  const fill = { decimals: 2, slippage: price(0.02), commission: 1_000_000, realized: 5_000_000, currency: 'USD' } as unknown as FillRow;
  expect([
    slippageTitle(fill),
    slippageTitle({ ...fill, slippage: price(-0.01) }),
    slippageTitle({ ...fill, slippage: null }),
    reportTitle(fill),
    reportTitle({ ...fill, realized: null }),
    reportTitle({ ...fill, commission: null }),
  ]).toEqual([
    'Computed here: 0.02 worse than the tick that fired.',
    'Computed here: 0.01 better than the tick that fired.',
    'No tick led to this fill, so there is nothing to compare it with.',
    'Reported by the broker in USD, commission included.',
    'Reported by the broker in USD; it names no realised P&L for this fill.',
    'The commission report of the broker has not come yet.',
  ]);
});

test('a difference between the broker and this desk has its name, and only one that lasts asks the operator to look', () => {
  const check = {
    figure: 'day',
    broker: amount(312.4),
    here: amount(310),
    parts: [],
    unexplained: amount(2.4),
    lasting: false,
    missing: [],
  } as const;
  expect([
    whyText(check),
    whyText({ ...check, lasting: true }),
    whyText({ ...check, unexplained: amount(0), parts: [{ text: 'marks', amount: amount(2.4) }] }),
    whyText({ ...check, unexplained: null, missing: ['a mark of AIG'] }),
    whyText({ ...check, unexplained: amount(0) }),
  ]).toEqual(['+2.40 told at different moments', '+2.40 NOT EXPLAINED: compare with TWS', '+2.40 marks', 'not known: a mark of AIG', '']);
});
