import { formatDecimal, grouped, mulDiv } from '#domain/decimal';
import { MONEY_SCALE, type Amount } from '#domain/money';
import { PRICE_SCALE, formatPrice, type Price } from '#domain/price';
import { formatQuantity, type Quantity } from '#domain/quantity';

/** What stands where a figure is not known. Never 0: a zero is a statement. */
export const UNKNOWN = '—';
const MINUS = '−';

/** Always with a sign, but for an exact zero. */
export function signed(text: string): string {
  if (text.startsWith(MINUS) || text.startsWith('+')) return text;
  return /[1-9]/.test(text) ? `+${text}` : text;
}

function rounded(scaled: number, scale: number, decimals: number): string {
  const step = scale / 10 ** decimals;
  return formatDecimal(mulDiv(scaled, 1, step) * step, scale, decimals);
}

/** Rounded to the contract's decimals: for marks, averages and distances. */
export function priceText(price: Price | null | undefined, decimals = 2): string {
  return price === null || price === undefined ? UNKNOWN : grouped(rounded(price, PRICE_SCALE, decimals));
}

/** An average: two decimals more than the contract's when they say something. */
export function averageText(price: Price, decimals = 2): string {
  const fine = priceText(price, decimals + 2);
  return fine.endsWith('00') ? fine.slice(0, -2) : fine;
}

/** Every digit that is set: for levels and limits, which must read back as they were typed. */
export function exactPrice(price: Price | null | undefined, decimals = 2): string {
  return price === null || price === undefined ? UNKNOWN : grouped(formatPrice(price, decimals));
}

/** The same without grouping, for input fields. */
export function priceInput(price: Price, decimals = 2): string {
  return formatPrice(price, decimals);
}

export function quantityText(quantity: Quantity | null | undefined): string {
  return quantity === null || quantity === undefined ? UNKNOWN : grouped(formatQuantity(quantity));
}

export function amountText(amount: Amount | null | undefined, decimals = 2): string {
  return amount === null || amount === undefined ? UNKNOWN : grouped(rounded(amount, MONEY_SCALE, decimals));
}

export function pnlText(amount: Amount | null | undefined, decimals = 2): string {
  return amount === null || amount === undefined ? UNKNOWN : signed(amountText(amount, decimals));
}

export function countText(count: number | null | undefined): string {
  return count === null || count === undefined ? UNKNOWN : grouped(String(Math.round(count)));
}

/** 26 → `0.26 %` */
export function basisPointsText(basisPoints: number | null | undefined): string {
  return basisPoints === null || basisPoints === undefined ? UNKNOWN : `${grouped((basisPoints / 100).toFixed(2))} %`;
}

/** Signed change against a base in percent with two decimals; unknown when the base is missing or not positive. */
export function changeText(price: Price | null, base: Price | null): string {
  const change = changePercent(price, base);
  return change === null ? UNKNOWN : signed(grouped(change.toFixed(2)));
}

export function changePercent(price: Price | null, base: Price | null): number | null {
  if (price === null || base === null || base <= 0) return null;
  const percent = ((price - base) / base) * 100;
  return Object.is(Math.round(percent * 100), -0) ? 0 : percent;
}

export function megabytes(bytes: number): string {
  return bytes >= 1_000_000 ? `${grouped((bytes / 1_000_000).toFixed(1))} MB` : `${grouped(String(Math.round(bytes / 1_000)))} kB`;
}
