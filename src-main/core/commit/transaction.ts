import type { Cause } from '#core/ports/cause';
import { type Key, type Store, Table } from './store.ts';
import type { PendingWrite, Stores } from './stores.ts';

/** What an execution may do. Everything it reads is as of one sequence number and is noted; everything it writes waits for its turn. */
export interface Tx<E> {
  /** This commit's number, the same when executed again; 0 while a detached work runs. */
  readonly seq: number;
  /** Epoch ms of admission (of the start for detached work), the same when executed again: the execution's only clock. */
  readonly at: number;
  readonly cause: Cause;
  /** Own writes are seen. A key that is absent is noted as read, too. */
  get<K extends Key, V>(store: Store<K, V>, key: K): V | undefined;
  has<K extends Key, V>(store: Store<K, V>, key: K): boolean;
  /** A scan: any later write to the store is a conflict. Insertion order; own insertions last. */
  entries<K extends Key, V>(store: Store<K, V>): readonly (readonly [K, V])[];
  values<K extends Key, V>(store: Store<K, V>): readonly V[];
  /** The set of keys: later insertions and deletions are a conflict, updates are not. */
  keys<K extends Key, V>(store: Store<K, V>): readonly K[];
  size<K extends Key, V>(store: Store<K, V>): number;
  /** The value is frozen when the execution ends; one that JSON would lose or change turns the commit into a tombstone then. */
  set<K extends Key, V>(store: Store<K, V>, key: K, value: V): void;
  delete<K extends Key, V>(store: Store<K, V>, key: K): void;
  /** Leaves the desk once, after the commit and its journal record; vanishes when this execution is discarded. */
  effect(effect: E): void;
}

/** A bug: the transaction is used after its execution has ended, for example by a promise that was not awaited. */
class TransactionEnded extends Error {
  override readonly name = 'TransactionEnded';
  readonly code = 'TRANSACTION_ENDED';
}

/** One noted read: of a key, of the whole store, or of its set of keys. */
export interface Noted {
  readonly table: Table;
  readonly what: 'key' | 'all' | 'keys';
  readonly key: Key;
  readonly version: number;
  readonly next: Noted | undefined;
}

const noWrites: readonly PendingWrite[] = [];
const noEffects: readonly never[] = [];
const SCAN_KEY = '*';

export class Transaction<E> implements Tx<E> {
  readonly seq: number;
  readonly at: number;
  readonly cause: Cause;
  /** Every read sees the state at this sequence number. */
  readonly base: number;
  readonly #stores: Stores;
  readonly #serial: number;
  #reads: Noted | undefined = undefined;
  #writes: PendingWrite[] | undefined = undefined;
  #index: Map<Table, Map<Key, PendingWrite>> | undefined = undefined;
  #effects: E[] | undefined = undefined;
  #open = true;

  constructor(stores: Stores, seq: number, at: number, cause: Cause) {
    this.#stores = stores;
    this.seq = seq;
    this.at = at;
    this.cause = cause;
    this.base = stores.seq;
    this.#serial = stores.nextSerial();
  }

  get reads(): Noted | undefined {
    return this.#reads;
  }

  get writes(): readonly PendingWrite[] {
    return this.#writes ?? noWrites;
  }

  get effects(): readonly E[] {
    return this.#effects ?? noEffects;
  }

  /** After this, every use throws. */
  end(): void {
    this.#open = false;
  }

