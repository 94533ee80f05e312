import type { Cell, RowKey, TablePatch, TableSnapshot } from '#protocol/stream';
import type { TableName } from '#protocol/topics';
import { CellGrid } from './cell-grid.ts';
import { FigureBlock } from './figure-block.ts';
import { jsonSize } from './json-size.ts';
import { NONE, RowSlots } from './row-slots.ts';
import type { Encoded, TopicSource } from './topic-source.ts';

interface Grave {
  readonly deleted: number;
  readonly firstCreated: number;
}

/** What was encoded of one version, for every subscriber that needs the same. */
interface Shared {
  readonly version: number;
  snapshot: Encoded | null;
  readonly patches: Map<number, Encoded | null>;
}

export interface TableOptions {
  readonly topic: TableName;
  readonly keyColumn: string;
  /** Append-only tables keep this many of the newest rows; null keeps all. */
  readonly ring: number | null;
}

/** Stands for the row of a state that was updated since. */
const UNKNOWN: object = Object.freeze({});
/** Below this a table is so small that a snapshot saves nothing. */
const SMALL_TABLE_CELLS = 2_000;
/** Deletions remembered beyond the number of rows; a subscriber that slept through more takes a snapshot. */
const SPARE_GRAVES = 1_000;
const MEASURED_EACH = 16;

export class VersionedTable implements TopicSource {
  readonly #topic: TableName;
  readonly #keyColumn: string;
  readonly #ring: number | null;
  #version = 0;
  /** Until the first row names the others the key is the only column known. */
  #columns: string[];
  readonly #grid = new CellGrid(1);
  readonly #columnAt = new Map<string, number>();
  /** Names and columns of the cells of the last update. */
  readonly #updated: string[] = [];
  readonly #updatedAt: number[] = [];
  readonly #block = new FigureBlock();
  /** The slot of each row. */
  readonly #rows = new Map<RowKey, number>();
  readonly #slots = new RowSlots();
  readonly #graves = new Map<RowKey, Grave>();
  /** A subscriber at an older version cannot be told what changed. */
  #horizon = 0;
  #shared: Shared;
  #sinceMeasured = 0;
  #bytesPerWeight = 0;

  constructor(options: TableOptions) {
    this.#topic = options.topic;
    this.#keyColumn = options.keyColumn;
    this.#ring = options.ring;
    this.#columns = [options.keyColumn];
    this.#columnAt.set(options.keyColumn, 0);
    this.#shared = { version: 0, snapshot: null, patches: new Map() };
  }

  get version(): number {
    return this.#version;
  }

  get size(): number {
    return this.#rows.size;
  }

  /** Deletions kept for subscribers that are behind. */
  get remembered(): number {
    return this.#graves.size;
  }

