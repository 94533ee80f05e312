import type { Mutant } from './mutant.ts';

const TYPES = ['tests/property/price-of-type.test.ts'];

/** What a type allows is asked in one place; a room that does not ask there has another opinion than the rest. */
export const MUTANTS: readonly Mutant[] = [
  {
    id: 'survivors/type-options-on-futures-below-zero',
    file: 'src-shared/domain/contract.ts',
    old: "return secType === 'FUT' || secType === 'BAG';",
    new: "return secType === 'FUT' || secType === 'BAG' || secType === 'FOP';",
    does: 'A price below zero of an option on a future, which is a fault of the data, fires triggers and passes risk.',
    tests: TYPES,
  },
  {
    id: 'survivors/type-spreads-never-below-zero',
    file: 'src-shared/domain/contract.ts',
    old: "return secType === 'FUT' || secType === 'BAG';",
    new: "return secType === 'FUT';",
    does: 'A spread that trades below zero has no quote: its position cannot be closed by a limit and no trigger of it fires.',
    tests: TYPES,
  },
  {
    id: 'survivors/type-book-asks-for-futures-only',
    file: 'src-main/core/market/quote-book.ts',
    old: 'this.mayBeNegative = mayTradeBelowZero(contract);',
    new: "this.mayBeNegative = contract.secType === 'FUT';",
    does: 'The book drops what risk would let trade.',
    tests: TYPES,
  },
  {
    id: 'survivors/type-risk-takes-all-derivatives',
    file: 'src-main/core/risk/controls.ts',
    old: 'const mayBeNegative = mayTradeBelowZero(intent.contract);',
    new: 'const mayBeNegative = isDerivative(intent.contract);',
    does: 'C-04 lets an option be bid for below zero.',
    tests: TYPES,
  },
  {
    id: 'survivors/type-ticket-refuses-zero',
    file: 'src-shared/domain/trigger-terms.ts',
    old: 'if (price > 0 || mayTradeBelowZero(contract)) return undefined;',
    new: 'if (price > 0 || (price < 0 && mayTradeBelowZero(contract))) return undefined;',
    does: 'A spread at zero cannot be watched or ordered although it trades there.',
    tests: TYPES,
  },
  {
    id: 'survivors/type-tick-zero-is-no-data',
    file: 'src-main/tws/market/tick-translation.ts',
    old: '  if (mayBeZero) return priceFromNumber',
    new: '  if (mayBeZero && value !== 0 && value !== -1) return priceFromNumber',
    does: 'A spread that trades at 0 or −1 has no quote just then: a trigger through zero does not fire.',
    tests: TYPES,
  },
  {
    id: 'survivors/type-tick-no-data-is-a-price',
    file: 'src-main/tws/market/tick-translation.ts',
    old: 'mayTradeBelowZero(contract) && size !== undefined && size > 0',
    new: 'mayTradeBelowZero(contract) && size !== undefined',
    does: 'IB’s −1 for "no bid" with a size of 0 becomes a price of a spread and fires.',
    tests: TYPES,
  },
  {
    id: 'survivors/type-book-zero-with-size-is-no-data',
    file: 'src-main/core/market/quote-book.ts',
    old: 'return maybeNoData && !(size !== undefined && size > 0) ? 0 : 1;',
    new: 'return maybeNoData ? 0 : 1;',
    does: 'A spread that trades at 0 or −1 has no quote just then.',
    tests: TYPES,
  },
  {
    id: 'survivors/type-exchange-refuses-below-zero',
    file: 'src-main/simulator/engine/order-check.ts',
    old: 'price.value <= 0 && !mayTradeBelowZero(contract)',
    new: 'price.value <= 0',
    does: 'The simulated exchange refuses what IB takes: a desk that is tried there is not the desk that trades.',
    tests: TYPES,
  },
];
