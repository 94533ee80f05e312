/** Quantiles of the last samples. Undefined while there are none. */
export interface Quantiles {
  readonly p50: number | undefined;
  readonly p99: number | undefined;
}

export class SampleRing {
  readonly #samples: number[] = [];
  readonly #size: number;
  #next = 0;

  constructor(size = 512) {
    this.#size = size;
  }

  add(sample: number): void {
    this.#samples[this.#next] = sample;
    this.#next = (this.#next + 1) % this.#size;
  }

  quantiles(): Quantiles {
    const sorted = [...this.#samples].sort((a, b) => a - b);
    const at = (share: number): number | undefined => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))];
    return { p50: at(0.5), p99: at(0.99) };
  }
}
