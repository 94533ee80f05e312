import { type CellHash, seedOf } from './digest.ts';

export type Key = string | number;

/** The reading side of a store: for projections, outside of transactions. Iteration is in insertion order. */
export interface Store<K extends Key, V> {
  readonly name: string;
  readonly size: number;
  /** Sequence number of the last commit that wrote to it; 0 before the first. */
  readonly version: number;
  get(key: K): V | undefined;
  has(key: K): boolean;
  keys(): Iterable<K>;
  values(): Iterable<V>;
  entries(): Iterable<readonly [K, V]>;
}

/** A value and the sequence number that wrote it, kept while a snapshot may still ask for it. */
interface OldValue {
  readonly value: unknown;
  readonly version: number;
  older: OldValue | undefined;
}

/** One life of a key, from its insertion to its deletion. */
export interface Cell {
  readonly key: Key;
  value: unknown;
  version: number;
  /** Its hash, kept in the cell itself: one object less to fetch in a commit. */
  low: number;
  high: number;
  readonly born: number;
  /** Sequence number that deleted it; Infinity while it lives. */
  died: number;
  /** Place in the order of insertion. */
  readonly ordinal: number;
  older: OldValue | undefined;
  /** The key's life before this one, while a snapshot may still ask for it. */
  earlier: Cell | undefined;
  /** The transaction that last noted a read of this cell: a repeated read needs no second note. */
  notedBy: number;
}

/** Finds the value of one life at a base, newest first; undefined where that life has none. */
function valueIn(cell: Cell, base: number): OldValue | Cell | undefined {
  if (cell.version <= base) return cell;
  let old = cell.older;
  while (old !== undefined && old.version > base) old = old.older;
  return old;
}

/** A store's cells. Old values stay only while a base in use needs them, so a commit costs the same at any size. */
export class Table<K extends Key = Key, V = unknown> implements Store<K, V> {
  readonly name: string;
  readonly owner: object;
  readonly seed: CellHash;
  readonly live = new Map<Key, Cell>();
  /** Deleted cells that a base in use may still ask for. */
  readonly graves = new Map<Key, Cell>();
  /** Live cells with old values or earlier lives. */
  readonly chained = new Set<Cell>();
  version = 0;
  /** Sequence number of the last insertion or deletion. */
  keysVersion = 0;
  /** Old values and dead cells that are kept; those not needed any more count until they are trimmed. */
  kept = 0;
  #ordinal = 0;

  constructor(name: string, owner: object) {
    this.name = name;
    this.owner = owner;
    this.seed = seedOf(name);
  }

  get size(): number {
    return this.live.size;
  }

  get(key: K): V | undefined {
    return this.live.get(key)?.value as V | undefined;
  }

  has(key: K): boolean {
    return this.live.has(key);
  }

  keys(): Iterable<K> {
    return this.live.keys() as Iterable<K>;
  }

  *values(): Generator<V> {
    for (const cell of this.live.values()) yield cell.value as V;
  }

  *entries(): Generator<readonly [K, V]> {
    for (const cell of this.live.values()) yield [cell.key as K, cell.value as V];
  }

  /** Writes a value at `seq`. `newestBase` is the highest base in use, -1 for none: what no base can see is not kept. */
  put(key: Key, value: unknown, hash: CellHash, seq: number, newestBase: number): void {
    const cell = this.live.get(key);
    this.version = seq;
    if (cell === undefined) {
      const earlier = this.graves.size > 0 ? this.graves.get(key) : undefined;
      const born: Cell = {
        key,
        value,
        version: seq,
        low: hash.low,
        high: hash.high,
        born: seq,
        died: Infinity,
        ordinal: this.#ordinal,
        older: undefined,
        earlier,
        notedBy: 0,
      };
      this.#ordinal += 1;
      if (earlier !== undefined) {
        this.graves.delete(key);
        this.chained.add(born);
      }
      this.live.set(key, born);
      this.keysVersion = seq;
      return;
    }
    if (newestBase >= cell.version) {
      cell.older = { value: cell.value, version: cell.version, older: cell.older };
      this.chained.add(cell);
      this.kept += 1;
    }
    cell.value = value;
    cell.version = seq;
    cell.low = hash.low;
    cell.high = hash.high;
  }

