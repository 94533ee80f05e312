import type { Clock } from '#core/ports/clock';
import type { Scheduler } from '#core/ports/scheduler';
import type { Random } from '#simulator/model/random';
import { SteadyTime } from '#system/steady-time';

interface Event {
  readonly due: number;
  /** Chance decides between events of the same moment. */
  readonly tie: number;
  readonly fn: () => void;
  dropped: boolean;
}

/** A weekday during New York trading hours. */
const START = Date.UTC(2013, 9, 8, 14, 30);

/**
 * The only time there is in a storm. Everything that happens is an event in one heap; what falls on the same moment happens in an order
 * that the seed chooses.
 */
export class StormClock implements Clock, Scheduler {
  readonly #random: Random;
  readonly #startAt: number;
  readonly #heap: Event[] = [];
  #elapsed = 0;
  /** By how much the desk's clock is ahead of the exchange's, ms. */
  skew = 0;
  /** Until then no timer of a process runs, virtual ms. */
  sleepsUntil = 0;

  constructor(random: Random, startAt = START) {
    this.#random = random;
    this.#startAt = startAt;
  }

  now(): number {
    return this.#startAt + Math.floor(this.#elapsed);
  }

  monotonic(): number {
    return this.#elapsed;
  }

  after(ms: number, fn: () => void): () => void {
    return this.aside(ms, this.#random, fn);
  }

  /** The same with chance of one's own, so that no other chance is drawn differently. */
  aside(ms: number, random: Random, fn: () => void): () => void {
    const event: Event = { due: this.#elapsed + Math.max(0, ms), tie: random.next(), fn, dropped: false };
    this.#push(event);
    return () => {
      event.dropped = true;
    };
  }

  /** Time passes and nobody is there: what is due meanwhile runs late, with the next step. */
  stall(ms: number): void {
    this.#elapsed += ms;
  }

  /** Runs the next event that is due within `ms` from `from`; false when there is none, and then the time is there. */
  step(until: number): boolean {
    for (;;) {
      const next = this.#heap[0];
      if (next === undefined || next.due > until) {
        this.#elapsed = Math.max(this.#elapsed, until);
        return false;
      }
      this.#pop();
      if (next.dropped) continue;
      this.#elapsed = Math.max(this.#elapsed, next.due);
      next.fn();
      return true;
    }
  }

  #push(event: Event): void {
    const heap = this.#heap;
    let at = heap.length;
    heap.push(event);
    while (at > 0) {
      const up = (at - 1) >> 1;
      if (!before(event, heap[up]!)) break;
      heap[at] = heap[up]!;
      at = up;
    }
    heap[at] = event;
  }

  #pop(): void {
    const heap = this.#heap;
    const last = heap.pop()!;
    if (heap.length === 0) return;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && before(heap[child + 1]!, heap[child]!)) child += 1;
      if (!before(heap[child]!, last)) break;
      heap[at] = heap[child]!;
      at = child;
    }
    heap[at] = last;
  }
}

function before(a: Event, b: Event): boolean {
  return a.due < b.due || (a.due === b.due && a.tie < b.tie);
}

/** The clock as one process has it: its timers die with it. */
export class ProcessClock implements Clock, Scheduler {
  readonly #clock: StormClock;
  readonly #alive: () => boolean;
  readonly #time: SteadyTime;

  constructor(clock: StormClock, alive: () => boolean) {
    this.#clock = clock;
    this.#alive = alive;
    // As the program has it.
    this.#time = new SteadyTime(
      () => clock.now() + clock.skew,
      () => clock.monotonic(),
    );
  }

  now(): number {
    return this.#time.now();
  }

  monotonic(): number {
    return this.#clock.monotonic();
  }

  after(ms: number, fn: () => void): () => void {
    return this.#clock.after(ms, () => {
      if (this.#clock.monotonic() < this.#clock.sleepsUntil) this.#whenAwake(fn);
      else if (this.#alive()) fn();
    });
  }

  /** A timer that fell into sleep runs late. */
  #whenAwake(fn: () => void): void {
    this.after(this.#clock.sleepsUntil - this.#clock.monotonic(), fn);
  }
}
