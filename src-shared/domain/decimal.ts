import { err, ok, type Result } from './result.ts';

/**
 * Scaled integers: a decimal is an integer count of `1/scale`. No float leaves the edges, so 0.1 + 0.2 is 0.3 here
 * and equality of prices is equality of numbers.
 */

/** `a * b / c`, rounded half away from zero, exact also when the product leaves the safe integers. */
export function mulDiv(a: number, b: number, c: number): number {
  const product = a * b;
  if (Number.isSafeInteger(product)) {
    const quotient = product / c;
    return quotient < 0 ? -Math.round(-quotient) : Math.round(quotient);
  }
  const exact = BigInt(a) * BigInt(b);
  const divisor = BigInt(c);
  const negative = exact < 0n !== divisor < 0n;
  const n = exact < 0n ? -exact : exact;
  const d = divisor < 0n ? -divisor : divisor;
  const rounded = (2n * n + d) / (2n * d);
  return Number(negative ? -rounded : rounded);
}

/** Text such as `-37.63` → scaled integer. Refuses exponents, NaN, more decimals than the scale holds, and overflow. */
export function parseDecimal(text: string, scale: number): Result<number> {
  const match = /^([+-])?(\d{1,12})(?:\.(\d{1,12}))?$/.exec(text.trim());
  if (!match) return err(`"${text}" is not a decimal number; write it like 231.40`);
  const [, sign, whole = '0', fraction = ''] = match;
  const places = Math.round(Math.log10(scale));
  if (fraction.length > places && /[1-9]/.test(fraction.slice(places))) {
    return err(`"${text}" has more than ${String(places)} decimals`);
  }
  const scaled = Number(whole) * scale + Number(fraction.padEnd(places, '0').slice(0, places));
  if (!Number.isSafeInteger(scaled)) return err(`"${text}" is too large`);
  return ok(sign === '-' && scaled !== 0 ? -scaled : scaled);
}

/** Scaled integer → plain text without exponent; at least `minDecimals`, trailing zeros beyond that removed. */
export function formatDecimal(scaled: number, scale: number, minDecimals = 0): string {
  const places = Math.round(Math.log10(scale));
  const digits = Math.abs(scaled)
    .toString()
    .padStart(places + 1, '0');
  const whole = digits.slice(0, digits.length - places);
  let fraction = places === 0 ? '' : digits.slice(digits.length - places);
  while (fraction.length > minDecimals && fraction.endsWith('0')) fraction = fraction.slice(0, -1);
  return `${scaled < 0 ? '-' : ''}${whole}${fraction === '' ? '' : `.${fraction}`}`;
}

/** Thousands apart by a space, a true minus sign; `text` is plain decimal text such as `-1002314.55`. */
export function grouped(text: string): string {
  const negative = text.startsWith('-');
  const [whole = '', fraction] = (negative ? text.slice(1) : text).split('.');
  const spaced = whole.replace(/\B(?=(\d{3})+$)/g, ' ');
  return `${negative ? '\u2212' : ''}${spaced}${fraction === undefined ? '' : `.${fraction}`}`;
}

/** A float from the wire → scaled integer, or nothing when it is not a usable number. Bad data stops here. */
export function scaledFromNumber(value: number | undefined, scale: number): number | undefined {
  if (value === undefined || !Number.isFinite(value)) return undefined;
  const scaled = Math.round(value * scale);
  return Number.isSafeInteger(scaled) ? scaled + 0 : undefined;
}
