import { expect, test } from 'vitest';
import { AccountBoard } from '#core/portfolio/account-board';
import { type AccountId, conIdOf } from '#domain/ids';
import { amountFromNumber, amountOf, trustedAmount } from '#domain/money';

const DU = 'DU1234567' as AccountId;
const UNSET = 1.797_693_134_862_315_7e308;

function board(): AccountBoard {
  const made = new AccountBoard();
  made.offered([DU]);
  return made;
}

test('each stream of figures has an age of its own: a P&L every second does not make an old net liquidation look fresh', () => {
  const accounts = board();
  accounts.value(DU, 'NetLiquidation', '1000000', 'USD', 1_000);
  accounts.value(DU, 'BuyingPower', '4000000', 'USD', 2_000);
  accounts.pnl(DU, amountOf(5), undefined, undefined, 9_000);
  expect(accounts.current()).toMatchObject({ netLiquidationAt: 1_000, pnlAt: 9_000, updatedAt: 9_000 });
  accounts.forgetPnl();
  expect(accounts.current()).not.toHaveProperty('pnlAt');
  expect(accounts.current()).toMatchObject({ netLiquidationAt: 1_000 });
});

test.each(['', ' ', 'NaN', 'Infinity', String(UNSET), '-1.7976931348623157E308', 'n/a'])(
  'the account value "%s" is no figure: what was known stays, with its age',
  (text) => {
    const accounts = board();
    accounts.value(DU, 'NetLiquidation', '1000000', 'USD', 1_000);
    accounts.value(DU, 'NetLiquidation', text, 'USD', 2_000);
    expect(accounts.current()).toMatchObject({ netLiquidation: 1_000_000_000_000, netLiquidationAt: 1_000 });
  },
);

test('a P&L that is unset becomes unknown, not a number and not zero', () => {
  const accounts = board();
  accounts.pnl(DU, amountOf(5), trustedAmount(1), trustedAmount(1), 1_000);
  accounts.pnl(DU, amountFromNumber(UNSET), amountFromNumber(Number.NaN), amountFromNumber(Number.NEGATIVE_INFINITY), 2_000);
  const { dailyPnl, unrealizedPnl, realizedPnl, pnlAt } = accounts.current() ?? {};
  expect([dailyPnl, unrealizedPnl, realizedPnl, pnlAt]).toEqual([undefined, undefined, undefined, undefined]);
});

test('a lost link makes the loss of the day and IB’s figures of positions unknown, in every account', () => {
  const accounts = board();
  const other = 'DU7654321' as AccountId;
  accounts.offered([DU, other]);
  for (const id of [DU, other]) {
    accounts.pnl(id, amountOf(-5), amountOf(1), amountOf(2), 1_000);
    accounts.positionPnl(id, conIdOf(8314), { unrealized: amountOf(3), at: 1_000 });
  }
  accounts.forgetPnl();
  for (const id of [DU, other]) {
    const { dailyPnl, unrealizedPnl, realizedPnl, pnlAt } = accounts.get(id) ?? {};
    expect([dailyPnl, unrealizedPnl, realizedPnl, pnlAt]).toEqual([undefined, undefined, undefined, undefined]);
    expect(accounts.ofPosition(id, conIdOf(8314))).toBeUndefined();
  }
});

test('a P&L without the figure of the day takes the old one away and gives no age', () => {
  const accounts = board();
  accounts.pnl(DU, amountOf(-5), undefined, undefined, 1_000);
  accounts.pnl(DU, undefined, amountOf(1), undefined, 2_000);
  const { dailyPnl, unrealizedPnl, pnlAt } = accounts.current() ?? {};
  expect([dailyPnl, unrealizedPnl, pnlAt]).toEqual([undefined, amountOf(1), undefined]);
});

test('the desk trades the first account that TWS offered, whatever it offers later, and sums of all currencies are not its own', () => {
  const accounts = new AccountBoard();
  accounts.offered([DU, 'DU7654321' as AccountId]);
  expect(accounts.current()?.id).toBe(DU);
  accounts.offered([DU, 'DU7654321' as AccountId]);
  accounts.offered(['DU7654321' as AccountId, DU, 'DU1111111' as AccountId]);
  accounts.value(DU, 'NetLiquidation', '1000', 'EUR', 1_000);
  accounts.value(DU, 'NetLiquidation', '2000', 'BASE', 2_000);
  expect(accounts.current()).toMatchObject({ id: DU, currency: 'EUR', netLiquidation: amountOf(1_000), netLiquidationAt: 1_000 });
  accounts.value(DU, 'Leverage-S', '7', 'EUR', 3_000);
  expect(accounts.current()?.updatedAt).toBe(1_000);
});

test('the change of net liquidation is that between two moments at which the day was known', () => {
  const accounts = board();
  accounts.value(DU, 'NetLiquidation', '1000', 'USD', 1_000);
  expect(accounts.change(DU)).toBeUndefined();
  accounts.pnl(DU, amountOf(10), undefined, undefined, 2_000);
  expect(accounts.change(DU)).toBeUndefined();
  accounts.pnl(DU, amountOf(4), undefined, undefined, 3_000);
  accounts.value(DU, 'NetLiquidation', '993', 'USD', 4_000);
  expect(accounts.change(DU)).toEqual({ netLiquidation: amountOf(-7), dailyPnl: amountOf(-6), since: 2_000, until: 4_000 });
});
