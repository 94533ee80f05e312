import type { Cell } from '#protocol/stream';
import { sameValue } from './same-value.ts';

const FIRST_CAPACITY = 64;

/** The cells of a table's rows. Figures lie in one typed array, so that a tick allocates nothing; where it holds NaN the cell is in `#others`. */
export class CellStore {
  readonly #width: number;
  #capacity = FIRST_CAPACITY;
  #figures: Float64Array;
  #others: Cell[];
  #used = 0;
  readonly #free: number[] = [];

  constructor(width: number) {
    this.#width = width;
    this.#figures = new Float64Array(this.#capacity * width).fill(Number.NaN);
    this.#others = new Array<Cell>(this.#capacity * width).fill(null);
  }

  /** Room for a row of nulls. */
  allocate(): number {
    const slot = this.#free.pop();
    if (slot !== undefined) return slot;
    if (this.#used === this.#capacity) this.#grow();
    this.#used += 1;
    return this.#used - 1;
  }

  release(slot: number): void {
    const at = slot * this.#width;
    this.#figures.fill(Number.NaN, at, at + this.#width);
    this.#others.fill(null, at, at + this.#width);
    this.#free.push(slot);
  }

  get(slot: number, column: number): Cell {
    const at = slot * this.#width + column;
    const figure = this.#figures[at] as number;
    return Number.isNaN(figure) ? (this.#others[at] as Cell) : figure;
  }

  /** Whether the cell is another one now. */
  write(slot: number, column: number, value: Cell): boolean {
    if (column >= this.#width) return false;
    const at = slot * this.#width + column;
    const held = this.#figures[at] as number;
    if (typeof value === 'number' && !Number.isNaN(value)) {
      if (held === value) return false;
      this.#figures[at] = value;
      if (Number.isNaN(held)) this.#others[at] = null;
      return true;
    }
    if (Number.isNaN(held) && sameValue(this.#others[at], value)) return false;
    this.#figures[at] = Number.NaN;
    this.#others[at] = value;
    return true;
  }

  #grow(): void {
    const figures = new Float64Array(this.#capacity * 2 * this.#width).fill(Number.NaN);
    figures.set(this.#figures);
    this.#figures = figures;
    this.#others = [...this.#others, ...new Array<Cell>(this.#capacity * this.#width).fill(null)];
    this.#capacity *= 2;
  }
}
