import type { Price } from '#domain/price';
import type { Quantity } from '#domain/quantity';

export type TickField = 'bid' | 'ask' | 'last';

/** One line of a tape, or one event of the synthetic market. `at` is epoch ms. */
export interface MarketTick {
  readonly at: number;
  readonly symbol: string;
  readonly field: TickField;
  readonly price: Price;
  readonly size: Quantity;
}

/** Where ticks come from, in order of time. */
export interface TickSource {
  readonly symbols: readonly string[];
  /** The next tick without taking it; undefined when there is none any more. */
  peek(): MarketTick | undefined;
  take(): MarketTick | undefined;
}
