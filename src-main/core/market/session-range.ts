import { type Price, trustedPrice } from '#domain/price';
import { zoneOffsetMinutes } from '#domain/session-time';

/** Highs and lows of the New York day by last price: before 09:30, and from 09:30 to 16:00. Missing when nothing traded. */
export interface SessionRange {
  readonly preHigh?: Price;
  readonly preLow?: Price;
  readonly dayHigh?: Price;
  readonly dayLow?: Price;
}

const MINUTES = 1440;
const OPEN = 570;
const CLOSE = 960;

/** Follows one contract's trades; starts afresh on the first trade of a new New York day. */
export class SessionRangeTracker {
  #day = Number.NaN;
  #preHigh = Number.NaN;
  #preLow = Number.NaN;
  #dayHigh = Number.NaN;
  #dayLow = Number.NaN;

  trade(price: number, at: number): void {
    const local = Math.floor(at / 60_000) + zoneOffsetMinutes(at);
    const day = Math.floor(local / MINUTES);
    if (day !== this.#day) {
      this.#day = day;
      this.#preHigh = this.#preLow = this.#dayHigh = this.#dayLow = Number.NaN;
    }
    const minute = local - day * MINUTES;
    // Written as "not lower" so that the first price replaces NaN.
    if (minute < OPEN) {
      if (!(price <= this.#preHigh)) this.#preHigh = price;
      if (!(price >= this.#preLow)) this.#preLow = price;
    } else if (minute < CLOSE) {
      if (!(price <= this.#dayHigh)) this.#dayHigh = price;
      if (!(price >= this.#dayLow)) this.#dayLow = price;
    }
  }

  range(): SessionRange {
    return {
      ...(Number.isNaN(this.#preHigh) ? {} : { preHigh: trustedPrice(this.#preHigh), preLow: trustedPrice(this.#preLow) }),
      ...(Number.isNaN(this.#dayHigh) ? {} : { dayHigh: trustedPrice(this.#dayHigh), dayLow: trustedPrice(this.#dayLow) }),
    };
  }
}
