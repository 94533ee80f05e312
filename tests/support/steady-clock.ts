import { FakeClock } from './fake-clock.ts';

/** So much time passes with each turn of the timers, however long the machine takes for it. */
const A_TURN_MS = 5;

/**
 * Time for a desk on real sockets whose peer lives in the same process: it passes with the turns of the event loop and not with the
 * machine's clock. While another process burns the cores no time passes, so no quote gets old and nothing is given up; on a quiet machine
 * a wait of ten seconds takes two.
 */
export class SteadyClock extends FakeClock {
  readonly #timer: ReturnType<typeof setInterval>;

  constructor() {
    super(Date.now());
    this.#timer = setInterval(() => this.advance(A_TURN_MS), 1);
  }

  stop(): void {
    clearInterval(this.#timer);
  }
}
