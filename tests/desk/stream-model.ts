import type { Cell, Frame, RowKey, Update } from '#protocol/stream';

export type ModelRow = Readonly<Record<string, Cell>>;

/** The strictest screen: whatever does not continue exactly from what it holds is an error. */
export class ScreenModel {
  readonly tables = new Map<string, { columns: readonly string[]; readonly rows: Map<RowKey, ModelRow>; seq: number }>();
  readonly values = new Map<string, { value: Readonly<Record<string, unknown>>; seq: number }>();
  readonly snapshots: string[] = [];
  /** Every row that ever appeared, by topic. */
  readonly seen = new Map<string, Set<RowKey>>();
  number = 0;
  commitSeq = -1;
  readonly #keyColumns: Readonly<Record<string, string>>;

  constructor(keyColumns: Readonly<Record<string, string>>) {
    this.#keyColumns = keyColumns;
  }

  apply(frame: Frame): void {
    if (frame.number !== this.number + 1) throw new Error(`frame ${frame.number} after ${this.number}`);
    if (frame.commitSeq < this.commitSeq) throw new Error(`commit ${frame.commitSeq} after ${this.commitSeq}`);
    this.number = frame.number;
    this.commitSeq = frame.commitSeq;
    const topics = frame.updates.map((update) => update.topic);
    if (new Set(topics).size !== topics.length) throw new Error('a topic twice in one frame');
    // Through JSON, as the browser gets it: nothing may depend on shared objects.
    for (const update of structuredClone(frame.updates)) this.#update(update);
  }

  rows(topic: string): Record<string, ModelRow> {
    return Object.fromEntries(this.tables.get(topic)?.rows ?? []);
  }

  #update(update: Update): void {
    switch (update.kind) {
      case 'table':
        this.#snapshot(update);
        return;
      case 'table-patch':
        this.#patch(update);
        return;
      case 'value': {
        this.snapshots.push(update.topic);
        this.values.set(update.topic, { value: update.value, seq: update.seq });
        return;
      }
      case 'value-patch': {
        const held = this.values.get(update.topic);
        if (held === undefined || held.seq !== update.fromSeq) throw new Error(`${update.topic}: gap`);
        this.values.set(update.topic, { value: { ...held.value, ...update.set }, seq: update.seq });
        return;
      }
    }
  }

  #snapshot(update: Extract<Update, { readonly kind: 'table' }>): void {
    this.snapshots.push(update.topic);
    const rows = new Map<RowKey, ModelRow>();
    this.tables.set(update.topic, { columns: update.columns, rows, seq: update.seq });
    for (const cells of update.rows) this.#put(update.topic, cells);
    if (rows.size !== update.rows.length) throw new Error('a key twice in a snapshot');
  }

  #patch(update: Extract<Update, { readonly kind: 'table-patch' }>): void {
    const table = this.tables.get(update.topic);
    if (table === undefined || table.seq !== update.fromSeq) throw new Error(`${update.topic}: gap ${table?.seq} → ${update.fromSeq}`);
    for (const key of update.del ?? []) table.rows.delete(key);
    for (const cells of update.put ?? []) this.#put(update.topic, cells);
    const cells: Cell[] = [...(update.cells ?? []), ...Array.from(update.figures ?? [])];
    while (cells.length > 0) {
      const [key, count] = cells.splice(0, 2) as [RowKey, number];
      const pairs = cells.splice(0, 2 * count);
      if (pairs.length !== 2 * count) throw new Error(`${update.topic}: a row's cells end early`);
      const row = table.rows.get(key);
      if (row === undefined) throw new Error(`${update.topic}: cells of unknown row ${key}`);
      const next: Record<string, Cell> = { ...row };
      for (let i = 0; i < pairs.length; i += 2) next[table.columns[pairs[i] as number]!] = pairs[i + 1]!;
      table.rows.set(key, next);
    }
    table.seq = update.seq;
  }

  #put(topic: string, cells: readonly Cell[]): void {
    const table = this.tables.get(topic)!;
    if (cells.length !== table.columns.length) throw new Error(`${topic}: ${cells.length} cells for ${table.columns.length} columns`);
    const row = Object.fromEntries(table.columns.map((column, i) => [column, cells[i]!]));
    const key = row[this.#keyColumns[topic]!] as RowKey;
    table.rows.set(key, row);
    let seen = this.seen.get(topic);
    if (seen === undefined) this.seen.set(topic, (seen = new Set()));
    seen.add(key);
  }
}
