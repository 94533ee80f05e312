import type { Brand } from './brand.ts';
import { formatDecimal, parseDecimal, scaledFromNumber } from './decimal.ts';
import type { Result } from './result.ts';

/** Shares or contracts as an integer count of 1e-4 (IB trades fractions of that size). Signed only for positions. */
export type Quantity = Brand<number, 'Quantity'>;

export const QUANTITY_SCALE = 10_000;
export const ZERO = 0 as Quantity;

export function quantityFromNumber(value: number | undefined): Quantity | undefined {
  return scaledFromNumber(value, QUANTITY_SCALE) as Quantity | undefined;
}

export function quantityFromText(text: string): Result<Quantity> {
  return parseDecimal(text, QUANTITY_SCALE) as Result<Quantity>;
}

/** Whole units, e.g. `units(200)`; for literals in code and tests. */
export function units(count: number): Quantity {
  return (count * QUANTITY_SCALE) as Quantity;
}

/** From a scaled integer that a file or a message holds. Undefined unless it is a safe integer. */
export function quantityFromScaled(scaled: number | undefined): Quantity | undefined {
  return Number.isSafeInteger(scaled) ? (scaled as Quantity) : undefined;
}

/** A scaled integer that the caller vouches for, such as a column of our own table. Nothing is checked. */
export function trustedQuantity(scaled: number): Quantity {
  return scaled as Quantity;
}

export function quantityToNumber(quantity: Quantity): number {
  return quantity / QUANTITY_SCALE;
}

export function formatQuantity(quantity: Quantity): string {
  return formatDecimal(quantity, QUANTITY_SCALE);
}
