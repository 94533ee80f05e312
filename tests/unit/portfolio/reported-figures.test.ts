import { expect, test } from 'vitest';
import { reportedFigures } from '#core/portfolio/reported-figures';
import type { Fill } from '#domain/execution';
import type { AccountId, ConId, ExecId } from '#domain/ids';
import { amountOf } from '#domain/money';
import { CoreDesk } from '../../support/core/desk.ts';
import { DU } from '../../support/core/fixtures.ts';
import { IBM } from '../../support/core/trigger-fixtures.ts';

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

test('a fill that IB corrected loses its old report: nothing is known of the new one until IB tells it', () => {
  const desk = new CoreDesk();
  const { entry } = desk.fired();
  const reported = (execId: string, commission: number, realized: number): void =>
    desk.news({
      kind: 'commission',
      execId: execId as ExecId,
      commission: amountOf(commission),
      currency: 'USD',
      realizedPnl: amountOf(realized),
    });
  const figures = () => reportedFigures(desk.fillsBooked(), { account: DU, contract: IBM });
  desk.fill(entry, 100, 180.03, { execId: '00a.7.01' as ExecId });
  reported('00a.7.01', 1, 7);
  expect([figures(), desk.held()?.commission]).toEqual([
    { realized: amountOf(7), commission: amountOf(1), unreported: 0, otherCurrency: 0 },
    amountOf(1),
  ]);
  desk.fill(entry, 90, 180.01, { execId: '00a.7.02' as ExecId });
  expect([figures(), desk.held()?.commission]).toEqual([{ unreported: 1, otherCurrency: 0 }, amountOf(0)]);
  reported('00a.7.02', 0.9, 6);
  expect([figures(), desk.held()?.commission]).toEqual([
    { realized: amountOf(6), commission: amountOf(0.9), unreported: 0, otherCurrency: 0 },
    amountOf(0.9),
  ]);
});
