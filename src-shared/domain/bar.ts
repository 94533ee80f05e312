import type { Price } from './price.ts';
import type { Quantity } from './quantity.ts';

/** OHLCV; `at` is the bar's start, epoch ms. */
export interface Bar {
  readonly at: number;
  readonly open: Price;
  readonly high: Price;
  readonly low: Price;
  readonly close: Price;
  readonly volume: Quantity;
}
