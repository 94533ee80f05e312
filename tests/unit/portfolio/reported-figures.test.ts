import { expect, test } from 'vitest';
import { reportedFigures } from '#core/portfolio/reported-figures';
import type { Fill } from '#domain/execution';
import type { AccountId, ConId } from '#domain/ids';
import { amountOf } from '#domain/money';

const OF = { account: 'DU1' as AccountId, contract: { conId: 1 as ConId, currency: 'USD' } };

function fill(report: Partial<Pick<Fill, 'commission' | 'commissionCurrency' | 'realizedPnl' | 'account' | 'conId'>>): Fill {
  return { account: OF.account, conId: OF.contract.conId, ...report } as Fill;
}

const opened = fill({ commission: amountOf(1), commissionCurrency: 'USD' });
const closed = fill({ commission: amountOf(1.5), commissionCurrency: 'USD', realizedPnl: amountOf(20) });
const silent = fill({});

test('unknown is not zero: without a report there is no sum, and a sum says what it is without', () => {
  expect(reportedFigures([silent], OF)).toEqual({ unreported: 1, otherCurrency: 0 });
  expect(reportedFigures([opened, closed, silent, silent], OF)).toEqual({
    realized: amountOf(20),
    commission: amountOf(2.5),
    unreported: 2,
    otherCurrency: 0,
  });
  expect(reportedFigures([], OF)).toEqual({ realized: 0, commission: 0, unreported: 0, otherCurrency: 0 });
});

test('a report in another currency, another account or another contract is never added', () => {
  const euro = fill({ commission: amountOf(3), commissionCurrency: 'EUR', realizedPnl: amountOf(7) });
  const others = [fill({ ...closed, account: 'DU2' as AccountId }), fill({ ...closed, conId: 2 as ConId })];
  expect(reportedFigures([euro, ...others], OF)).toEqual({ unreported: 0, otherCurrency: 1 });
  expect(reportedFigures([euro, closed, ...others], OF)).toMatchObject({
    realized: amountOf(20),
    commission: amountOf(1.5),
    otherCurrency: 1,
  });
});
