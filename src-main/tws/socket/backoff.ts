import { ExponentialBackoff, type IBackoff } from 'cockatiel';

/** 1, 2, 4 … 60 s, each up to a quarter longer by jitter, so that three clients do not knock in step. */
export class ReconnectBackoff {
  readonly #random: () => number;
  readonly #factory: ExponentialBackoff<number>;
  #step: IBackoff<unknown> | undefined;

  constructor(random: () => number, first: number, max: number) {
    this.#random = random;
    this.#factory = new ExponentialBackoff<number>({
      initialDelay: first,
      maxDelay: max,
      generator: (attempt = 0, options) => {
        const base = options.initialDelay * 2 ** Math.min(attempt, 20);
        return [Math.min(options.maxDelay, Math.round(base * (1 + 0.25 * random()))), attempt + 1];
      },
    });
  }

  /** Delay before the next attempt, ms. */
  next(): number {
    this.#step = this.#step === undefined ? this.#factory.next() : this.#step.next(undefined);
    return this.#step.duration;
  }

  /** At most `max` ms, by jitter up to a quarter less; the row of delays does not go on. */
  shortly(max: number): number {
    return Math.round(max * (1 - 0.25 * this.#random()));
  }

  reset(): void {
    this.#step = undefined;
  }
}
