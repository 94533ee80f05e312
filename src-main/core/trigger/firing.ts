import type { ConId, TriggerId } from '#domain/ids';
import type { Price } from '#domain/price';
import type { Quote, QuoteField } from '#domain/quote';

/** The price that decided. `at` is the time of receipt, epoch ms; without `previous` the field had no price before. */
export interface FiringTick {
  readonly conId: ConId;
  readonly field: QuoteField;
  readonly price: Price;
  readonly previous?: Price;
  readonly at: number;
}

/**
 * A condition came true. `tick`: at a market tick; `arming`: it was true already when the trigger was armed or resumed, or when
 * the basis of its percentage became known; `timer`: a time window opened on a fresh quote; `operator`: fired by hand, the
 * condition was not asked.
 */
export type FiringCause = 'tick' | 'arming' | 'timer' | 'operator';

export interface Firing {
  readonly triggerId: TriggerId;
  readonly gen: number;
  /** Number within the generation. One, always: a generation has one token. */
  readonly fire: 1;
  readonly cause: FiringCause;
  readonly tick: FiringTick;
  /** The quote at that moment, of the contract that ticked. */
  readonly quote: Quote;
  readonly sentence: string;
}
