import { type Lane, LANES } from '#core/ports/lane';
import { Ring } from './ring.ts';

/** One FIFO per lane; the most urgent lane that holds something is served first. */
export class LaneQueues<T extends { readonly lane: Lane }> {
  readonly #rings: Readonly<Record<Lane, Ring<T>>> = {
    kill: new Ring(),
    'risk-reducing': new Ring(),
    order: new Ring(),
    data: new Ring(),
    housekeeping: new Ring(),
  };
  #length = 0;

  get length(): number {
    return this.#length;
  }

  push(item: T): void {
    this.#rings[item.lane].push(item);
    this.#length += 1;
  }

  shift(): T | undefined {
    if (this.#length === 0) return undefined;
    this.#length -= 1;
    for (const lane of LANES) {
      const item = this.#rings[lane].shift();
      if (item !== undefined) return item;
    }
    return undefined;
  }

  in(lane: Lane): Iterable<T> {
    return this.#rings[lane];
  }

  lengths(): Readonly<Record<Lane, number>> {
    const rings = this.#rings;
    return {
      kill: rings.kill.length,
      'risk-reducing': rings['risk-reducing'].length,
      order: rings.order.length,
      data: rings.data.length,
      housekeeping: rings.housekeeping.length,
    };
  }
}
