/** Whether a crashed page may be loaded again: fewer than `limit` crashes within `windowMs`. Times are monotonic ms. */
export class CrashLimit {
  readonly #limit: number;
  readonly #windowMs: number;
  #crashes: number[] = [];

  constructor(limit: number, windowMs: number) {
    this.#limit = limit;
    this.#windowMs = windowMs;
  }

  crashed(now: number): 'reload' | 'give-up' {
    this.#crashes = this.#crashes.filter((at) => now - at < this.#windowMs);
    this.#crashes.push(now);
    return this.#crashes.length < this.#limit ? 'reload' : 'give-up';
  }

  /** The operator asked for a new try. */
  reset(): void {
    this.#crashes = [];
  }
}
