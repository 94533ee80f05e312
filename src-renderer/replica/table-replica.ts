import type { Cell, RowKey, TablePatch, TableSnapshot } from '#protocol/stream';
import { CellStore } from './cell-store.ts';
import { Listeners } from './listeners.ts';
import { sameValue } from './same-value.ts';

export type Applied = 'applied' | 'gap';

/** Where a row's cells are, and the row as it was last built from them. */
interface Held<R> {
  readonly slot: number;
  row: R | undefined;
  /** Cells have changed since. */
  isStale: boolean;
  /** The last round of `publish` that it is in. */
  round: number;
}

interface Changes<R> {
  readonly list: ArrayLike<Cell>;
  readonly targets: readonly (Held<R> | undefined)[];
}

/**
 * A read-only copy of one table. A patch that does not continue exactly from here is refused whole and changes nothing. A row
 * whose cells did not change stays the same object, and only listeners of changed rows are called, once per `publish`. A changed row is
 * built when it is looked at: of thousands a screen shows a few dozen.
 */
export class TableReplica<R extends object> {
  readonly #keyColumn: string;
  #columns: readonly string[] = [];
  /** V8 keeps an object built by many computed keys as a dictionary; a parsed one has a shape, and copies of it keep that. */
  #blank: Readonly<Record<string, unknown>> = {};
  #cells = new CellStore(0);
  #rows = new Map<RowKey, Held<R>>();
  #keys: readonly RowKey[] = [];
  #seq: number | null = null;
  /** Rows that changed in this round; a deleted one may stand twice. */
  #changed: RowKey[] = [];
  #round = 1;
  /** The round in which a cell of each column, or any row's being there, changed last. */
  #columnRounds: number[] = [];
  #keysRound = 0;
  #keysChanged = false;
  readonly #rowListeners = new Map<RowKey, Listeners>();
  readonly #keyListeners = new Listeners();
  readonly #anyListeners = new Listeners();

  constructor(keyColumn: string) {
    this.#keyColumn = keyColumn;
  }

  /** Null until the first snapshot has come. */
  get seq(): number | null {
    return this.#seq;
  }

  /** In the desk's order; the same array until a row comes or goes. */
  get keys(): readonly RowKey[] {
    return this.#keys;
  }

  row(key: RowKey): R | undefined {
    const held = this.#rows.get(key);
    return held === undefined ? undefined : this.#built(held);
  }

