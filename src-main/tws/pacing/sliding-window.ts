/**
 * Times of the last sends. A token bucket lets a full bucket and a refill pass within one second; a log of times does not:
 * no window of `spanMs`, wherever it starts, holds more than `cap` sends.
 */
export class SlidingWindow {
  readonly #times: Float64Array;
  readonly #spanMs: number;
  #head = 0;
  #size = 0;

  constructor(capacity: number, spanMs: number) {
    this.#times = new Float64Array(capacity);
    this.#spanMs = spanMs;
  }

  /** Sends within the span that ends now. */
  count(now: number): number {
    while (this.#size > 0 && now - this.#at(0) >= this.#spanMs) {
      this.#head = (this.#head + 1) % this.#times.length;
      this.#size -= 1;
    }
    return this.#size;
  }

  add(now: number): void {
    this.#times[(this.#head + this.#size) % this.#times.length] = now;
    this.#size += 1;
  }

  /** When `cost` more sends will stay within `cap`; `now` when they do already. */
  roomAt(now: number, cap: number, cost: number): number {
    const excess = this.count(now) + cost - cap;
    return excess <= 0 ? now : this.#at(Math.min(excess, this.#size) - 1) + this.#spanMs;
  }

  #at(index: number): number {
    return this.#times[(this.#head + index) % this.#times.length] ?? 0;
  }
}
