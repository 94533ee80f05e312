import type { Cell } from '#protocol/stream';

const FIRST_CAPACITY = 64;

/**
 * The cells of a table, and for each the version at which it last changed. Figures lie in one typed array: a tick then allocates
 * nothing and touches few lines of memory, which is most of its cost. Where the figure is NaN the cell is in `#others`.
 */
export class CellGrid {
  #width: number;
  #capacity = FIRST_CAPACITY;
  #figures: Float64Array;
  #changed: Float64Array;
  #others: Cell[];
  #used = 0;
  #free: number[] = [];

  constructor(width: number) {
    this.#width = width;
    this.#figures = new Float64Array(this.#capacity * width).fill(Number.NaN);
    this.#changed = new Float64Array(this.#capacity * width);
    this.#others = new Array<Cell>(this.#capacity * width).fill(null);
  }

  get width(): number {
    return this.#width;
  }

  /** A row of nulls, changed at `version`. */
  allocate(version: number): number {
    const slot = this.#free.pop() ?? this.#used;
    if (slot === this.#used) {
      if (this.#used === this.#capacity) this.#resize(this.#capacity * 2, this.#width);
      this.#used += 1;
    }
    const at = slot * this.#width;
    this.#figures.fill(Number.NaN, at, at + this.#width);
    this.#changed.fill(version, at, at + this.#width);
    return slot;
  }

  /** Lets go of what the row held; the slot is the next to be allocated. */
  release(slot: number): void {
    const at = slot * this.#width;
    this.#others.fill(null, at, at + this.#width);
    this.#free.push(slot);
  }

  /** New cells at the right of every row, null and changed at `version`. */
  widen(by: number, version: number): void {
    const old = this.#width;
    this.#resize(this.#capacity, old + by);
    for (let slot = 0; slot < this.#used; slot += 1) this.#changed.fill(version, slot * this.#width + old, (slot + 1) * this.#width);
  }

  /** False when the cell held that already. A figure that is not finite is unknown, as it is in JSON: null. */
  write(slot: number, column: number, value: Cell | undefined, version: number): boolean {
    const at = slot * this.#width + column;
    const held = this.#figures[at] as number;
    if (typeof value === 'number' && Number.isFinite(value)) {
      if (held === value) return false;
      if (Number.isNaN(held)) this.#others[at] = null;
      this.#figures[at] = value;
    } else {
      const other = typeof value === 'number' ? null : (value ?? null);
      if (Number.isNaN(held) && this.#others[at] === other) return false;
      this.#figures[at] = Number.NaN;
      this.#others[at] = other;
    }
    this.#changed[at] = version;
    return true;
  }

  /** A copy of the row. */
  row(slot: number): Cell[] {
    const cells: Cell[] = [];
    const from = slot * this.#width;
    for (let at = from; at < from + this.#width; at += 1) cells.push(this.#at(at));
    return cells;
  }

  /** Appends column and value of each cell that changed after `version`. */
  appendChanged(slot: number, version: number, to: (string | number | Cell)[]): void {
    const from = slot * this.#width;
    for (let column = 0; column < this.#width; column += 1) {
      if ((this.#changed[from + column] as number) > version) to.push(column, this.#at(from + column));
    }
  }

  #at(at: number): Cell {
    const figure = this.#figures[at] as number;
    return Number.isNaN(figure) ? (this.#others[at] as Cell) : figure;
  }

  #resize(capacity: number, width: number): void {
    const figures = new Float64Array(capacity * width).fill(Number.NaN);
    const changed = new Float64Array(capacity * width);
    const others = new Array<Cell>(capacity * width).fill(null);
    for (let slot = 0; slot < this.#used; slot += 1) {
      for (let column = 0; column < this.#width; column += 1) {
        const from = slot * this.#width + column;
        const to = slot * width + column;
        figures[to] = this.#figures[from] as number;
        changed[to] = this.#changed[from] as number;
        others[to] = this.#others[from] as Cell;
      }
    }
    this.#capacity = capacity;
    this.#width = width;
    this.#figures = figures;
    this.#changed = changed;
    this.#others = others;
  }
}
