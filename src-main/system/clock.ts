import type { Clock } from '#core/ports/clock';
import type { Scheduler } from '#core/ports/scheduler';
import { SteadyTime } from './steady-time.ts';

/** Where time is read; both in ms, `wall` since 1970. */
export interface TimeSources {
  readonly wall: () => number;
  readonly steady: () => number;
}

const MACHINE: TimeSources = { wall: () => Date.now(), steady: () => performance.now() };

/**
 * The machine's clock and timers. When the clock is set back, `now` goes on, a little slower, until the machine's has come after it: the desk
 * measures with it how long it has waited for an answer, and would ask nobody again until the hour has passed twice. Set forward it jumps:
 * that cannot be told from a sleep.
 * Timers keep the process alive: what must not is cancelled by its owner at stop.
 */
export class SystemClock implements Clock, Scheduler {
  readonly #sources: TimeSources;
  readonly #time: SteadyTime;
  #onSetBack: (ms: number) => void = () => undefined;

  constructor(sources: TimeSources = MACHINE) {
    this.#sources = sources;
    // Whoever asks for the time is in the middle of something.
    this.#time = new SteadyTime(sources.wall, sources.steady, (ms) => void this.after(0, () => this.#onSetBack(ms)));
  }

  now(): number {
    return this.#time.now();
  }

  /** `told` hears by how many ms the machine's clock was set back; out of a timer of its own. */
  onSetBack(told: (ms: number) => void): void {
    this.#onSetBack = told;
  }

  monotonic(): number {
    return this.#sources.steady();
  }

  after(ms: number, fn: () => void): () => void {
    const timer = setTimeout(fn, ms);
    return () => {
      clearTimeout(timer);
    };
  }
}
