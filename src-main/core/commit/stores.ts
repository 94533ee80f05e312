import { type CellHash, Digest, hashCell } from './digest.ts';
import { frozenText, plainText, UnjournalableValue } from './plain.ts';
import { Snapshot } from './snapshot.ts';
import { type Key, type Store, Table } from './store.ts';

/** A write on its way into a store; undefined deletes the key. `seal` gives it the hash and the JSON text of its value. */
export interface PendingWrite {
  readonly table: Table;
  readonly key: Key;
  value: unknown;
  hash: CellHash | undefined;
  text: string;
}

export interface StoresOptions {
  /** `deep` (default) makes every change in place throw where it happens; `shallow` freezes the outermost object only. */
  readonly freeze?: 'deep' | 'shallow';
}

/** All stores of one desk, with one sequence number and one digest. Only the coordinator and the replayer write. */
export class Stores {
  readonly #tables = new Map<string, Table>();
  readonly #digest = new Digest();
  readonly #deep: boolean;
  /** Bases in use, ascending, with the number of their users. */
  readonly #bases: number[] = [];
  readonly #users: number[] = [];
  readonly #snapshots = new Set<Snapshot>();
  #leftByTrim = 0;
  #serial = 0;
  #seq = 0;

  constructor(options: StoresOptions = {}) {
    this.#deep = options.freeze !== 'shallow';
  }

  /** Opens a store under a name of its own. A second store of that name is a bug and throws. */
  open<K extends Key, V>(name: string): Store<K, V> {
    if (this.#tables.has(name)) throw new Error(`A store named "${name}" is already open`);
    return this.table(name) as unknown as Table<K, V>;
  }

  /** Sequence number of the last commit. */
  get seq(): number {
    return this.#seq;
  }

  /** 16 hex digits over all cells of all stores. */
  get digest(): string {
    return this.#digest.text();
  }

  get names(): readonly string[] {
    return [...this.#tables.keys()];
  }

  /** The state as it is now, for as long as it is not released. Costs the same at any size. */
  snapshot(): Snapshot {
    const base = this.#seq;
    this.hold(base);
    const snapshot = new Snapshot(base, this, () => {
      this.#snapshots.delete(snapshot);
      this.release(base);
    });
    this.#snapshots.add(snapshot);
    return snapshot;
  }

  /** Snapshots that nobody has released, oldest first. */
  liveSnapshots(): readonly Snapshot[] {
    return [...this.#snapshots];
  }

  /** Recomputes every cell's hash: lists cells whose value was changed in place. Takes time in proportion to the state. */
  audit(): readonly { readonly store: string; readonly key: Key }[] {
    const changed: { readonly store: string; readonly key: Key }[] = [];
    for (const table of this.#tables.values()) {
      for (const cell of table.live.values()) {
        const hash = hashCell(table.seed, cell.key, plainText(cell.value));
        if (hash.low !== cell.low || hash.high !== cell.high) changed.push({ store: table.name, key: cell.key });
      }
    }
    return changed;
  }

  /** The store of that name, opened when it is missing. */
  table(name: string): Table {
    let table = this.#tables.get(name);
    if (table === undefined) {
      table = new Table(name, this);
      this.#tables.set(name, table);
    }
    return table;
  }

  /** Freezes the value of a write, and gives it its text and its hash. Throws UnjournalableValue. */
  seal(write: PendingWrite): void {
    const { table, key, value } = write;
    if (value === null) throw new UnjournalableValue('null cannot be kept in a store: it stands for a deletion in the journal');
    if (typeof key === 'number' && !Number.isFinite(key)) throw new UnjournalableValue(`${key} cannot be a key`);
    if (value === undefined) {
      write.text = 'null';
      write.hash = undefined;
      return;
    }
    write.text = this.#deep ? frozenText(value) : plainText(value);
    if (!this.#deep) Object.freeze(value);
    write.hash = hashCell(table.seed, key, write.text);
  }

  /** Tells transactions apart, for the notes of reads on the cells. */
  nextSerial(): number {
    this.#serial += 1;
    return this.#serial;
  }

  /** Continues an earlier numbering. Only before the first commit. */
  startAfter(seq: number): void {
    this.#seq = seq;
  }

  /** Applies a commit. `seq` must be the next number. */
  apply(seq: number, writes: readonly PendingWrite[]): void {
    if (seq !== this.#seq + 1) throw new Error(`Commit ${seq} does not follow commit ${this.#seq}`);
    const newest = this.#bases.length === 0 ? -1 : (this.#bases[this.#bases.length - 1] as number);
    for (const { table, key, value, hash } of writes) {
      const cell = table.live.get(key);
      if (cell !== undefined) this.#digest.remove(cell);
      if (hash !== undefined) {
        table.put(key, value, hash, seq, newest);
        this.#digest.add(hash);
      } else if (cell !== undefined) table.remove(cell, seq, newest);
    }
    this.#seq = seq;
  }

  /** Keeps the state at `base` readable. `base` is the current sequence number. */
  hold(base: number): void {
    const last = this.#bases.length - 1;
    if (last >= 0 && this.#bases[last] === base) this.#users[last] = (this.#users[last] as number) + 1;
    else {
      this.#bases.push(base);
      this.#users.push(1);
    }
  }

  release(base: number): void {
    const index = this.#bases.lastIndexOf(base);
    const users = this.#users[index];
    if (users === undefined) throw new Error(`No one holds the state at ${base}`);
    if (users > 1) {
      this.#users[index] = users - 1;
      return;
    }
    this.#bases.splice(index, 1);
    this.#users.splice(index, 1);
    this.#trim();
  }

  /** Old values and dead cells that are kept for someone, or wait to be trimmed. */
  history(): number {
    let kept = 0;
    for (const table of this.#tables.values()) kept += table.kept;
    return kept;
  }

  /** With other bases left, trimming waits until the history has doubled: a long snapshot must not make short ones expensive. */
  #trim(): void {
    if (this.#bases.length > 0 && this.history() < 2 * this.#leftByTrim + 64) return;
    for (const table of this.#tables.values()) if (table.kept > 0) table.trim(this.#bases);
    this.#leftByTrim = this.history();
  }
}
