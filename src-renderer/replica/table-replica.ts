import type { Cell, RowKey, TablePatch, TableSnapshot } from '#protocol/stream';
import { sameValue } from './same-value.ts';
import { Listeners } from './listeners.ts';

export type Applied = 'applied' | 'gap';

/**
 * A read-only copy of one table. A patch that does not continue exactly from here is refused whole and changes nothing. A row
 * whose cells did not change stays the same object, and only listeners of changed rows are called, once per `publish`.
 */
export class TableReplica<R extends object> {
  readonly #keyColumn: string;
  #columns: readonly string[] = [];
  #rows = new Map<RowKey, R>();
  #keys: readonly RowKey[] = [];
  #seq: number | null = null;
  readonly #changed = new Set<RowKey>();
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
    return this.#rows.get(key);
  }

  apply(update: TableSnapshot | TablePatch): Applied {
    return update.kind === 'table' ? this.#load(update) : this.#step(update);
  }

  /** Tells listeners what `apply` changed since the last call; the caller applies a whole frame first. */
  publish(): void {
    if (this.#changed.size === 0 && !this.#keysChanged) return;
    const changed = [...this.#changed];
    const keysChanged = this.#keysChanged;
    this.#changed.clear();
    this.#keysChanged = false;
    for (const key of changed) this.#rowListeners.get(key)?.call();
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
    this.#columns = snapshot.columns;
    const rows = new Map<RowKey, R>();
    for (const cells of snapshot.rows) {
      const key = cells[keyIndex] as RowKey;
      const old = this.#rows.get(key);
      const row = this.#merged(old, cells);
      if (row !== old) this.#changed.add(key);
      rows.set(key, row);
    }
    for (const key of this.#rows.keys()) if (!rows.has(key)) this.#changed.add(key);
    const keys = [...rows.keys()];
    if (this.#seq === null || keys.length !== this.#keys.length || keys.some((key, i) => key !== this.#keys[i])) {
      this.#keys = keys;
      this.#keysChanged = true;
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
    for (const [key] of patch.cells ?? []) {
      if (!coming.has(key) && (!this.#rows.has(key) || going.has(key))) return 'gap';
    }
    let keysChanged = false;
    for (const key of going) {
      if (!this.#rows.has(key)) continue;
      this.#changed.add(key);
      if (coming.has(key)) continue;
      this.#rows.delete(key);
      keysChanged = true;
    }
    for (const cells of put) {
      const key = cells[keyIndex] as RowKey;
      const old = this.#rows.get(key);
      if (old === undefined) keysChanged = true;
      const row = this.#merged(old, cells);
      if (row === old) continue;
      this.#rows.set(key, row);
      this.#changed.add(key);
    }
    for (const [key, ...pairs] of patch.cells ?? []) this.#setCells(key, pairs);
    if (keysChanged) {
      this.#keys = [...this.#rows.keys()];
      this.#keysChanged = true;
    }
    this.#seq = patch.seq;
    return 'applied';
  }

  #setCells(key: RowKey, pairs: readonly (number | Cell)[]): void {
    const old = this.#rows.get(key);
    if (old === undefined) return;
    let next: Record<string, unknown> | undefined;
    for (let i = 0; i + 1 < pairs.length; i += 2) {
      const column = this.#columns[pairs[i] as number];
      if (column === undefined) continue;
      const value = pairs[i + 1];
      if (sameValue((next ?? (old as Record<string, unknown>))[column], value)) continue;
      next ??= { ...(old as Record<string, unknown>) };
      next[column] = value;
    }
    if (next === undefined) return;
    this.#rows.set(key, next as R);
    this.#changed.add(key);
  }

  #merged(old: R | undefined, cells: readonly Cell[]): R {
    const before = old as Record<string, unknown> | undefined;
    const row: Record<string, unknown> = {};
    let same = before !== undefined;
    this.#columns.forEach((column, i) => {
      const value = cells[i];
      if (before !== undefined && sameValue(before[column], value)) row[column] = before[column];
      else {
        row[column] = value;
        same = false;
      }
    });
    return same && old !== undefined ? old : (row as R);
  }
}
