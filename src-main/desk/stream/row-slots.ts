import type { RowKey } from '#protocol/stream';

/** No slot. */
export const NONE = -1;
const FIRST_CAPACITY = 64;

export interface NewRow {
  readonly key: RowKey;
  readonly source: object;
  readonly created: number;
  readonly firstCreated: number;
}

/**
 * What a table knows of its rows beside their cells, by slot, and their order of change as a chain from the newest on. It lies in
 * a few small arrays because a tick moves its row to the front of the chain: as objects, three rows would have to be fetched for that.
 */
export class RowSlots {
  newest = NONE;
  older = new Int32Array(FIRST_CAPACITY);
  newer = new Int32Array(FIRST_CAPACITY);
  /** Versions. */
  touched = new Float64Array(FIRST_CAPACITY);
  created = new Float64Array(FIRST_CAPACITY);
  /** Creation of the first of a key's lives that a subscriber may still hold. */
  firstCreated = new Float64Array(FIRST_CAPACITY);
  readonly keys: RowKey[] = [];
  /** The row as it was last given, to know it again. */
  readonly sources: (object | undefined)[] = [];

  occupy(slot: number, row: NewRow): void {
    if (slot >= this.older.length) this.#grow(slot + 1);
    this.keys[slot] = row.key;
    this.sources[slot] = row.source;
    this.created[slot] = row.created;
    this.firstCreated[slot] = row.firstCreated;
    this.touched[slot] = row.created;
    this.#link(slot);
  }

  release(slot: number): void {
    this.#unlink(slot);
    this.sources[slot] = undefined;
  }

  touch(slot: number, version: number): void {
    this.touched[slot] = version;
    if (slot === this.newest) return;
    this.#unlink(slot);
    this.#link(slot);
  }

  #link(slot: number): void {
    this.older[slot] = this.newest;
    this.newer[slot] = NONE;
    if (this.newest !== NONE) this.newer[this.newest] = slot;
    this.newest = slot;
  }

  #unlink(slot: number): void {
    const older = this.older[slot] as number;
    const newer = this.newer[slot] as number;
    if (newer === NONE) this.newest = older;
    else this.older[newer] = older;
    if (older !== NONE) this.newer[older] = newer;
  }

  #grow(atLeast: number): void {
    const capacity = Math.max(atLeast, this.older.length * 2);
    this.older = widened(this.older, new Int32Array(capacity));
    this.newer = widened(this.newer, new Int32Array(capacity));
    this.touched = widened(this.touched, new Float64Array(capacity));
    this.created = widened(this.created, new Float64Array(capacity));
    this.firstCreated = widened(this.firstCreated, new Float64Array(capacity));
  }
}

function widened<A extends Int32Array | Float64Array>(from: A, to: A): A {
  to.set(from);
  return to;
}
