import { expect, test } from 'vitest';
import { AccountBoard } from '#core/portfolio/account-board';
import type { AccountId } from '#domain/ids';
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
