import type { Brand } from './brand.ts';
import { formatDecimal, parseDecimal, scaledFromNumber } from './decimal.ts';
import type { Result } from './result.ts';

/** Price per unit in the contract's currency, as an integer count of 1e-6. Negative prices exist (futures, spreads). */
export type Price = Brand<number, 'Price'>;

export const PRICE_SCALE = 1_000_000;
export const ZERO_PRICE = 0 as Price;

/** From a decimal, e.g. `priceOf(231.4)`, rounded to 1e-6; for literals in code and tests. News from outside takes `priceFromNumber`. */
export function priceOf(value: number): Price {
  return Math.round(value * PRICE_SCALE) as Price;
}

/** From a scaled integer that a file or a message holds. Undefined unless it is a safe integer. */
export function priceFromScaled(scaled: number | undefined): Price | undefined {
  return Number.isSafeInteger(scaled) ? (scaled as Price) : undefined;
}

/** A scaled integer that the caller vouches for, such as a column of our own table. Nothing is checked. */
export function trustedPrice(scaled: number): Price {
  return scaled as Price;
}

/** From a wire float. Undefined for NaN, ±∞ and anything outside the safe range (which includes IB's unset 1.797e308). */
export function priceFromNumber(value: number | undefined): Price | undefined {
  return scaledFromNumber(value, PRICE_SCALE) as Price | undefined;
}

export function priceFromText(text: string): Result<Price> {
  return parseDecimal(text, PRICE_SCALE) as Result<Price>;
}

/** For charts and the wire encoder only; arithmetic stays in scaled integers. */
export function priceToNumber(price: Price): number {
  return price / PRICE_SCALE;
}

export function formatPrice(price: Price, minDecimals = 2): string {
  return formatDecimal(price, PRICE_SCALE, minDecimals);
}

/** Decimals that a contract's prices are shown with: those of its minimum tick, never fewer than two. */
export function tickDecimals(minTick: Price): number {
  const text = formatDecimal(minTick, PRICE_SCALE);
  const dot = text.indexOf('.');
  return Math.max(2, dot < 0 ? 0 : text.length - dot - 1);
}

export function isOnTick(price: Price, minTick: Price): boolean {
  return minTick > 0 && price % minTick === 0;
}

/** Nearest tick in the given direction. `minTick` must be positive. */
export function roundToTick(price: Price, minTick: Price, direction: 'down' | 'up' | 'nearest'): Price {
  const ticks = price / minTick;
  const whole = direction === 'down' ? Math.floor(ticks) : direction === 'up' ? Math.ceil(ticks) : Math.round(ticks);
  return (whole * minTick) as Price;
}

export function midpoint(bid: Price, ask: Price): Price {
  return Math.floor((bid + ask) / 2) as Price;
}
