import type { Cell } from '#protocol/stream';

const FIRST_CAPACITY = 64;
/** Places of a cell in the typed array: its figure, and the version at which it last changed. */
const PER_CELL = 2;

/**
 * The cells of a table, and for each the version at which it last changed. Figures and versions lie side by side in one typed array: a
 * tick then allocates nothing and touches few lines of memory, which is most of its cost. Where the figure is NaN the cell is in `#others`.
 */
export class CellGrid {
  #width: number;
  #capacity = FIRST_CAPACITY;
  #figures: Float64Array;
  #others: Cell[];
  #used = 0;
  #free: number[] = [];

  constructor(width: number) {
    this.#width = width;
    this.#figures = new Float64Array(this.#capacity * width * PER_CELL);
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
    this.#clear(slot * this.#width, this.#width, version);
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
    for (let slot = 0; slot < this.#used; slot += 1) this.#clear(slot * this.#width + old, by, version);
  }

  /** False when the cell held that already. A figure that is not finite is unknown, as it is in JSON: null. */
  write(slot: number, column: number, value: Cell | undefined, version: number): boolean {
    const cell = slot * this.#width + column;
    const at = cell * PER_CELL;
    const held = this.#figures[at] as number;
    if (typeof value === 'number' && Number.isFinite(value)) {
      if (held === value) return false;
      if (Number.isNaN(held)) this.#others[cell] = null;
      this.#figures[at] = value;
    } else {
      const other = typeof value === 'number' ? null : (value ?? null);
      if (Number.isNaN(held) && this.#others[cell] === other) return false;
      this.#figures[at] = Number.NaN;
      this.#others[cell] = other;
    }
    this.#figures[at + 1] = version;
    return true;
  }

  /** A copy of the row. */
  row(slot: number): Cell[] {
    const cells: Cell[] = [];
    const from = slot * this.#width;
    for (let cell = from; cell < from + this.#width; cell += 1) cells.push(this.#at(cell));
    return cells;
  }

  /** Appends column and value of each cell that changed after `version`, and returns how many did. */
  appendChanged(slot: number, version: number, to: Cell[]): number {
    const from = slot * this.#width;
    let count = 0;
    for (let column = 0; column < this.#width; column += 1) {
      if ((this.#figures[(from + column) * PER_CELL + 1] as number) <= version) continue;
      to.push(column, this.#at(from + column));
      count += 1;
    }
    return count;
  }

  /**
   * Writes column and figure of each cell that changed after `version` to `to`, from `at` on, and returns where the next goes; −1 when one
   * of them is no figure. `to` must have room for a whole row.
   */
  writeChanged(slot: number, version: number, to: Float64Array, at: number): number {
    const from = slot * this.#width;
    for (let column = 0; column < this.#width; column += 1) {
      const place = (from + column) * PER_CELL;
      if ((this.#figures[place + 1] as number) <= version) continue;
      const figure = this.#figures[place] as number;
      if (figure !== figure) return -1;
      to[at] = column;
      to[at + 1] = figure;
      at += 2;
    }
    return at;
  }

  #at(cell: number): Cell {
    const figure = this.#figures[cell * PER_CELL] as number;
    return Number.isNaN(figure) ? (this.#others[cell] as Cell) : figure;
  }

  #clear(from: number, count: number, version: number): void {
    for (let cell = from; cell < from + count; cell += 1) {
      this.#figures[cell * PER_CELL] = Number.NaN;
      this.#figures[cell * PER_CELL + 1] = version;
    }
  }

  #resize(capacity: number, width: number): void {
    const figures = new Float64Array(capacity * width * PER_CELL);
    const others = new Array<Cell>(capacity * width).fill(null);
    for (let slot = 0; slot < this.#used; slot += 1) {
      const from = slot * this.#width;
      figures.set(this.#figures.subarray(from * PER_CELL, (from + this.#width) * PER_CELL), slot * width * PER_CELL);
      for (let column = 0; column < this.#width; column += 1) others[slot * width + column] = this.#others[from + column] as Cell;
    }
    this.#capacity = capacity;
    this.#width = width;
    this.#figures = figures;
    this.#others = others;
  }
}
