import type { Key, Store } from './store.ts';
import { Table } from './store.ts';

/** The state at one sequence number. It stays readable until it is released; reading a released one is a bug and throws. */
export class Snapshot {
  readonly seq: number;
  readonly #owner: object;
  #release: (() => void) | undefined;

  constructor(seq: number, owner: object, release: () => void) {
    this.seq = seq;
    this.#owner = owner;
    this.#release = release;
  }

  get<K extends Key, V>(store: Store<K, V>, key: K): V | undefined {
    return this.#table(store).at(key, this.seq).value as V | undefined;
  }

  has<K extends Key, V>(store: Store<K, V>, key: K): boolean {
    return this.#table(store).at(key, this.seq).value !== undefined;
  }

  entries<K extends Key, V>(store: Store<K, V>): readonly (readonly [K, V])[] {
    return this.#table(store).entriesAt(this.seq) as unknown as readonly (readonly [K, V])[];
  }

  keys<K extends Key, V>(store: Store<K, V>): readonly K[] {
    return this.entries(store).map(([key]) => key);
  }

  values<K extends Key, V>(store: Store<K, V>): readonly V[] {
    return this.entries(store).map(([, value]) => value);
  }

  /** Takes time in proportion to the store once it has changed since the snapshot. */
  size<K extends Key, V>(store: Store<K, V>): number {
    const table = this.#table(store);
    return table.keysVersion <= this.seq ? table.size : table.entriesAt(this.seq).length;
  }

  /** A second release does nothing. */
  release(): void {
    const release = this.#release;
    this.#release = undefined;
    release?.();
  }

  #table<K extends Key, V>(store: Store<K, V>): Table {
    if (this.#release === undefined) throw new Error(`The snapshot of ${this.seq} has been released`);
    if (!(store instanceof Table) || store.owner !== this.#owner) throw new Error(`The store "${store.name}" belongs to other stores`);
    return store as Table;
  }
}
