import { formatPrice, isOnTick, priceFromText, roundToTick, tickDecimals, type Price } from '#domain/price';
import { quantityFromText, type Quantity } from '#domain/quantity';
import { err, ok, type Result } from '#domain/result';

/** A price as typed. With `minTick` one that is off the step is a fault that names the two beside it; null leaves the step unjudged. */
export function readPrice(text: string, minTick: Price | null): Result<Price> {
  const plain = plainNumber(text);
  const price = priceFromText(plain);
  if (!price.ok) {
    const isNumber = /^[+-]?\d+(\.\d+)?$/.test(plain);
    return err(isNumber ? `${cited(text)} has too many digits for a price.` : `${cited(text)} is not a price; write it like 231.40.`);
  }
  if (minTick === null || minTick <= 0 || isOnTick(price.value, minTick)) return price;
  const decimals = tickDecimals(minTick);
  const below = formatPrice(roundToTick(price.value, minTick, 'down'), decimals);
  const above = formatPrice(roundToTick(price.value, minTick, 'up'), decimals);
  return err(`The price step is ${formatPrice(minTick, decimals)}; take ${below} or ${above}.`);
}

/** Signed basis points from `1.5`, `+1.5 %`, `-2%`. */
export function readPercent(text: string): Result<number> {
  const match = /^([+-])?(\d{1,4})(?:\.(\d{1,2}))?$/.exec(plainNumber(text.replace(/%\s*$/, '')));
  if (!match) return err(`${cited(text)} is not a percentage; write it like 1.5%, with at most two decimals.`);
  const [, sign, whole = '0', fraction = ''] = match;
  const value = Number(whole) * 100 + Number(fraction.padEnd(2, '0'));
  return ok(sign === '-' && value !== 0 ? -value : value);
}

/** Whole shares or contracts above zero; `2k` is two thousand. */
export function readQuantity(text: string): Result<Quantity> {
  const plain = plainNumber(text);
  const thousands = /^(\d+(?:\.\d+)?)\s*k$/i.exec(plain);
  // Moved by three places as text: a fraction of a share must not be rounded away.
  const result = quantityFromText(thousands === null ? plain : timesThousand(thousands[1] ?? ''));
  if (!result.ok) return err(`${cited(text)} is not a quantity; write whole shares or contracts, like 200.`);
  return result.value > 0 ? result : err('The quantity must be above zero; Buy or Sell says the direction.');
}

function timesThousand(text: string): string {
  const [whole = '', fraction = ''] = text.split('.');
  const moved = fraction.padEnd(3, '0');
  return `${whole}${moved.slice(0, 3)}${moved.length > 3 ? `.${moved.slice(3)}` : ''}`;
}

/** Longest piece of what was typed that a sentence repeats; a clipboard can hold a whole sheet. */
const MOST_CITED = 40;

function cited(text: string): string {
  const typed = text.trim();
  return typed.length <= MOST_CITED ? `"${typed}"` : `"${typed.slice(0, MOST_CITED)}…"`;
}

/**
 * Tolerates what people type and paste: spaces as thousands, a typographic minus, a decimal comma where it is unmistakable. Two cells or lines of
 * a sheet are two figures and never become one.
 */
export function plainNumber(text: string): string {
  const plain = text
    .trim()
    .replace(/−/g, '-')
    .replace(/(?<=\d)[ _\u00A0\u2009\u202F](?=\d{3}(?!\d))/g, '')
    .replace(/(?<!\d)[\s_]+|[\s_]+(?!\d|[\s_])/g, '');
  return /^[+-]?\d+,\d{1,2}$/.test(plain) ? plain.replace(',', '.') : plain;
}
