import type { OrderKey } from '#domain/ids';

/**
 * Cancels that have not left. `refused`: they found no socket, or may have died with it, and go out again with the next connection.
 * `waiting`: they wait for a place in the message rate and leave by themselves. Observed, not committed.
 */
export class UnsentCancels {
  readonly #refused = new Set<OrderKey>();
  readonly #waiting = new Set<OrderKey>();
  readonly #never = new Set<OrderKey>();

  /** Not sent, and to be sent again. */
  add(key: OrderKey): void {
    this.#refused.add(key);
    this.#never.delete(key);
    this.#waiting.delete(key);
  }

  waits(key: OrderKey): void {
    this.#refused.delete(key);
    this.#never.delete(key);
    this.#waiting.add(key);
  }

  /** It left the socket. */
  delete(key: OrderKey): void {
    this.#refused.delete(key);
    this.#waiting.delete(key);
    this.#never.delete(key);
  }

  /** Nothing is left to cancel: the order ended before its cancel could leave. */
  neverLeaves(key: OrderKey): void {
    this.#refused.delete(key);
    this.#waiting.delete(key);
    this.#never.add(key);
  }

  /** Has to be sent again. */
  has(key: OrderKey): boolean {
    return this.#refused.has(key);
  }

  /** Its bytes have not left, for whichever reason. */
  isHere(key: OrderKey): boolean {
    return this.#refused.has(key) || this.#waiting.has(key) || this.#never.has(key);
  }

  /** Those that have to be sent again. */
  keys(): readonly OrderKey[] {
    return [...this.#refused];
  }
}
