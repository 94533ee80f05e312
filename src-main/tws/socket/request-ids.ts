/**
 * Request ids live above every order id: the library reports an order's rejection and a request's failure by the same number,
 * and an order must never be mistaken for a subscription. IB's ids end at 2^31 − 1.
 */
export const FIRST_REQUEST_ID = 2_000_000_000;

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