  /** Rises when a cell of one of these columns changes, or a row comes or goes: what is computed from them alone need not look before. */
  stamp(columns: readonly string[]): number {
    let newest = this.#keysRound;
    for (const column of columns) newest = Math.max(newest, this.#columnRounds[this.#columns.indexOf(column)] ?? 0);
    return newest;
  }

  apply(update: TableSnapshot | TablePatch): Applied {
    return update.kind === 'table' ? this.#load(update) : this.#step(update);
  }

  /** Tells listeners what `apply` changed since the last call; the caller applies a whole frame first. */
  publish(): void {
    if (this.#changed.length === 0 && !this.#keysChanged) return;
    const changed = this.#changed;
    const keysChanged = this.#keysChanged;
    this.#changed = [];
    this.#round += 1;
    this.#keysChanged = false;
    if (this.#rowListeners.size > 0) for (const key of new Set(changed)) this.#rowListeners.get(key)?.call();
    if (keysChanged) this.#keyListeners.call();
    this.#anyListeners.call();
  }

  subscribeRow(key: RowKey, listener: () => void): () => void {
    let listeners = this.#rowListeners.get(key);
    if (listeners === undefined) {
      listeners = new Listeners();
      this.#rowListeners.set(key, listeners);
    }
    const end = listeners.add(listener);
    const own = listeners;
    return () => {
      end();
      if (own.size === 0 && this.#rowListeners.get(key) === own) this.#rowListeners.delete(key);
    };
  }

  subscribeKeys(listener: () => void): () => void {
    return this.#keyListeners.add(listener);
  }

  subscribeAny(listener: () => void): () => void {
    return this.#anyListeners.add(listener);
  }

  #load(snapshot: TableSnapshot): Applied {
    const keyIndex = snapshot.columns.indexOf(this.#keyColumn);
    if (keyIndex < 0) return 'gap';
    const alike = sameValue(this.#columns, snapshot.columns);
    if (!alike) {
      this.#cells = new CellStore(snapshot.columns.length);
      this.#columns = snapshot.columns;
      this.#columnRounds = snapshot.columns.map(() => this.#round);
      this.#blank = JSON.parse(JSON.stringify(Object.fromEntries(snapshot.columns.map((column) => [column, null])))) as Readonly<
        Record<string, unknown>
      >;
    }
    const rows = new Map<RowKey, Held<R>>();
    for (const cells of snapshot.rows) {
      const key = cells[keyIndex] as RowKey;
      const held = this.#rows.get(key);
      if (held !== undefined && alike) {
        this.#overwrite(key, held, cells);
        rows.set(key, held);
      } else {
        rows.set(key, this.#added(key, cells));
      }
    }
    for (const [key, held] of this.#rows) {
      if (rows.has(key)) continue;
      if (alike) this.#cells.release(held.slot);
      this.#changed.push(key);
    }
    const keys = [...rows.keys()];
    if (this.#seq === null || keys.length !== this.#keys.length || keys.some((key, i) => key !== this.#keys[i])) {
      this.#keys = keys;
      this.#keysChanged = true;
      this.#keysRound = this.#round;
    }
    this.#rows = rows;
    this.#seq = snapshot.seq;
    return 'applied';
  }

  #step(patch: TablePatch): Applied {
    if (this.#seq === null || patch.fromSeq !== this.#seq) return 'gap';
    const keyIndex = this.#columns.indexOf(this.#keyColumn);
    const put = patch.put ?? [];
    const coming = new Set(put.map((cells) => cells[keyIndex] as RowKey));
    const going = new Set(patch.del ?? []);
    // Checked before anything is touched: a patch for a row we do not have means the copies already differ.
    const mixed = this.#changesOf(patch.cells ?? [], coming, going);
    const figures = this.#changesOf(patch.figures ?? [], coming, going);
    if (mixed === undefined || figures === undefined) return 'gap';
    let keysChanged = false;
    for (const key of going) {
      const held = this.#rows.get(key);
      if (held === undefined) continue;
      this.#changed.push(key);
      if (coming.has(key)) continue;
      this.#cells.release(held.slot);
      this.#rows.delete(key);
      keysChanged = true;
    }
    for (const cells of put) {
      const key = cells[keyIndex] as RowKey;
      const held = this.#rows.get(key);
      if (held !== undefined) this.#overwrite(key, held, cells);
      else {
        keysChanged = true;
        this.#rows.set(key, this.#added(key, cells));
      }
    }
    this.#writeAll(mixed);
    this.#writeAll(figures);
    if (keysChanged) {
      this.#keys = [...this.#rows.keys()];
      this.#keysChanged = true;
      this.#keysRound = this.#round;
    }
    this.#seq = patch.seq;
    return 'applied';
  }

  /** A flat list with the rows it is for, in its order; one that only comes with this patch is undefined. Undefined when one is missing. */
  #changesOf(list: ArrayLike<Cell>, coming: ReadonlySet<RowKey>, going: ReadonlySet<RowKey>): Changes<R> | undefined {
    const targets: (Held<R> | undefined)[] = [];
    for (let at = 0; at < list.length;) {
      const key = list[at] as RowKey;
      const count = list[at + 1];
      const held = this.#rows.get(key);
      const comes = coming.size > 0 && coming.has(key);
      if ((held === undefined || (going.size > 0 && going.has(key))) && !comes) return undefined;
      // A count that is none would never end.
      if (typeof count !== 'number' || !(count >= 0)) return undefined;
      targets.push(comes ? undefined : held);
      at += 2 + 2 * count;
    }
    return { list, targets };
  }

  #writeAll({ list, targets }: Changes<R>): void {
    for (let at = 0, row = 0; at < list.length; row += 1) {
      const key = list[at] as RowKey;
      const end = at + 2 + 2 * (list[at + 1] as number);
      const held = targets[row] ?? this.#rows.get(key);
      at += 2;
      if (held === undefined) at = end;
      for (; at < end; at += 2) this.#write(key, held as Held<R>, list[at] as number, list[at + 1] as Cell);
    }
  }

  #added(key: RowKey, cells: readonly Cell[]): Held<R> {
    const held: Held<R> = { slot: this.#cells.allocate(), row: undefined, isStale: true, round: this.#round };
    this.#changed.push(key);
    this.#overwrite(key, held, cells);
    return held;
  }

  #overwrite(key: RowKey, held: Held<R>, cells: readonly Cell[]): void {
    for (let column = 0; column < this.#columns.length; column += 1) this.#write(key, held, column, cells[column] as Cell);
  }

  #write(key: RowKey, held: Held<R>, column: number, value: Cell): void {
    if (!this.#cells.write(held.slot, column, value)) return;
    held.isStale = true;
    this.#columnRounds[column] = this.#round;
    if (held.round === this.#round) return;
    held.round = this.#round;
    this.#changed.push(key);
  }

  #built(held: Held<R>): R {
    if (!held.isStale && held.row !== undefined) return held.row;
    const row: Record<string, unknown> = { ...this.#blank };
    for (let column = 0; column < this.#columns.length; column += 1)
      row[this.#columns[column] as string] = this.#cells.get(held.slot, column);
    held.row = row as R;
    held.isStale = false;
    return held.row;
  }
}
