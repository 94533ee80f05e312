import { expect, test } from 'vitest';
import { pnlAgreement } from '#core/portfolio/pnl-agreement';
import type { Account } from '#domain/account';
import type { AccountId } from '#domain/ids';
import { amountOf } from '#domain/money';

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
