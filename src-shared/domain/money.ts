import type { Brand } from './brand.ts';
import { formatDecimal, mulDiv, scaledFromNumber } from './decimal.ts';
import { type Price } from './price.ts';
import { QUANTITY_SCALE, type Quantity } from './quantity.ts';

/** An amount as an integer count of 1e-6 of its currency. Amounts of different currencies are never added. */
export type Amount = Brand<number, 'Amount'>;

export const MONEY_SCALE = 1_000_000;
export const ZERO_AMOUNT = 0 as Amount;

/** From a decimal, e.g. `amountOf(2_500)`, rounded to 1e-6; for literals in code and tests, and for whole limits of the settings. */
export function amountOf(value: number): Amount {
  return Math.round(value * MONEY_SCALE) as Amount;
}

/** A scaled integer that the caller vouches for, such as a sum of amounts that was kept as a number. Nothing is checked. */
export function trustedAmount(scaled: number): Amount {
  return scaled as Amount;
}

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
