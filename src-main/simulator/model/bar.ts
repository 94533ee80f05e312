import type { Price } from '#domain/price';
import type { Quantity } from '#domain/quantity';

export interface WireBar {
  /** Epoch ms of its beginning. */
  readonly at: number;
  readonly open: Price;
  readonly high: Price;
  readonly low: Price;
  readonly close: Price;
  readonly volume: Quantity;
  /** Σ price × quantity in 1e-6; the volume-weighted average price comes from it. */
  readonly turnover: number;
  readonly count: number;
}
