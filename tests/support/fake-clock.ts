import type { Clock } from '#core/ports/clock';
import type { Scheduler } from '#core/ports/scheduler';

interface Timer {
  readonly due: number;
  readonly order: number;
  readonly fn: () => void;
}

/** Virtual time: it stands still until a test advances it, and due timers run in the order of their times. */
export class FakeClock implements Clock, Scheduler {
  readonly #start: number;
  #elapsed = 0;
  #slept = 0;
  #order = 0;
  #timers: Timer[] = [];

  /** The default is a weekday during New York trading hours. */
  constructor(startEpochMs = Date.UTC(2013, 9, 8, 14, 30)) {
    this.#start = startEpochMs;
  }

  now(): number {
    return this.#start + Math.floor(this.#elapsed) + this.#slept;
  }

  monotonic(): number {
    return this.#elapsed;
  }

  after(ms: number, fn: () => void): () => void {
    this.#order += 1;
    const timer: Timer = { due: this.#elapsed + Math.max(0, ms), order: this.#order, fn };
    this.#timers.push(timer);
    return () => {
      this.#timers = this.#timers.filter((other) => other !== timer);
    };
  }

  /** Timers that have not run. */
  get pending(): number {
    return this.#timers.length;
  }

  /** Moves time on. Timers set by timers run too when they fall into the same stretch. */
  advance(ms: number): void {
    const until = this.#elapsed + ms;
    for (let next = this.#next(until); next !== undefined; next = this.#next(until)) {
      this.#elapsed = Math.max(this.#elapsed, next.due);
      const timer = next;
      this.#timers = this.#timers.filter((other) => other !== timer);
      timer.fn();
    }
    this.#elapsed = until;
  }

  /** Time passes and nobody is there: no timer runs. What is due runs with the next `advance`. */
  stall(ms: number): void {
    this.#elapsed += ms;
  }

  /** As `stall`, on a machine whose monotonic clock sleeps with it. */
  sleep(ms: number): void {
    this.#slept += ms;
  }

  /** Moves time on in steps and lets promises run between the timers of different steps. */
  async advanceAsync(ms: number, stepMs = ms): Promise<void> {
    for (let left = ms; left > 0; left -= stepMs) {
      this.advance(Math.min(stepMs, left));
      await settleMicrotasks();
    }
  }

  #next(until: number): Timer | undefined {
    let best: Timer | undefined;
    for (const timer of this.#timers) {
      if (timer.due > until) continue;
      if (best === undefined || timer.due < best.due || (timer.due === best.due && timer.order < best.order)) best = timer;
    }
    return best;
  }
}

/** Lets everything run that waits for promises alone. */
export function settleMicrotasks(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}
