/** A set of callbacks; one that leaves while the others are being called does not disturb them. */
export class Listeners {
  readonly #all = new Set<() => void>();

  get size(): number {
    return this.#all.size;
  }

  add(listener: () => void): () => void {
    this.#all.add(listener);
    return () => {
      this.#all.delete(listener);
    };
  }

  call(): void {
    for (const listener of [...this.#all]) if (this.#all.has(listener)) listener();
  }
}