  remove(cell: Cell, seq: number, newestBase: number): void {
    this.live.delete(cell.key);
    this.chained.delete(cell);
    this.version = seq;
    this.keysVersion = seq;
    cell.died = seq;
    if (newestBase < 0) return;
    this.graves.set(cell.key, cell);
    this.kept += 1;
  }

  /** Value of a key at a base; `version` is the sequence number that wrote it, or deleted it, or 0. */
  at(key: Key, base: number): { readonly value: unknown; readonly version: number } {
    let cell = this.live.get(key) ?? this.graves.get(key);
    while (cell !== undefined) {
      if (cell.died <= base) return { value: undefined, version: cell.died };
      if (cell.born <= base) return valueIn(cell, base) ?? { value: undefined, version: 0 };
      cell = cell.earlier;
    }
    return { value: undefined, version: 0 };
  }

  /** Whether the key has been written or deleted after a base. */
  changedSince(key: Key, base: number): boolean {
    const cell = this.live.get(key);
    if (cell !== undefined) return cell.version > base;
    const grave = this.graves.get(key);
    return grave !== undefined && grave.died > base;
  }

  /** Everything at a base, in order of insertion. The array is complete before it is returned: later commits cannot change it. */
  entriesAt(base: number): (readonly [K, V])[] {
    if (base >= this.version) return Array.from(this.entries());
    const found: { readonly ordinal: number; readonly entry: readonly [K, V] }[] = [];
    let dead = 0;
    const visit = (first: Cell): void => {
      for (let cell: Cell | undefined = first; cell !== undefined; cell = cell.earlier) {
        if (cell.born > base || cell.died <= base) continue;
        const seen = valueIn(cell, base);
        if (seen !== undefined) found.push({ ordinal: cell.ordinal, entry: [cell.key as K, seen.value as V] });
        if (cell.died !== Infinity) dead += 1;
      }
    };
    for (const cell of this.live.values()) visit(cell);
    for (const cell of this.graves.values()) visit(cell);
    if (dead > 0) found.sort((a, b) => a.ordinal - b.ordinal);
    return found.map(({ entry }) => entry);
  }

  /** Drops what no base in use can see. `bases` ascend. */
  trim(bases: readonly number[]): void {
    const oldest = bases[0] ?? Infinity;
    this.kept = 0;
    for (const [key, grave] of this.graves) {
      if (grave.died <= oldest) this.graves.delete(key);
      else this.kept += 1 + trimCell(grave, bases, oldest);
    }
    for (const cell of this.chained) {
      this.kept += trimCell(cell, bases, oldest);
      if (cell.older === undefined && cell.earlier === undefined) this.chained.delete(cell);
    }
  }
}

/** Returns how many old values and earlier lives stay. */
function trimCell(first: Cell, bases: readonly number[], oldest: number): number {
  let kept = trimValues(first, bases);
  for (let cell = first; cell.earlier !== undefined; cell = cell.earlier) {
    if (cell.earlier.died <= oldest) {
      cell.earlier = undefined;
      return kept;
    }
    kept += 1 + trimValues(cell.earlier, bases);
  }
  return kept;
}

function trimValues(cell: Cell, bases: readonly number[]): number {
  let until = cell.version;
  let keeper: { older: OldValue | undefined } = cell;
  let kept = 0;
  for (let old = cell.older; old !== undefined; old = old.older) {
    if (isNeeded(old.version, until, bases)) {
      keeper.older = old;
      keeper = old;
      kept += 1;
    }
    until = old.version;
  }
  keeper.older = undefined;
  return kept;
}

/** Whether a base reads the value that was current from `version` until before `until`. */
function isNeeded(version: number, until: number, bases: readonly number[]): boolean {
  for (const base of bases) if (base >= version) return base < until;
  return false;
}
