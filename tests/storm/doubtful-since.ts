import type { Order } from '#domain/order';

/** Since when one life has held an order for UNKNOWN or INACTIVE: on the storm's clock, epoch ms. The desk's own clock may be far from it. */
export class DoubtfulSince {
  readonly #since = new Map<string, { readonly state: Order['state']; readonly at: number }>();

  note({ key, state }: Order, at: number): void {
    if (state !== 'UNKNOWN' && state !== 'INACTIVE') this.#since.delete(key);
    else if (this.#since.get(key)?.state !== state) this.#since.set(key, { state, at });
  }

  of({ key }: Order): number | undefined {
    return this.#since.get(key)?.at;
  }
}
