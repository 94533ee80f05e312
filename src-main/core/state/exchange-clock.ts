import type { Clock } from '#core/ports/clock';
import { ClockSteps, type TimePair } from './clock-steps.ts';

/** IB tells whole seconds, so a smaller difference is no news. */
const NOTED_MS = 1_500;

/**
 * The exchange's time as the broker tells it: the desk's clock plus an offset from the heartbeat's answers. A simulated gateway
 * lives in its tape's time and may run faster than we do, so there the times of trades pull the clock forward as well.
 */
export class ExchangeClock {
  readonly #clock: Clock;
  readonly #simulated: boolean;
  readonly #steps = new ClockSteps();
  #offset = 0;
  #known = false;

  constructor(clock: Clock, simulated: boolean) {
    this.#clock = clock;
    this.#simulated = simulated;
  }

  now(): number {
    return this.#clock.now() + this.#offset;
  }

  /**
   * Broker's seconds and the round trip that brought them. Returns by how many ms the clock was set, 0 when it goes on as it was: the first
   * answer sets it against the desk's own clock.
   */
  server(epochSeconds: number, roundTripMs: number): number {
    const server = epochSeconds * 1_000 + roundTripMs / 2;
    const local = this.#clock.now();
    const skew = server - (local + this.#offset);
    const sets = !this.#known || Math.abs(skew) > NOTED_MS;
    if (sets) this.#offset = server - local;
    this.#known = true;
    if (sets) this.stamp(local);
    return sets ? skew : 0;
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

  /** The broker's time of a fact that happens now, at `at` of the desk's clock; both epoch ms. It is remembered. Undefined: not known. */
  stamp(at: number): number | undefined {
    if (!this.#known) return undefined;
    this.#steps.note(at, this.#offset);
    return Math.round(at + this.#offset);
  }

  /** The broker's time of an earlier moment of the desk's clock, by the offset of that moment; both epoch ms. Undefined: not known. */
  timeOf(at: number): number | undefined {
    return this.#steps.timeOf(at);
  }

  /** What the journal of earlier runs says of their clocks, oldest first. Only before the broker's first word. */
  learn(pairs: readonly TimePair[]): void {
    if (!this.#known) this.#steps.learn(pairs);
  }
}
