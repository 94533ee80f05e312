/** Of the time that truly passes, so much passes here at least: a clock that was set back is met again within a hundred times as long. */
const SLOWEST = 0.99;

/**
 * The machine's time of day, epoch ms, as whoever waits needs it: set forward, or after a sleep, it follows; set back it goes on, a little slower
 * than usual, until the machine's clock has come after it. What is older than something never becomes younger, and no wait gets longer.
 */
export class SteadyTime {
  readonly #wall: () => number;
  readonly #monotonic: () => number;
  #time: number;
  #at: number;

  /** Epoch ms, and ms that never go back. */
  constructor(wall: () => number, monotonic: () => number) {
    this.#wall = wall;
    this.#monotonic = monotonic;
    this.#time = wall();
    this.#at = monotonic();
  }

  now(): number {
    const at = this.#monotonic();
    this.#time = Math.max(this.#wall(), this.#time + Math.max(0, at - this.#at) * SLOWEST);
    this.#at = at;
    return Math.floor(this.#time);
  }
}
