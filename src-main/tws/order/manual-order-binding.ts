import type { Clock } from '#core/ports/clock';
import type { OpenOrderNews } from '#core/ports/broker';

/** A number that TWS did not give (its API may be read-only) is asked for again so much later, ms. */
const ASK_AGAIN = 30_000;
const ENDED: ReadonlySet<string> = new Set(['Filled', 'Cancelled', 'ApiCancelled', 'Inactive']);

/**
 * When client 0 asks for its own open orders. An order typed into TWS has order id 0, by which nobody can name it, until that question
 * gives it a number; the request to number them as they come is about later ones only. Asked once on each connection and for each order
 * that is listed without a number; never twice at once.
 */
export class ManualNumbers {
  readonly #clock: Clock;
  /** Sends the question; false when it could not leave. */
  readonly #send: () => boolean;
  /** By permId, monotonic ms. */
  readonly #asked = new Map<number, number>();
  #askedHere = false;
  #waits = false;

  constructor(clock: Clock, send: () => boolean) {
    this.#clock = clock;
    this.#send = send;
  }

  onceAConnection(): void {
    if (!this.#askedHere) this.ask();
  }

  ask(): void {
    if (this.#waits || !this.#send()) return;
    this.#askedHere = true;
    this.#waits = true;
  }

  listed({ orderId, clientId, permId, ibStatus }: OpenOrderNews): void {
    if (orderId !== 0 || clientId !== 0 || ENDED.has(ibStatus)) return;
    const now = this.#clock.monotonic();
    if (now - (this.#asked.get(permId) ?? -Infinity) < ASK_AGAIN) return;
    this.#asked.set(permId, now);
    this.ask();
  }

  answered(): void {
    this.#waits = false;
  }

  /** The connection is gone, and the answer with it. */
  lost(): void {
    this.#asked.clear();
    this.#askedHere = false;
    this.#waits = false;
  }
}
