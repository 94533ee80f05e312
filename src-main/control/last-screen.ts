import type { DoorClock } from '#desk/entrance/door';

/** A page that is loaded anew is back within a moment. */
export const GONE_MS = 5_000;

/** Counts the screens that may operate, and says when the last of them has been gone for a while. */
export class LastScreen {
  readonly #clock: DoorClock;
  readonly #onLast: () => void;
  #open = 0;
  #stopWaiting: () => void = () => undefined;

  constructor(clock: DoorClock, onLast: () => void) {
    this.#clock = clock;
    this.#onLast = onLast;
  }

  opened(): void {
    this.#stopWaiting();
    this.#open += 1;
  }

  closed(): void {
    this.#open -= 1;
    if (this.#open === 0) this.#stopWaiting = this.#clock.after(GONE_MS, this.#onLast);
  }

  /** The desk stops: nobody is to be told any more. */
  stop(): void {
    this.#stopWaiting();
    this.#open = Number.POSITIVE_INFINITY;
  }
}
