import type { Clock } from '#core/ports/clock';

/**
 * The exchange's time as the broker tells it: the desk's clock plus an offset from the heartbeat's answers. A simulated gateway
 * lives in its tape's time and may run faster than we do, so there the times of trades pull the clock forward as well.
 */
export class ExchangeClock {
  readonly #clock: Clock;
  readonly #simulated: boolean;
  #offset = 0;
  #known = false;

  constructor(clock: Clock, simulated: boolean) {
    this.#clock = clock;
    this.#simulated = simulated;
  }

  now(): number {
    return this.#clock.now() + this.#offset;
  }

  /** Broker's seconds and the round trip that brought them. Resolution is one second, so small differences are no skew. */
  server(epochSeconds: number, roundTripMs: number): void {
    const server = epochSeconds * 1_000 + roundTripMs / 2;
    const local = this.#clock.now();
    const skew = server - (local + this.#offset);
    if (!this.#known || Math.abs(skew) > 1_500) this.#offset = server - local;
    this.#known = true;
  }

  /** Time of a trade, epoch ms; only a simulated gateway's trades move the clock, and only forward. */
  trade(epochMs: number): void {
    if (this.#simulated && epochMs > this.now()) this.#offset += epochMs - this.now();
  }

  /** Exchange minus desk, ms. Above some seconds on a real gateway the desk's clock is wrong (C-40). */
  offset(): number {
    return this.#offset;
  }

  known(): boolean {
    return this.#known;
  }
}
