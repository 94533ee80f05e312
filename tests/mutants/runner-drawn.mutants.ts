import type { Mutant } from './mutant.ts';

/** Found among the drawn ones as survivors. */
export const MUTANTS: readonly Mutant[] = [
  {
    id: 'risk/forgotten-send-leaves-its-terms',
    file: 'src-main/core/risk/recent-sends.ts',
    old: 'this.#sends.splice(at, 1);',
    new: 'this.#sends.splice(at, 0);',
    does: 'Once an old send is forgotten, the later ones are compared by terms of others, and a double click sends two.',
    tests: ['tests/unit/risk/sends.test.ts'],
  },
  {
    id: 'market/open-left-out',
    file: 'src-main/core/market/quote-book.ts',
    old: '...(this.open === undefined ? {} : { open: this.open }),',
    new: '...(this.open !== undefined ? {} : { open: this.open }),',
    does: 'The opening price of the day is unknown on the screen although IB told it.',
    tests: ['tests/unit/market/quote-board.test.ts'],
  },
  {
    id: 'execution/foreign-order-changed',
    file: 'src-main/core/execution/modify.ts',
    old: "if (order.origin === 'foreign') return 'Another program placed this order; change it there or in TWS.';",
    new: '',
    does: 'A change of another program’s order leaves under a number that may be one of ours.',
    tests: ['tests/unit/execution/modify.test.ts'],
  },
];
