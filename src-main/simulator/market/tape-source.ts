import { fromLocal, localTime } from '../calendar/new-york.ts';
import { nextTradingDay } from '../calendar/trading-day.ts';
import { type Tape, tapeTick } from './tape.ts';
import type { MarketTick, TickSource } from '#simulator/model/tick';

/** Plays a tape. With `loop` its end is followed by its beginning, dated on the next trading day. */
export class TapeSource implements TickSource {
  readonly symbols: readonly string[];
  readonly #tape: Tape;
  readonly #loop: boolean;
  #index = 0;
  #shift = 0;
  #ahead: MarketTick | undefined;

  constructor(tape: Tape, loop: boolean) {
    this.symbols = tape.symbols;
    this.#tape = tape;
    this.#loop = loop;
  }

  peek(): MarketTick | undefined {
    if (this.#ahead !== undefined) return this.#ahead;
    if (this.#index >= this.#tape.length) {
      if (!this.#loop) return undefined;
      this.#shift = this.#shiftToNextDay();
      this.#index = 0;
    }
    return (this.#ahead = tapeTick(this.#tape, this.#index, this.#shift));
  }

  take(): MarketTick | undefined {
    const tick = this.peek();
    this.#ahead = undefined;
    if (tick !== undefined) this.#index++;
    return tick;
  }

  /** The wall clock of New York is kept, also over a change of daylight saving time. */
  #shiftToNextDay(): number {
    const first = this.#tape.at[0] ?? 0;
    const last = (this.#tape.at[this.#tape.length - 1] ?? 0) + this.#shift;
    const next = nextTradingDay(localTime(last).day);
    return fromLocal(next, localTime(first).ms) - first;
  }
}