  set(key: RowKey, row: object): void {
    const fields = row as Readonly<Record<string, Cell>>;
    if (fields[this.#keyColumn] !== key) throw new Error(`${this.#topic}: the row's ${this.#keyColumn} is not its key ${key}`);
    const slot = this.#rows.get(key);
    if (slot === undefined) this.#insert(key, fields);
    else if (this.#slots.sources[slot] !== row) this.#compare(slot, fields);
  }

  /** Only these cells may have changed: a tick costs a few cells, not a row. The row exists, the columns are known. */
  update(key: RowKey, fields: object): void {
    const slot = this.#rows.get(key);
    if (slot === undefined) throw new Error(`${this.#topic}: there is no row ${key} to update`);
    const next = this.#version + 1;
    let differs = false;
    let i = 0;
    for (const name in fields) {
      // Ticks name the same cells in the same order: then no name is looked up.
      const column = this.#updated[i] === name ? (this.#updatedAt[i] as number) : this.#columnOf(name, i);
      i += 1;
      if (this.#grid.write(slot, column, (fields as Readonly<Record<string, Cell>>)[name], next)) differs = true;
    }
    if (!differs) return;
    this.#slots.sources[slot] = UNKNOWN;
    this.#touch(slot, next);
  }

  /** The column of a cell that may be updated, remembered as the `i`th of an update. */
  #columnOf(name: string, i: number): number {
    const column = this.#columnAt.get(name);
    if (column === undefined || column === 0) throw new Error(`${this.#topic}: ${name} is no cell to update`);
    this.#updated[i] = name;
    this.#updatedAt[i] = column;
    return column;
  }

  delete(key: RowKey): void {
    const slot = this.#rows.get(key);
    if (slot === undefined) return;
    this.#version += 1;
    this.#rows.delete(key);
    this.#graves.set(key, { deleted: this.#version, firstCreated: this.#slots.firstCreated[slot] as number });
    this.#slots.release(slot);
    this.#grid.release(slot);
    if (this.#graves.size > this.#rows.size + SPARE_GRAVES) this.#forgetOldestGrave();
  }

  snapshot(): Encoded {
    const shared = this.#current();
    if (shared.snapshot === null) {
      const rows: Cell[][] = [];
      for (const slot of this.#rows.values()) rows.push(this.#grid.row(slot));
      const update: TableSnapshot = { kind: 'table', topic: this.#topic, seq: this.#version, columns: [...this.#columns], rows };
      shared.snapshot = { update, bytes: jsonSize(update) };
    }
    return shared.snapshot;
  }

  since(version: number): Encoded | null {
    if (version < this.#horizon) return null;
    const { patches } = this.#current();
    let encoded = patches.get(version);
    if (encoded === undefined) {
      encoded = this.#patch(version);
      patches.set(version, encoded);
    }
    return encoded;
  }

  trim(version: number): void {
    for (const [key, grave] of this.#graves) {
      if (grave.deleted > version) break;
      this.#graves.delete(key);
      this.#horizon = Math.max(this.#horizon, grave.deleted);
    }
    if (this.#ring === null) return;
    for (const [key, slot] of this.#rows) {
      if (this.#rows.size <= this.#ring || (this.#slots.touched[slot] as number) > version) break;
      this.delete(key);
    }
  }

  #patch(version: number): Encoded | null {
    const put: number[] = [];
    const cells: Cell[] = [];
    this.#block.length = 0;
    const width = this.#columns.length;
    const limit = Math.max(SMALL_TABLE_CELLS, this.#rows.size * width) / 2;
    let weight = 0;
    const { older, touched, created } = this.#slots;
    for (let slot = this.#slots.newest; slot !== NONE && (touched[slot] as number) > version; slot = older[slot] as number) {
      if ((created[slot] as number) > version) {
        put.push(slot);
        weight += width;
      } else {
        weight += this.#appendChanged(slot, version, cells);
      }
      if (weight > limit) return null;
    }
    put.sort((a, b) => (created[a] as number) - (created[b] as number));
    const del: RowKey[] = [];
    for (const [key, grave] of this.#graves) {
      if (grave.deleted > version && grave.firstCreated <= version && !this.#rows.has(key)) del.push(key);
    }
    const update: TablePatch = {
      kind: 'table-patch',
      topic: this.#topic,
      fromSeq: version,
      seq: this.#version,
      ...(put.length > 0 ? { put: put.map((slot) => this.#grid.row(slot)) } : {}),
      ...(cells.length > 0 ? { cells } : {}),
      ...(this.#block.length > 0 ? { figures: this.#block.take() } : {}),
      ...(del.length > 0 ? { del } : {}),
    };
    return { update, bytes: this.#measure(update, weight + del.length + 1) };
  }

  /** Returns the weight of what it appended. */
  #appendChanged(slot: number, version: number, cells: Cell[]): number {
    const block = this.#block;
    const key = this.#slots.keys[slot] as RowKey;
    if (typeof key === 'number') {
      const to = block.room(2 + 2 * this.#columns.length);
      const from = block.length;
      const end = this.#grid.writeChanged(slot, version, to, from + 2);
      if (end >= 0) {
        to[from] = key;
        to[from + 1] = (end - from - 2) / 2;
        block.length = end;
        return end - from - 1;
      }
    }
    const count = cells.push(key, 0) - 1;
    const changed = this.#grid.appendChanged(slot, version, cells);
    cells[count] = changed;
    return 1 + 2 * changed;
  }

  /** Measuring costs as much as building: one patch in some is measured, the others are taken to be alike. */
  #measure(update: TablePatch, weight: number): number {
    if (this.#sinceMeasured === 0) this.#bytesPerWeight = jsonSize(update) / weight;
    this.#sinceMeasured = (this.#sinceMeasured + 1) % MEASURED_EACH;
    return Math.round(this.#bytesPerWeight * weight);
  }

  #insert(key: RowKey, fields: Readonly<Record<string, Cell>>): void {
    this.#version += 1;
    this.#adoptColumns(fields);
    const grave = this.#graves.get(key);
    const slot = this.#grid.allocate(this.#version);
    this.#slots.occupy(slot, { key, source: fields, created: this.#version, firstCreated: grave?.firstCreated ?? this.#version });
    for (const [column, name] of this.#columns.entries()) this.#grid.write(slot, column, fields[name], this.#version);
    this.#graves.delete(key);
    this.#rows.set(key, slot);
    // Twice the ring is the limit of memory even when nobody takes the rows away.
    if (this.#ring !== null && this.#rows.size > this.#ring * 2) {
      const oldest = this.#rows.keys().next();
      if (oldest.done !== true) this.delete(oldest.value);
    }
  }

  #compare(slot: number, fields: Readonly<Record<string, Cell>>): void {
    const columns = this.#columns;
    const next = this.#version + 1;
    let differs = false;
    let known = 0;
    let i = 0;
    // Rows of one topic are built alike: walked in their own order, each cell is one load. Any other row is looked up by name.
    for (const name in fields) {
      const column = columns[i] === name ? i : this.#columnAt.get(name);
      if (column === undefined) {
        this.#version = next;
        this.#adoptColumns(fields);
        this.#compare(slot, fields);
        return;
      }
      i = column + 1;
      known += 1;
      if (this.#grid.write(slot, column, fields[name], next)) differs = true;
    }
    if (known < columns.length) {
      for (const [column, name] of columns.entries()) {
        if (!(name in fields) && this.#grid.write(slot, column, null, next)) differs = true;
      }
    }
    this.#slots.sources[slot] = fields;
    if (differs) this.#touch(slot, next);
  }

  #touch(slot: number, version: number): void {
    this.#version = version;
    this.#slots.touch(slot, version);
  }

  /** Columns are append-only. Who holds fewer of them needs a snapshot to read the rows that follow. */
  #adoptColumns(fields: Readonly<Record<string, Cell>>): void {
    const fresh = Object.keys(fields).filter((name) => !this.#columns.includes(name));
    if (fresh.length === 0) return;
    for (const name of fresh) this.#columnAt.set(name, this.#columnAt.size);
    this.#columns = [...this.#columns, ...fresh];
    this.#grid.widen(fresh.length, this.#version);
    this.#horizon = this.#version;
  }

  #forgetOldestGrave(): void {
    const oldest = this.#graves.entries().next();
    if (oldest.done === true) return;
    this.#graves.delete(oldest.value[0]);
    this.#horizon = Math.max(this.#horizon, oldest.value[1].deleted);
  }

  #current(): Shared {
    if (this.#shared.version !== this.#version) this.#shared = { version: this.#version, snapshot: null, patches: new Map() };
    return this.#shared;
  }
}
