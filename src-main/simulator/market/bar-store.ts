import { midpoint, type Price } from '#domain/price';
import { type Quantity, ZERO } from '#domain/quantity';
import { notional } from '#domain/money';
import { plus } from '#domain/scaled';
import type { WireBar } from '#simulator/model/bar';
import type { Book } from './book.ts';
import type { MarketTick } from '#simulator/model/tick';

export const BASE_MS = 5_000;

/** Enough for a day from pre-market to after-hours. */
const KEPT = 12_000;

interface GrowingBar {
  at: number;
  open: Price;
  high: Price;
  low: Price;
  close: Price;
  volume: Quantity;
  turnover: number;
  count: number;
}

/** Five-second bars of one instrument's trades and of its middle price, as they came; the oldest are forgotten. */
export class BarStore {
  readonly #trades: GrowingBar[] = [];
  readonly #mids: GrowingBar[] = [];

  get trades(): readonly WireBar[] {
    return this.#trades;
  }

  get mids(): readonly WireBar[] {
    return this.#mids;
  }

  /** `book` has the tick already. */
  add(tick: MarketTick, book: Book): void {
    if (tick.field === 'last') grow(this.#trades, tick.at, tick.price, tick.size);
    else if (book.bid !== undefined && book.ask !== undefined) grow(this.#mids, tick.at, midpoint(book.bid, book.ask), ZERO);
  }
}

function grow(bars: GrowingBar[], time: number, price: Price, size: Quantity): void {
  const at = time - (time % BASE_MS);
  const bar = bars.at(-1);
  const turnover = notional(price, size, 1);
  if (bar?.at !== at) {
    bars.push({ at, open: price, high: price, low: price, close: price, volume: size, turnover, count: 1 });
    if (bars.length >= 2 * KEPT) bars.splice(0, bars.length - KEPT);
    return;
  }
  if (price > bar.high) bar.high = price;
  if (price < bar.low) bar.low = price;
  bar.close = price;
  bar.volume = plus(bar.volume, size);
  bar.turnover += turnover;
  bar.count++;
}

/** Joins bars of one interval into bars of a longer one; `startOf` says where the longer one that holds a moment begins. */
export function joinBars(bars: readonly WireBar[], startOf: (at: number) => number): WireBar[] {
  const joined: GrowingBar[] = [];
  for (const bar of bars) {
    const at = startOf(bar.at);
    const last = joined.at(-1);
    if (last?.at !== at) {
      joined.push({ ...bar, at });
      continue;
    }
    if (bar.high > last.high) last.high = bar.high;
    if (bar.low < last.low) last.low = bar.low;
    last.close = bar.close;
    last.volume = plus(last.volume, bar.volume);
    last.turnover += bar.turnover;
    last.count += bar.count;
  }
  return joined;
}
