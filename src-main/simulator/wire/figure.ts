import { formatDecimal, mulDiv } from '#domain/decimal';
import { MONEY_SCALE } from '#domain/money';
import { PRICE_SCALE } from '#domain/price';
import { QUANTITY_SCALE, type Quantity } from '#domain/quantity';

/** How figures are written on the wire: plain decimals without exponent, no trailing zeros. */

/** IB's word for "no number here". */
export const UNSET_DOUBLE = '1.7976931348623157E308';

export function priceText(price: number | undefined): string {
  return price === undefined ? '' : formatDecimal(price, PRICE_SCALE);
}

export function quantityText(quantity: number): string {
  return formatDecimal(quantity, QUANTITY_SCALE);
}

export function amountText(amount: number | undefined): string {
  return amount === undefined ? UNSET_DOUBLE : formatDecimal(amount, MONEY_SCALE);
}

/** Dollars and cents, as account values are written. */
export function centsText(amount: number): string {
  return formatDecimal(mulDiv(amount, 1, 10_000), 100, 2);
}

/** An amount per unit of quantity, to eight decimals: average fill prices and costs. `amount` in 1e-6, `quantity` in 1e-4. */
export function averageText(amount: number, quantity: Quantity): string {
  return quantity === 0 ? '0' : formatDecimal(mulDiv(amount, 1_000_000, quantity), 100_000_000);
}

/** Fields → payload of one frame. */
export function payload(...fields: readonly (string | number)[]): string {
  return `${fields.join('\0')}\0`;
}

/** Since server version 153 text is seven-bit: everything else travels as `\uXXXX`. */
export function ascii(text: string): string {
  return text.replace(/[^\x20-\x7e\n]/g, (letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
