import type { RiskLimits, RiskRules } from '#core/risk/risk-context';
import { Random } from '#simulator/model/random';
import { rulesOf } from '../support/core/fixtures.ts';

/** Shares of one contract that all orders together may lead to. */
const POSITION_LIMIT = 400;

const WIDE = {
  maxPositionShares: POSITION_LIMIT,
  maxWorkingPerSide: 8,
  firingsPerTenMinutes: 1_000,
  ordersPerSecondPerSymbol: 10,
  duplicateWindowSeconds: 1,
} as const;

/** The limits that a desk runs under as long as nobody changes them. */
export const RULES: RiskRules = rulesOf(WIDE);

/** Limits that the orders of a storm meet: about as large as what its operator wishes. */
const TIGHT: readonly Partial<RiskLimits>[] = [
  { maxOrderShares: 90 },
  { maxOrderNotional: 18_000 },
  { collarTicks: 6 },
  { collarPercent: 0.035 },
  { ordersPerSecondPerSymbol: 1 },
  { ordersPerSecond: 1 },
  { firingsPerTenMinutes: 2 },
  { duplicateWindowSeconds: 10 },
  { maxWorkingPerSide: 3 },
  { maxWorkingTotal: 7 },
  { maxPositionShares: 120 },
];

/** A limit that nothing ever meets is not seen to hold: in two storms of five some are tight. Chance of its own. */
export function rulesOfStorm(seed: number): RiskRules {
  const random = new Random(seed + 0x71c7);
  if (!random.chance(0.4)) return RULES;
  const tight = TIGHT.filter(() => random.chance(0.3));
  return rulesOf(Object.assign({}, WIDE, ...tight) as Partial<RiskLimits>);
}