  /** Ends it, and freezes what it has written: each cell once, however often it was written. Throws UnjournalableValue. */
  seal(): void {
    this.#open = false;
    if (this.#writes !== undefined) for (const write of this.#writes) this.#stores.seal(write);
  }

  /** Whether anything that was read has changed since. */
  isStale(): boolean {
    const base = this.base;
    if (this.#stores.seq === base) return false;
    for (let read = this.#reads; read !== undefined; read = read.next) {
      const { table } = read;
      if (read.what === 'key' ? table.changedSince(read.key, base) : (read.what === 'all' ? table.version : table.keysVersion) > base)
        return true;
    }
    return false;
  }

  get<K extends Key, V>(store: Store<K, V>, key: K): V | undefined {
    const table = this.#table(store);
    if (this.#writes !== undefined) {
      const own = this.#ownWrite(table, key);
      if (own !== undefined) return own.value as V | undefined;
    }
    return this.#read(table, key) as V | undefined;
  }

  has<K extends Key, V>(store: Store<K, V>, key: K): boolean {
    return this.get(store, key) !== undefined;
  }

  entries<K extends Key, V>(store: Store<K, V>): readonly (readonly [K, V])[] {
    const table = this.#table(store);
    this.#note(table, 'all', SCAN_KEY, Math.min(table.version, this.base));
    return this.#overlaid(table) as unknown as readonly (readonly [K, V])[];
  }

  values<K extends Key, V>(store: Store<K, V>): readonly V[] {
    return this.entries(store).map(([, value]) => value);
  }

  keys<K extends Key, V>(store: Store<K, V>): readonly K[] {
    const table = this.#table(store);
    this.#note(table, 'keys', SCAN_KEY, Math.min(table.keysVersion, this.base));
    if (this.#writes === undefined && table.keysVersion <= this.base) return [...table.live.keys()] as unknown as readonly K[];
    return this.#overlaid(table).map(([key]) => key) as unknown as readonly K[];
  }

  size<K extends Key, V>(store: Store<K, V>): number {
    const table = this.#table(store);
    if (this.#writes !== undefined || table.keysVersion > this.base) return this.keys(store).length;
    this.#note(table, 'keys', SCAN_KEY, table.keysVersion);
    return table.size;
  }

  set<K extends Key, V>(store: Store<K, V>, key: K, value: V): void {
    this.#write(this.#table(store), key, value);
  }

  delete<K extends Key, V>(store: Store<K, V>, key: K): void {
    this.#write(this.#table(store), key, undefined);
  }

  effect(effect: E): void {
    this.#assertOpen();
    if (this.#effects === undefined) this.#effects = [effect];
    else this.#effects.push(effect);
  }

  #read(table: Table, key: Key): unknown {
    const cell = table.live.get(key);
    if (cell === undefined || cell.version > this.base) {
      const seen = table.at(key, this.base);
      this.#note(table, 'key', key, seen.version);
      return seen.value;
    }
    if (cell.notedBy !== this.#serial) {
      cell.notedBy = this.#serial;
      this.#note(table, 'key', key, cell.version);
    }
    return cell.value;
  }

  #note(table: Table, what: 'key' | 'all' | 'keys', key: Key, version: number): void {
    this.#reads = { table, what, key, version, next: this.#reads };
  }

  #ownWrite(table: Table, key: Key): PendingWrite | undefined {
    if (this.#index !== undefined) return this.#index.get(table)?.get(key);
    for (const write of this.writes) if (write.table === table && write.key === key) return write;
    return undefined;
  }

  #write(table: Table, key: Key, value: unknown): void {
    if (this.#writes === undefined) {
      this.#writes = [{ table, key, value, hash: undefined, text: '' }];
      return;
    }
    const own = this.#ownWrite(table, key);
    if (own !== undefined) {
      own.value = value;
      return;
    }
    const write = { table, key, value, hash: undefined, text: '' };
    this.#writes.push(write);
    if (this.#index !== undefined) this.#indexWrite(this.#index, write);
    else if (this.#writes.length > 8) {
      this.#index = new Map();
      for (const earlier of this.#writes) this.#indexWrite(this.#index, earlier);
    }
  }

  #indexWrite(index: Map<Table, Map<Key, PendingWrite>>, write: PendingWrite): void {
    let keys = index.get(write.table);
    if (keys === undefined) {
      keys = new Map();
      index.set(write.table, keys);
    }
    keys.set(write.key, write);
  }

  /** The store as this transaction would leave it: updates in place, deletions gone, insertions last in the order of writing. */
  #overlaid(table: Table): readonly (readonly [Key, unknown])[] {
    const base = table.entriesAt(this.base);
    if (this.#writes === undefined) return base;
    const own = new Map<Key, unknown>();
    for (const write of this.#writes) if (write.table === table) own.set(write.key, write.value);
    if (own.size === 0) return base;
    const entries: (readonly [Key, unknown])[] = [];
    for (const entry of base) {
      if (!own.has(entry[0])) entries.push(entry);
      else if (own.get(entry[0]) !== undefined) entries.push([entry[0], own.get(entry[0])]);
      own.delete(entry[0]);
    }
    for (const [key, value] of own) if (value !== undefined) entries.push([key, value]);
    return entries;
  }

  #table<K extends Key, V>(store: Store<K, V>): Table {
    this.#assertOpen();
    if (!(store instanceof Table) || store.owner !== this.#stores) throw new Error(`The store "${store.name}" belongs to other stores`);
    return store as Table;
  }

  #assertOpen(): void {
    if (!this.#open) throw new TransactionEnded(`The execution of commit ${this.seq} has ended`);
  }
}
