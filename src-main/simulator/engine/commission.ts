import { mulDiv } from '#domain/decimal';

/**
 * IB's fixed schedule for the United States, for the whole order so far: stocks 0.005 a share, at least 1.00, at most one
 * per cent of the value (which overrides the minimum); options 0.65 a contract, at least 1.00. `quantity` in 1e-4, `notional`
 * and the result in 1e-6 of a dollar. A fill is charged the difference to what its order was charged before.
 */
export function commissionSoFar(secType: string, quantity: number, notional: number): number {
  if (quantity === 0) return 0;
  if (secType === 'OPT') return Math.max(mulDiv(quantity, 650_000, 10_000), 1_000_000);
  return Math.min(Math.max(mulDiv(quantity, 5_000, 10_000), 1_000_000), mulDiv(notional, 1, 100));
}
