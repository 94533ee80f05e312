import type { Amount } from './money.ts';
import type { Price } from './price.ts';
import type { Quantity } from './quantity.ts';
import { mulDiv } from './decimal.ts';

/**
 * Operators for the scaled integers. Both sides and the result are the same noun, so a price plus a quantity does not
 * type-check; the first argument decides. Results are exact while they stay within the safe integers, which callers keep.
 * No operator makes -0 of operands that hold none. Each is one expression, so that the hot path inlines it.
 */
export type Scaled = Price | Quantity | Amount;

export function plus<T extends Scaled>(a: T, b: NoInfer<T>): T {
  return (a + b) as T;
}

export function minus<T extends Scaled>(a: T, b: NoInfer<T>): T {
  return (a - b) as T;
}

/** 0 − a; zero stays 0 and never becomes -0. */
export function negate<T extends Scaled>(a: T): T {
  return (0 - a) as T;
}

export function abs<T extends Scaled>(a: T): T {
  return Math.abs(a) as T;
}

export function min<T extends Scaled>(a: T, b: NoInfer<T>): T {
  return Math.min(a, b) as T;
}

export function max<T extends Scaled>(a: T, b: NoInfer<T>): T {
  return Math.max(a, b) as T;
}

/** `a` × a whole number, such as a sign or a count of lots. Zero times a negative number is 0, not -0. */
export function scale<T extends Scaled>(a: T, by: number): T {
  return (a * by + 0) as T;
}

/** `a × numerator / denominator`, rounded half away from zero, exact also when the product leaves the safe integers. */
export function timesRatio<T extends Scaled>(a: T, numerator: number, denominator: number): T {
  return (mulDiv(a, numerator, denominator) + 0) as T;
}

/** Negative, zero or positive as `a` is below, equal to or above `b`; for `sort`. */
export function compare<T extends Scaled>(a: T, b: NoInfer<T>): number {
  return a - b;
}

/** Sum of `of(item)` over the items, in their order; `zero` is that of the noun and names it. */
export function sumOf<Item, T extends Scaled>(items: Iterable<Item>, of: (item: Item) => T, zero: NoInfer<T>): T {
  let sum: number = zero;
  for (const item of items) sum += of(item);
  return sum as T;
}
