import type { Mutant } from './mutant.ts';

const BOARD = 'src-main/core/portfolio/account-board.ts';
const EXTERNAL = 'src-main/core/portfolio/external-difference.ts';
const FILLS = 'src-main/core/portfolio/fill-arithmetic.ts';
const AGREEMENT = 'src-main/core/portfolio/pnl-agreement.ts';
const REPORTED = 'src-main/core/portfolio/reported-figures.ts';
const ACCOUNTS = ['tests/unit/portfolio/account-board.test.ts', 'tests/faults/loss.test.ts'];
const POSITIONS = [
  'tests/unit/portfolio/external-difference.test.ts',
  'tests/unit/reconciliation/position-check.test.ts',
  'tests/faults/reconciliation.test.ts',
];
const ARITHMETIC = ['tests/property/core-portfolio.test.ts'];
const AGREES = ['tests/unit/portfolio/pnl-agreement.test.ts'];

export const MUTANTS: readonly Mutant[] = [
  {
    id: 'portfolio/loss-survives-the-link',
    file: BOARD,
    old: 'for (const [id, account] of this.#accounts) this.#accounts.set(id, withoutPnl(account));\n',
    new: '',
    does: 'The loss of before an outage passes the loss limit of after it.',
    tests: ACCOUNTS,
  },
  {
    id: 'portfolio/base-currency-taken-for-the-account',
    file: BOARD,
    old: " || currency === 'BASE') return;",
    new: ') return;',
    does: 'The account’s currency becomes BASE, and every order is refused for want of a rate; or a sum of currencies stands as one.',
    tests: ACCOUNTS,
  },
  {
    id: 'portfolio/unset-day-leaves-the-old-one',
    file: BOARD,
    old: '...withoutPnl(account),\n      ...(daily',
    new: '...account,\n      ...(daily',
    does: 'A day P&L that IB unsets keeps its old figure, and the loss limit is measured with it.',
    tests: ACCOUNTS,
  },
  {
    id: 'portfolio/any-news-makes-the-day-fresh',
    file: BOARD,
    old: '...(daily === undefined ? {} : { pnlAt: at }),',
    new: 'pnlAt: at,',
    does: 'A P&L without a day figure looks like a fresh one.',
    tests: ACCOUNTS,
  },
  {
    id: 'portfolio/last-account-is-traded',
    file: BOARD,
    old: 'this.#current ??= ids[0];',
    new: 'this.#current = ids.at(-1);',
    does: 'The desk trades another account than the first that TWS offered, and changes it with a list.',
    tests: [...ACCOUNTS, 'tests/faults/account-port.test.ts'],
  },
  {
    id: 'portfolio/position-figures-survive-the-link',
    file: BOARD,
    old: 'this.#positions.clear();\n',
    new: '',
    does: 'IB’s figures of before an outage stand beside positions of after it as if they were of now.',
    tests: ACCOUNTS,
  },
  {
    id: 'portfolio/larger-fill-explains-the-difference',
    file: EXTERNAL,
    old: '|| Math.abs(signed) > Math.abs(external.quantity)) return undefined;',
    new: ') return undefined;',
    does: 'A fill of 500 is swallowed by a difference of 100, and the book misses 400.',
    tests: POSITIONS,
  },
  {
    id: 'portfolio/own-new-order-explains-the-difference',
    file: EXTERNAL,
    old: 'if (told.order?.sentAt !== undefined && told.order.sentAt >= external.since) return undefined;\n',
    new: '',
    does: 'The fill of an order that was sent after the difference is not booked.',
    tests: POSITIONS,
  },
  {
    id: 'portfolio/any-later-fill-explains-the-difference',
    file: EXTERNAL,
    old: 'if (told.live && told.at - external.since > EXPLAINS_MS) return undefined;\n',
    new: '',
    does: 'A trade an hour after a difference was taken over is taken for its cause and not booked.',
    tests: POSITIONS,
  },
  {
    id: 'portfolio/sold-explains-bought',
    file: EXTERNAL,
    old: 'if (Math.sign(signed) !== Math.sign(external.quantity) || ',
    new: 'if (',
    does: 'A sale is swallowed by a difference to the long side, and the difference grows.',
    tests: POSITIONS,
  },
  {
    id: 'portfolio/flip-keeps-the-old-average',
    file: FILLS,
    old: 'Math.sign(after) === Math.sign(before) ? holding.averagePrice : execution.price',
    new: 'Math.sign(after) === Math.sign(before) ? execution.price : holding.averagePrice',
    does: 'A position that turns short shows the average of the long one.',
    tests: ARITHMETIC,
  },
  {
    id: 'portfolio/short-gains-are-losses',
    file: FILLS,
    old: 'scale(minus(execution.price, holding.averagePrice), Math.sign(before))',
    new: 'scale(minus(execution.price, holding.averagePrice), 1)',
    does: 'Closing a short position books a loss for a gain.',
    tests: ARITHMETIC,
  },
  {
    id: 'portfolio/unknown-mark-is-no-profit',
    file: FILLS,
    old: 'if (mark === undefined) return undefined;',
    new: 'if (mark === undefined) return ZERO_AMOUNT;',
    does: 'A position without a price shows an open profit of 0.00.',
    tests: ARITHMETIC,
  },
  {
    id: 'portfolio/open-profit-without-multiplier',
    file: FILLS,
    old: 'holding.quantity, multiplier);',
    new: 'holding.quantity, 1);',
    does: 'The open loss of an option is a hundredth of what it is.',
    tests: ARITHMETIC,
  },
  {
    id: 'portfolio/foreign-currency-added',
    file: AGREEMENT,
    old: 'own.filter(({ position }) => position.contract.currency === account.currency)',
    new: 'own.filter(({ position }) => position.contract.currency !== "")',
    does: 'Yen and dollars are added, and the difference to IB is explained away.',
    tests: AGREES,
  },
  {
    id: 'portfolio/any-cost-is-a-commission',
    file: AGREEMENT,
    old: 'costs: isCommission ? plus(sums.costs, cost) : sums.costs,',
    new: 'costs: plus(sums.costs, cost),',
    does: 'A wrong average cost is called commissions, and nothing is unexplained.',
    tests: AGREES,
  },
  {
    id: 'portfolio/other-account-explains',
    file: AGREEMENT,
    old: 'positions.filter(({ position }) => position.account === account.id)',
    new: 'positions.filter(({ position }) => position.quantity !== 0 || position.account === account.id)',
    does: 'Positions of another account are summed against this account’s figures.',
    tests: AGREES,
  },
  {
    id: 'portfolio/unreported-fill-cost-nothing',
    file: REPORTED,
    old: 'const unknown = reported === 0 && unreported + otherCurrency > 0;',
    new: 'const unknown = false;',
    does: 'Fills without a commission report show 0.00 for what they cost.',
    tests: ['tests/unit/portfolio/reported-figures.test.ts'],
  },
];
