import { expect, test } from 'vitest';
import { pnlAgreement, type PositionFigures } from '#core/portfolio/pnl-agreement';
import type { Account } from '#domain/account';
import type { AccountId } from '#domain/ids';
import { amountOf } from '#domain/money';
import type { Position } from '#domain/position';
import { units } from '#domain/quantity';
import { IBM, px } from '../../support/core/trigger-fixtures.ts';

const ACCOUNT: Account = {
  id: 'DU1' as AccountId,
  paper: true,
  currency: 'USD',
  realizedPnl: amountOf(20),
  unrealizedPnl: amountOf(0),
  dailyPnl: amountOf(20),
  updatedAt: 0,
};

const figures = (earlierFills: number): ReadonlyMap<string, { readonly unexplained: unknown; readonly missing: readonly string[] }> =>
  new Map(pnlAgreement(ACCOUNT, [], undefined, earlierFills).map((check) => [check.figure, check]));

test('a difference that nothing explains is named by its amount', () => {
  expect(figures(0).get('realized')).toMatchObject({ unexplained: amountOf(20), missing: [] });
});

test('after midnight the broker’s day begins anew, and a sum with the fills of the day before is not compared with it', () => {
  const after = figures(2);
  for (const figure of ['realized', 'day']) {
    expect(after.get(figure)).toMatchObject({ missing: ['2 fills of an earlier day'] });
    expect(after.get(figure)?.unexplained).toBeUndefined();
  }
  expect(after.get('unrealized')).toMatchObject({ unexplained: amountOf(0), missing: [] });
});

const CONTRACT = { ...IBM, multiplier: 100 };

/** Two contracts bought at 10.00, IB's mark and ours at 11.00: 200.00 of open profit for both, nothing else. */
function open(more: Partial<PositionFigures> = {}, held: Partial<Position> = {}): PositionFigures {
  return {
    position: {
      account: ACCOUNT.id,
      contract: CONTRACT,
      quantity: units(2),
      averagePrice: px(10),
      realized: amountOf(0),
      commission: amountOf(0),
      updatedAt: 0,
      ...held,
    },
    mark: px(11),
    broker: { unrealized: amountOf(200), value: amountOf(2_200), daily: amountOf(200), realized: amountOf(0), at: 0 },
    reported: { realized: amountOf(0), commission: amountOf(2), unreported: 0, otherCurrency: 0 },
    ...more,
  };
}

function unrealizedOf(positions: readonly PositionFigures[], unrealizedPnl = amountOf(200)) {
  return pnlAgreement({ ...ACCOUNT, unrealizedPnl }, positions, undefined, 0).find(({ figure }) => figure === 'unrealized');
}

test('the open profit of a contract is that of its multiplier, and agrees with IB’s', () => {
  expect(unrealizedOf([open()])).toMatchObject({ here: amountOf(200), parts: [], unexplained: amountOf(0), missing: [] });
});

test('what stands in another currency is named and not added, and what another account holds is not looked at', () => {
  const yen = open({}, { contract: { ...CONTRACT, currency: 'JPY' } });
  expect(unrealizedOf([open(), yen])).toMatchObject({
    here: amountOf(200),
    unexplained: undefined,
    missing: ['1 position in another currency'],
  });
  const theirs = open({}, { account: 'DU2' as AccountId });
  expect(unrealizedOf([open(), theirs])).toMatchObject({ here: amountOf(200), unexplained: amountOf(0), missing: [] });
});

test('a cost that is higher by what was paid in commissions is explained, any other is not', () => {
  const theirs = (unrealized: number) => ({ ...open().broker!, unrealized: amountOf(unrealized) });
  const paid = unrealizedOf([open({ broker: theirs(198) })], amountOf(198));
  expect(paid).toMatchObject({ parts: [{ text: 'commissions of what is open', amount: amountOf(-2) }], unexplained: amountOf(0) });
  for (const wrong of [150, 230]) {
    const found = unrealizedOf([open({ broker: theirs(wrong) })], amountOf(wrong));
    expect([wrong, found?.parts, found?.unexplained]).toEqual([wrong, [], amountOf(wrong - 200)]);
  }
});

test('IB’s own mark explains what it moves, and an unknown mark of ours leaves the sum open', () => {
  const higher = { unrealized: amountOf(210), value: amountOf(2_210), at: 0 };
  expect(unrealizedOf([open({ broker: higher })], amountOf(210))).toMatchObject({
    parts: [{ text: "at IB's own marks", amount: amountOf(10) }],
    unexplained: amountOf(0),
  });
  expect(unrealizedOf([open({ mark: undefined })])).toMatchObject({ unexplained: undefined, missing: ['a mark of IBM'] });
  expect(unrealizedOf([open({ broker: undefined })])).toMatchObject({ unexplained: undefined, missing: ["IB's own figures of IBM"] });
});
