import type { OrderId } from '#domain/ids';
import type { IdHighWater } from './tws-options.ts';

/**
 * Request ids live above every order id: the library reports an order's rejection and a request's failure by the same number,
 * and an order must never be mistaken for a subscription. IB's ids end at 2^31 − 1.
 */
const FIRST_REQUEST_ID = 2_000_000_000;

/** Ids of requests; never used twice while the program runs, also over reconnects. */
export class RequestIds {
  #next = FIRST_REQUEST_ID;

  next(): number {
    const id = this.#next;
    this.#next += 1;
    return id;
  }
}

/** True for numbers TWS may use for an order, bound manual orders (negative) included. */
export function isOrderId(id: number): boolean {
  return Number.isInteger(id) && id !== 0 && id !== -1 && id < FIRST_REQUEST_ID;
}

/** One rising sequence for all client ids: above TWS's next id, above every id seen, above every id of earlier runs. */
export class OrderIds {
  readonly #store: IdHighWater;
  #highest: number;
  #lastFromTws = new Map<number, number>();

  constructor(store: IdHighWater) {
    this.#store = store;
    const stored = store.read();
    this.#highest = Number.isSafeInteger(stored) && stored > 0 ? stored : 0;
  }

  /** Returns the earlier id when TWS went backwards, as after a restart of the gateway. */
  nextValid(clientId: number, id: number): number | undefined {
    if (!Number.isSafeInteger(id)) return undefined;
    const before = this.#lastFromTws.get(clientId);
    this.#lastFromTws.set(clientId, id);
    this.seen(id - 1);
    return before !== undefined && id < before ? before : undefined;
  }

  /** Any id of an order, also of other clients. */
  seen(id: number): void {
    if (isOrderId(id) && id > this.#highest) this.#highest = id;
  }

  /** Consecutive ids for the legs of one order, or undefined when IB's range is used up. Stored before they are returned. */
  take(count: number): readonly OrderId[] | undefined {
    const last = this.#highest + count;
    if (last >= FIRST_REQUEST_ID) return undefined;
    const first = this.#highest + 1;
    this.#highest = last;
    this.#store.raise(last);
    return Array.from({ length: count }, (_, i) => (first + i) as OrderId);
  }
}
