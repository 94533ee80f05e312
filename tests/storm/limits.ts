import type { RiskRules } from '#core/risk/risk-context';
import { rulesOf } from '../support/core/fixtures.ts';

/** Shares of one contract that all orders together may lead to. */
export const POSITION_LIMIT = 400;

/** The limits that every desk of a storm runs under. */
export const RULES: RiskRules = rulesOf({
  maxPositionShares: POSITION_LIMIT,
  maxWorkingPerSide: 8,
  firingsPerTenMinutes: 1_000,
  ordersPerSecondPerSymbol: 10,
  duplicateWindowSeconds: 1,
});
