import type { Bar } from '#domain/bar';
import { type Price, trustedPrice } from '#domain/price';
import { type Quantity, trustedQuantity } from '#domain/quantity';
import { plus } from '#domain/scaled';

/** A trade. `at` is epoch ms; price and size are scaled integers. */
export interface Trade {
  readonly at: number;
  readonly price: number;
  readonly size: number;
}

interface OpenBar {
  readonly at: number;
  readonly open: Price;
  high: Price;
  low: Price;
  close: Price;
  volume: Quantity;
}

/**
 * OHLCV bars of `periodMs`, aligned to the epoch, in the order of time. Periods without a trade have no bar. Trades come in the order in
 * which they were received; one that is older than the open bar belongs to its own bar all the same.
 */
export function aggregateBars(trades: readonly Trade[], periodMs: number): readonly Bar[] {
  const bars = new Map<number, OpenBar>();
  let current: OpenBar | undefined;
  for (const trade of trades) {
    const at = Math.floor(trade.at / periodMs) * periodMs;
    const price = trustedPrice(trade.price);
    const size = trustedQuantity(trade.size);
    const bar = current?.at === at ? current : bars.get(at);
    if (bar === undefined) {
      current = { at, open: price, high: price, low: price, close: price, volume: size };
      bars.set(at, current);
      continue;
    }
    if (price > bar.high) bar.high = price;
    if (price < bar.low) bar.low = price;
    bar.close = price;
    bar.volume = plus(bar.volume, size);
    current = bar;
  }
  return [...bars.values()].sort((a, b) => a.at - b.at);
}
