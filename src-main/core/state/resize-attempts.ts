import type { OrderKey } from '#domain/ids';

/** How long an exit that could not be shrunk or cancelled is left alone before it is tried again. */
const AGAIN_MS = 20_000;
/** No close waits for as long as this: what was tried earlier says nothing any more. */
const FORGOTTEN_AFTER_MS = 60_000;

/**
 * When an exit was last asked to shrink to so much, or (0) to go, on the desk's clock in ms. Observed, not committed. An attempt ends by its
 * age and not with its order: an order that has ended may be reopened, and the same must not be asked of it at once again.
 */
export class ResizeAttempts {
  /** By order and size, the oldest first. */
  readonly #at = new Map<string, number>();

  note(key: OrderKey, size: number, now: number): void {
    for (const [attempt, at] of this.#at) {
      if (now - at < FORGOTTEN_AFTER_MS) break;
      this.#at.delete(attempt);
    }
    const attempt = `${size} ${key}`;
    this.#at.delete(attempt);
    this.#at.set(attempt, now);
  }

  /** The same was tried already, lately or (`since`, in ms) for the same purpose, and did not help. */
  isTried(key: OrderKey, size: number, now: number, since: number | undefined): boolean {
    const at = this.#at.get(`${size} ${key}`);
    if (at === undefined) return false;
    return since === undefined ? now - at < AGAIN_MS : at >= since;
  }

  get size(): number {
    return this.#at.size;
  }
}
