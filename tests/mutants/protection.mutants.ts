import type { Mutant } from './mutant.ts';

export const MUTANTS: readonly Mutant[] = [
  {
    id: 'protection/lost-stop-not-put-back',
    file: 'src-main/core/protection/lost-stops.ts',
    old: 'if (position === undefined || bare <= 0) {',
    new: 'if (position !== undefined || bare <= 0) {',
    does: 'A stop that IB cancels with its entry is not put back, and up to a hundred shares stay without a stop.',
    tests: ['tests/unit/safety/keep-protection.test.ts'],
  },
];
