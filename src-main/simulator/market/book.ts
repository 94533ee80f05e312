import { midpoint, type Price } from '#domain/price';
import { type Quantity, ZERO } from '#domain/quantity';
import { minus, plus } from '#domain/scaled';
import type { Instrument } from '#simulator/model/instrument';
import type { MarketTick } from '#simulator/model/tick';

const NOTHING = ZERO;

/** The top of one instrument's market, the sizes that are still to be had there, and its day so far. */
export class Book {
  readonly instrument: Instrument;
  bid: Price | undefined;
  ask: Price | undefined;
  last: Price | undefined;
  bidSize = NOTHING;
  askSize = NOTHING;
  lastSize = NOTHING;
  lastAt = 0;
  open: Price | undefined;
  high: Price | undefined;
  low: Price | undefined;
  /** Of the day before. */
  close: Price | undefined;
  volume = NOTHING;
  trades = 0;
  halted = false;
  /** What our orders have left of the displayed sizes; a new quote on that side shows a full one again. */
  #bidLeft = NOTHING;
  #askLeft = NOTHING;
  #quoted = false;

  constructor(instrument: Instrument, previousClose: Price | undefined) {
    this.instrument = instrument;
    this.close = previousClose;
  }

  apply(tick: MarketTick): void {
    if (tick.field === 'bid') {
      this.#quoted = true;
      this.bid = tick.price;
      this.bidSize = this.#bidLeft = tick.size;
    } else if (tick.field === 'ask') {
      this.#quoted = true;
      this.ask = tick.price;
      this.askSize = this.#askLeft = tick.size;
    } else {
      this.last = tick.price;
      this.lastSize = tick.size;
      this.lastAt = tick.at;
      this.volume = plus(this.volume, tick.size);
      this.trades++;
      this.open ??= tick.price;
      if (this.high === undefined || tick.price > this.high) this.high = tick.price;
      if (this.low === undefined || tick.price < this.low) this.low = tick.price;
      // A tape of trades only: one can deal with whoever dealt last.
      if (!this.#quoted) this.#bidLeft = this.#askLeft = tick.size;
    }
  }

  /** What an order of this side meets: the other side's best price and what is left of its size. */
  against(side: 'BUY' | 'SELL'): { readonly price: Price; readonly size: Quantity } | undefined {
    const quoted = side === 'BUY' ? this.ask : this.bid;
    const price = this.#quoted ? quoted : this.last;
    const size = side === 'BUY' ? this.#askLeft : this.#bidLeft;
    return price === undefined || price <= 0 || size <= 0 || this.halted ? undefined : { price, size };
  }

  consume(side: 'BUY' | 'SELL', quantity: Quantity): void {
    if (side === 'BUY') this.#askLeft = minus(this.#askLeft, quantity);
    else this.#bidLeft = minus(this.#bidLeft, quantity);
  }

  /** For valuation: last trade, else the middle, else whatever is known. */
  get mark(): Price | undefined {
    if (this.last !== undefined) return this.last;
    if (this.bid !== undefined && this.ask !== undefined) return midpoint(this.bid, this.ask);
    return this.bid ?? this.ask ?? this.close;
  }

  /** A new day: yesterday's last trade becomes the close; quotes stay until new ones come. */
  newDay(): void {
    this.close = this.last ?? this.close;
    this.open = this.high = this.low = undefined;
    this.volume = NOTHING;
    this.trades = 0;
  }
}
