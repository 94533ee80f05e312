import { type OrderId, orderIdOf } from '#domain/ids';
import { FIRST_REQUEST_ID, isOrderId } from '#tws/socket/request-ids';

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
    return Array.from({ length: count }, (_, i) => orderIdOf(first + i));
  }
}

/** Highest order id ever given out; survives restarts. `raise` is called before the frame leaves. */
export interface IdHighWater {
  read(): number;
  raise(id: number): void;
}
