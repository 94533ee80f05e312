import type { ConId } from './ids.ts';
import { midpoint, type Price } from './price.ts';
import type { Quantity } from './quantity.ts';

/** Which figure of a quote a condition looks at. */
export type QuoteField = 'last' | 'bid' | 'ask' | 'mid';

/** IB's market data types 1–4. */
export type LiveType = 'live' | 'frozen' | 'delayed' | 'delayed-frozen';

/** One raw field update. `at` is the desk's receive time, epoch ms. */
export interface Tick {
  readonly conId: ConId;
  readonly field: 'bid' | 'ask' | 'last';
  readonly price: Price;
  readonly size?: Quantity;
  readonly at: number;
}

/** Folded bid, ask and last. A missing figure is unknown, never zero. Times are epoch ms of receipt. */
export interface Quote {
  readonly conId: ConId;
  readonly bid?: Price;
  readonly ask?: Price;
  readonly last?: Price;
  readonly bidSize?: Quantity;
  readonly askSize?: Quantity;
  readonly lastSize?: Quantity;
  readonly open?: Price;
  readonly high?: Price;
  readonly low?: Price;
  /** Previous session's close; the basis of the day's percent change. */
  readonly close?: Price;
  readonly volume?: Quantity;
  readonly halted: boolean;
  readonly liveType: LiveType;
  /** Time of the newest tick of any field; 0 when none has come. */
  readonly updatedAt: number;
}

/** Why a quote must not fire a trigger. The text is for the operator. */
export type QuoteFault =
  'none-yet' | 'stale' | 'crossed' | 'zero' | 'delayed' | 'frozen' | 'halted' | 'session-closed' | 'farm-down' | 'not-baselined';

export function fieldPrice(quote: Quote, field: QuoteField): Price | undefined {
  if (field !== 'mid') return quote[field];
  return quote.bid === undefined || quote.ask === undefined ? undefined : midpoint(quote.bid, quote.ask);
}
