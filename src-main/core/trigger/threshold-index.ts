/** Something that is true on one side of a level. `slot` belongs to the index: 0 while it is outside. */
export interface Threshold {
  readonly up: boolean;
  level: number;
  slot: number;
}

export interface FlipSink<T extends Threshold> {
  /** `on`: the price is now at or beyond the level. */
  flip(threshold: T, on: boolean): void;
}

/** Removed entries wait for the next insertion to be swept out, once there are this many and a quarter of all. */
const SWEEP = 64;

/**
 * Sorted levels of one direction in typed arrays with their owners beside them, and a cursor that stands at the price: below
 * the cursor are the levels that the price has passed. A move walks the cursor over exactly the levels that flip.
 *
 * Removal happens on the tick path, when something fires, and only leaves a hole; insertion, on the operator's time, moves memory.
 */
class SortedLevels<T extends Threshold> {
  levels = new Float64Array(8);
  slots = new Float64Array(8);
  owners: (T | undefined)[] = [];
  holes = 0;
  cursor = 0;

  /** First position whose (level, slot) is not below the given one. */
  position(level: number, slot: number): number {
    let low = 0;
    let high = this.owners.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const there = this.levels[middle] as number;
      if (there < level || (there === level && (this.slots[middle] as number) < slot)) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  insert(owner: T, passed: boolean): void {
    if (this.holes >= SWEEP && this.holes * 4 >= this.owners.length) this.#sweep();
    const size = this.owners.length;
    const at = this.position(owner.level, owner.slot);
    if (size === this.levels.length) this.#grow(size * 2);
    this.levels.copyWithin(at + 1, at, size);
    this.slots.copyWithin(at + 1, at, size);
    this.levels[at] = owner.level;
    this.slots[at] = owner.slot;
    if (at === size) this.owners.push(owner);
    else this.owners.splice(at, 0, owner);
    if (at < this.cursor || (at === this.cursor && passed)) this.cursor += 1;
  }

  remove(owner: T): void {
    const at = this.position(owner.level, owner.slot);
    if (this.owners[at] !== owner) throw new Error('A threshold is not where its level says');
    this.owners[at] = undefined;
    this.holes += 1;
  }

  #grow(size: number): void {
    const { levels, slots } = this;
    this.levels = new Float64Array(size);
    this.levels.set(levels);
    this.slots = new Float64Array(size);
    this.slots.set(slots);
  }

  #sweep(): void {
    let kept = 0;
    let cursor = this.cursor;
    this.owners.forEach((owner, at) => {
      if (owner === undefined) {
        if (at < this.cursor) cursor -= 1;
        return;
      }
      this.levels[kept] = this.levels[at] as number;
      this.slots[kept] = this.slots[at] as number;
      this.owners[kept] = owner;
      kept += 1;
    });
    this.owners.length = kept;
    this.cursor = cursor;
    this.holes = 0;
  }
}

/**
 * Thresholds of one field of one contract. A move of the price costs O(1 + flips), a removal O(log n),
 * an insertion O(log n) and a memory move, a price that returns after a gap O(log n).
 *
 * `up` thresholds are on at price ≥ level, the others at price ≤ level.
 */
export class ThresholdIndex<T extends Threshold> {
  readonly #up = new SortedLevels<T>();
  readonly #down = new SortedLevels<T>();
  #slots = 0;

  get size(): number {
    return this.#up.owners.length - this.#up.holes + this.#down.owners.length - this.#down.holes;
  }

  /** `price` is the present one, NaN when unknown (then `seek` follows before the next `moveTo`). */
  insert(owner: T, price: number): void {
    if (owner.slot !== 0) throw new Error('A threshold is indexed already');
    this.#slots += 1;
    owner.slot = this.#slots;
    if (owner.up) this.#up.insert(owner, owner.level <= price);
    else this.#down.insert(owner, owner.level < price);
  }

  remove(owner: T): void {
    (owner.up ? this.#up : this.#down).remove(owner);
    owner.slot = 0;
  }

  /** Puts the cursors at a price without telling of flips. */
  seek(price: number): void {
    this.#up.cursor = this.#up.position(price, Number.POSITIVE_INFINITY);
    this.#down.cursor = this.#down.position(price, Number.NEGATIVE_INFINITY);
  }

  /** Tells every threshold that flips between the price of the last `moveTo` or `seek` and this one. The sink must not insert or remove. */
  moveTo(price: number, sink: FlipSink<T>): void {
    const { levels: up, owners: upOwners } = this.#up;
    let cursor = this.#up.cursor;
    while (cursor < upOwners.length && (up[cursor] as number) <= price) {
      tell(sink, upOwners[cursor], true);
      cursor += 1;
    }
    while (cursor > 0 && (up[cursor - 1] as number) > price) {
      cursor -= 1;
      tell(sink, upOwners[cursor], false);
    }
    this.#up.cursor = cursor;

    const { levels: down, owners: downOwners } = this.#down;
    cursor = this.#down.cursor;
    while (cursor > 0 && (down[cursor - 1] as number) >= price) {
      cursor -= 1;
      tell(sink, downOwners[cursor], true);
    }
    while (cursor < downOwners.length && (down[cursor] as number) < price) {
      tell(sink, downOwners[cursor], false);
      cursor += 1;
    }
    this.#down.cursor = cursor;
  }

  /** Every threshold, lowest level first within each direction. */
  forEach(visit: (owner: T) => void): void {
    for (const owner of this.#up.owners) if (owner !== undefined) visit(owner);
    for (const owner of this.#down.owners) if (owner !== undefined) visit(owner);
  }
}

function tell<T extends Threshold>(sink: FlipSink<T>, owner: T | undefined, on: boolean): void {
  if (owner !== undefined) sink.flip(owner, on);
}
