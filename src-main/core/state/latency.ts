/** Newest measurements in a ring; percentiles on demand, never on the order path. Milliseconds. */
class Ring {
  readonly #values = new Float64Array(512);
  #count = 0;

  add(value: number): void {
    this.#values[this.#count % this.#values.length] = value;
    this.#count += 1;
  }

  percentile(p: number): number | undefined {
    const size = Math.min(this.#count, this.#values.length);
    if (size === 0) return undefined;
    const sorted = this.#values.slice(0, size).sort();
    return sorted[Math.min(size - 1, Math.floor(p * size))];
  }
}

export interface Percentiles {
  readonly p50: number | undefined;
  readonly p99: number | undefined;
}

/** tick → order: receipt of the firing tick to the frame handed to the socket. Round trip: frame to the broker's first word on it. */
export class Latencies {
  readonly #tickToOrder = new Ring();
  readonly #roundTrip = new Ring();
  readonly #sentAt = new Map<string, number>();

  tickToOrder(ms: number): void {
    this.#tickToOrder.add(ms);
  }

  sent(key: string, monotonic: number): void {
    this.#sentAt.set(key, monotonic);
    if (this.#sentAt.size > 1_000) {
      const oldest = this.#sentAt.keys().next().value;
      if (oldest !== undefined) this.#sentAt.delete(oldest);
    }
  }

  acknowledged(key: string, monotonic: number): void {
    const at = this.#sentAt.get(key);
    if (at === undefined) return;
    this.#sentAt.delete(key);
    this.#roundTrip.add(monotonic - at);
  }

  read(): { readonly tickToOrder: Percentiles; readonly roundTrip: Percentiles } {
    const of = (ring: Ring) => ({ p50: ring.percentile(0.5), p99: ring.percentile(0.99) });
    return { tickToOrder: of(this.#tickToOrder), roundTrip: of(this.#roundTrip) };
  }
}
