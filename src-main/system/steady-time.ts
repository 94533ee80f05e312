/** Of the time that truly passes, so much passes here at least: a clock that was set back is met again within a hundred times as long. */
const SLOWEST = 0.99;

/** A machine that keeps its clock right moves it by less than this between two looks; durations bear it. */
const SLEWED_MS = 250;

/**
 * The machine's time of day, epoch ms, as whoever waits needs it: set forward, or after a sleep, it follows; set back it goes on, a little slower
 * than usual, until the machine's clock has come after it. What is older than something never becomes younger, and no wait gets longer.
 */
export class SteadyTime {
  readonly #wall: () => number;
  readonly #monotonic: () => number;
  readonly #setBack: (ms: number) => void;
  #time: number;
  #wallAt: number;
  #at: number;

  /** Epoch ms, and ms that never go back. `setBack` hears by how many ms the clock was set back, within the look that sees it. */
  constructor(wall: () => number, monotonic: () => number, setBack: (ms: number) => void = () => undefined) {
    this.#wall = wall;
    this.#monotonic = monotonic;
    this.#setBack = setBack;
    this.#time = this.#wallAt = wall();
    this.#at = monotonic();
  }

  now(): number {
    const wall = this.#wall();
    const at = this.#monotonic();
    const back = Math.round(at - this.#at - (wall - this.#wallAt));
    this.#time = Math.max(wall, this.#time + Math.max(0, at - this.#at) * SLOWEST);
    this.#wallAt = wall;
    this.#at = at;
    if (back > SLEWED_MS) this.#setBack(back);
    return Math.floor(this.#time);
  }
}
