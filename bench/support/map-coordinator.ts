/**
 * The reference of `bench:commit`: the least that can be called a commit coordinator. Maps as stores, a read set and a write set per
 * commit, validation against versions, a record. No lanes, snapshots, digest, context, deadlines or effects.
 */
export interface MapRecord {
  readonly seq: number;
  readonly name: string;
  readonly reads: ReadonlyMap<string, number>;
  readonly writes: ReadonlyMap<string, unknown>;
}

export interface MapTx {
  get(key: string): unknown;
  set(key: string, value: unknown): void;
}

export class MapCoordinator {
  readonly values = new Map<string, unknown>();
  readonly versions = new Map<string, number>();
  readonly #sink: (record: MapRecord) => void;
  #seq = 0;

  constructor(sink: (record: MapRecord) => void) {
    this.#sink = sink;
  }

  submit(name: string, run: (tx: MapTx) => void): number {
    for (;;) {
      const reads = new Map<string, number>();
      const writes = new Map<string, unknown>();
      run({
        get: (key) => {
          if (writes.has(key)) return writes.get(key);
          reads.set(key, this.versions.get(key) ?? 0);
          return this.values.get(key);
        },
        set: (key, value) => {
          writes.set(key, value);
        },
      });
      let stale = false;
      for (const [key, version] of reads) if ((this.versions.get(key) ?? 0) !== version) stale = true;
      if (stale) continue;
      this.#seq += 1;
      for (const [key, value] of writes) {
        this.values.set(key, value);
        this.versions.set(key, this.#seq);
      }
      this.#sink({ seq: this.#seq, name, reads, writes });
      return this.#seq;
    }
  }
}
