import type { Brand } from './brand.ts';
import { formatDecimal, mulDiv, scaledFromNumber } from './decimal.ts';
import { type Price } from './price.ts';
import { QUANTITY_SCALE, type Quantity } from './quantity.ts';

/** An amount as an integer count of 1e-6 of its currency. Amounts of different currencies are never added. */
export type Amount = Brand<number, 'Amount'>;

export const MONEY_SCALE = 1_000_000;

/** IB spells "unset" as 1.7976931348623157E308; that, NaN and ±∞ become undefined and never reach a sum. */
export function amountFromNumber(value: number | undefined): Amount | undefined {
  return scaledFromNumber(value, MONEY_SCALE) as Amount | undefined;
}

/** price × quantity × multiplier, in the price's currency. Signed with the quantity. */
export function notional(price: Price, quantity: Quantity, multiplier: number): Amount {
  return mulDiv(price, quantity * multiplier, QUANTITY_SCALE) as Amount;
}

export function formatAmount(amount: Amount, decimals = 2): string {
  const step = MONEY_SCALE / 10 ** decimals;
  return formatDecimal(mulDiv(amount, 1, step) * step, MONEY_SCALE, decimals);
}
