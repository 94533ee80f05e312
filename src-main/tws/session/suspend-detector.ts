import type { Clock } from '#core/ports/clock';
import type { Scheduler } from '#core/ports/scheduler';
import { TIMING } from '#tws/socket/timing';

/**
 * Notices that this program stood still: the computer slept, the process was stopped, or one turn took seconds. What lies in the sockets
 * then was said to somebody who was not there, and would be taken for news. Looked at by a pulse of its own, and before anything that came
 * or is to leave, because after a sleep nobody knows whether timers or sockets get the first turn.
 */
export class SuspendDetector {
  readonly #clock: Clock;
  readonly #scheduler: Scheduler;
  readonly #woke: (stoodMs: number) => void;
  #monotonicAt = Infinity;
  #wallAt = Infinity;
  #cancelPulse: () => void = () => undefined;

  /** `woke` is told how long it was, in ms; synchronously, out of `look`. */
  constructor(ports: { readonly clock: Clock; readonly scheduler: Scheduler }, woke: (stoodMs: number) => void) {
    this.#clock = ports.clock;
    this.#scheduler = ports.scheduler;
    this.#woke = woke;
  }

  start(): void {
    this.#monotonicAt = this.#clock.monotonic();
    this.#wallAt = this.#clock.now();
    this.#pulse();
  }

  stop(): void {
    this.#cancelPulse();
    this.#monotonicAt = Infinity;
    this.#wallAt = Infinity;
  }

  /** The monotonic clock of some systems sleeps with them, the other one may be set: the longer of the two counts. */
  look(monotonic = this.#clock.monotonic(), wall = this.#clock.now()): void {
    const stood = Math.max(monotonic - this.#monotonicAt, wall - this.#wallAt);
    if (stood === -Infinity) return;
    this.#monotonicAt = monotonic;
    this.#wallAt = wall;
    if (stood >= TIMING.suspended) this.#woke(stood);
  }

  #pulse(): void {
    this.#cancelPulse = this.#scheduler.after(TIMING.pulse, () => {
      this.look();
      this.#pulse();
    });
  }
}
