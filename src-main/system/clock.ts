import type { Clock } from '#core/ports/clock';
import type { Scheduler } from '#core/ports/scheduler';
import { SteadyTime } from './steady-time.ts';

/** The machine's clock and timers. Timers keep the process alive: what must not is cancelled by its owner at stop. */
export class SystemClock implements Clock, Scheduler {
  readonly #time = new SteadyTime(
    () => Date.now(),
    () => performance.now(),
  );

  now(): number {
    return this.#time.now();
  }

  monotonic(): number {
    return performance.now();
  }

  after(ms: number, fn: () => void): () => void {
    const timer = setTimeout(fn, ms);
    return () => {
      clearTimeout(timer);
    };
  }
}
