import type { Bar } from '#domain/bar';
import type { Contract, ContractDetails } from '#domain/contract';
import type { ConId } from '#domain/ids';
import type { Price } from '#domain/price';
import type { Quantity } from '#domain/quantity';
import type { LiveType, Tick } from '#domain/quote';
import type { Result } from '#domain/result';

export interface MarketDataPort {
  /** Streams ticks of the contract; again after every reconnect by itself. Idempotent. */
  subscribe(contract: Contract): void;
  unsubscribe(conId: ConId): void;
  /** Symbol search by prefix or name. Errors are sentences. */
  search(pattern: string): Promise<Result<readonly Contract[]>>;
  details(contract: Contract): Promise<Result<ContractDetails>>;
  /** One-minute bars up to now, at most 5 000 (longer answers block the library's decoder for seconds). */
  bars(contract: Contract, count: number): Promise<Result<readonly Bar[]>>;
}

export type QuoteInfo =
  | { readonly kind: 'size'; readonly field: 'bid' | 'ask' | 'last'; readonly size: Quantity }
  | { readonly kind: 'open' | 'high' | 'low' | 'close'; readonly price: Price }
  | { readonly kind: 'volume'; readonly volume: Quantity }
  | { readonly kind: 'halted'; readonly halted: boolean }
  | { readonly kind: 'live-type'; readonly liveType: LiveType }
  /** Exchange time of the last trade, epoch ms. */
  | { readonly kind: 'last-time'; readonly time: number }
  /** A figure the broker says does not exist now (−1, 0 or unset). */
  | { readonly kind: 'no-data'; readonly field: 'bid' | 'ask' | 'last' };

/** Where market data goes; implemented by the engine, called by the adapter. Never throws. */
export interface MarketSink {
  tick(tick: Tick): void;
  info(conId: ConId, info: QuoteInfo, at: number): void;
  /** A tick that was no number; counted, never folded. */
  malformed(conId: ConId, raw: string): void;
  /** The stream of this contract (re)starts: the next tick only sets the baseline. `again`: after a loss. */
  baseline(conId: ConId, again: boolean): void;
  subscriptionFailed(conId: ConId, code: number, text: string): void;
  /** End of one chunk of bytes: everything decoded so far is consistent; drain now. */
  chunkEnd(): void;
}
