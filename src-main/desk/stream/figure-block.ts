const FIRST = 4_096;

/** A block of figures that is written again for every patch: its memory is not allocated anew. */
export class FigureBlock {
  #figures = new Float64Array(FIRST);
  length = 0;

  /** The block with room for `count` more figures behind `length`. */
  room(count: number): Float64Array {
    if (this.length + count > this.#figures.length) {
      const wider = new Float64Array(Math.max(this.#figures.length * 2, this.length + count));
      wider.set(this.#figures);
      this.#figures = wider;
    }
    return this.#figures;
  }

  /** A copy of what was written, no longer than that: a clone of a view would carry its whole buffer along. Empties the block. */
  take(): Float64Array {
    const taken = this.#figures.slice(0, this.length);
    this.length = 0;
    return taken;
  }
}
