import type { Cell, Frame, RowKey, Update } from '#protocol/stream';
import { TABLES, VALUES, type TableName, type TableTopics, type TopicName, type ValueName, type ValueTopics } from '#protocol/topics';

type Row = Readonly<Record<string, unknown>>;

/** The desk's side of the stream in small: rows are replaced, never changed, so that a look at identity finds the patches. */
export class FakeTables {
  commitSeq = 48_201;
  readonly #now: () => number;
  readonly #rows = new Map<TableName, Map<RowKey, Row>>();
  readonly #sentRows = new Map<TableName, Map<RowKey, Row>>();
  readonly #values = new Map<ValueName, Row>();
  readonly #sentValues = new Map<ValueName, Row>();
  readonly #columns = new Map<TableName, readonly string[]>();
  readonly #seq = new Map<TopicName, number>();
  #number = 0;

  constructor(now: () => number) {
    this.#now = now;
    for (const name of Object.keys(TABLES) as TableName[]) this.#rows.set(name, new Map());
  }

  rows<T extends TableName>(topic: T): TableTopics[T][] {
    return [...this.#table(topic).values()] as unknown as TableTopics[T][];
  }

  row<T extends TableName>(topic: T, key: RowKey): TableTopics[T] | undefined {
    return this.#table(topic).get(key) as TableTopics[T] | undefined;
  }

  put<T extends TableName>(topic: T, row: TableTopics[T]): void {
    const cells = row as unknown as Row;
    if (!this.#columns.has(topic)) this.#columns.set(topic, Object.keys(cells));
    this.#table(topic).set(cells[TABLES[topic].key] as RowKey, cells);
  }

  patch<T extends TableName>(topic: T, key: RowKey, change: Partial<TableTopics[T]>): void {
    const row = this.row(topic, key);
    if (row !== undefined) this.put(topic, { ...row, ...change });
  }

  remove(topic: TableName, key: RowKey): void {
    this.#table(topic).delete(key);
  }

  value<V extends ValueName>(topic: V): ValueTopics[V] {
    return this.#values.get(topic) as unknown as ValueTopics[V];
  }

  set<V extends ValueName>(topic: V, change: Partial<ValueTopics[V]>): void {
    this.#values.set(topic, { ...this.#values.get(topic), ...(change as Row) });
  }

  snapshot(topics: readonly TopicName[]): Frame {
    const updates: Update[] = [];
    for (const topic of topics) {
      const seq = this.#seq.get(topic) ?? 0;
      if (topic in TABLES) {
        const name = topic as TableName;
        this.#sentRows.set(name, new Map(this.#table(name)));
        const columns = this.#columns.get(name) ?? [TABLES[name].key];
        const rows = [...this.#table(name).values()].map((row) => columns.map((column) => row[column] as Cell));
        updates.push({ kind: 'table', topic: name, seq, columns, rows });
      } else {
        const name = topic as ValueName;
        this.#sentValues.set(name, this.#values.get(name) ?? {});
        updates.push({ kind: 'value', topic: name, seq, value: this.#values.get(name) ?? {} });
      }
    }
    return this.#frame(updates);
  }

  patches(): Frame | undefined {
    const updates: Update[] = [];
    for (const name of Object.keys(TABLES) as TableName[]) {
      const update = this.#tablePatch(name);
      if (update !== undefined) updates.push(update);
    }
    for (const name of Object.keys(VALUES) as ValueName[]) {
      const value = this.#values.get(name);
      const sent = this.#sentValues.get(name);
      if (value === undefined || value === sent) continue;
      this.#sentValues.set(name, value);
      const set = Object.fromEntries(Object.entries(value).filter(([field, cell]) => sent?.[field] !== cell));
      const [fromSeq, seq] = this.#next(name);
      updates.push({ kind: 'value-patch', topic: name, fromSeq, seq, set });
    }
    return updates.length === 0 ? undefined : this.#frame(updates);
  }

  #tablePatch(name: TableName): Update | undefined {
    const sent = this.#sentRows.get(name);
    if (sent === undefined) return undefined;
    const columns = this.#columns.get(name) ?? [TABLES[name].key];
    const put: Cell[][] = [];
    const cells: Cell[] = [];
    for (const [key, row] of this.#table(name)) {
      const old = sent.get(key);
      if (old === row) continue;
      sent.set(key, row);
      if (old === undefined) put.push(columns.map((column) => row[column] as Cell));
      else {
        const changed: Cell[] = [];
        columns.forEach((column, i) => {
          if (old[column] !== row[column]) changed.push(i, row[column] as Cell);
        });
        cells.push(key, changed.length / 2, ...changed);
      }
    }
    const del = [...sent.keys()].filter((key) => !this.#table(name).has(key));
    for (const key of del) sent.delete(key);
    if (put.length + cells.length + del.length === 0) return undefined;
    const [fromSeq, seq] = this.#next(name);
    return {
      kind: 'table-patch',
      topic: name,
      fromSeq,
      seq,
      ...(put.length > 0 ? { put } : {}),
      ...(cells.length > 0 ? { cells } : {}),
      ...(del.length > 0 ? { del } : {}),
    };
  }

  #next(topic: TopicName): readonly [number, number] {
    const fromSeq = this.#seq.get(topic) ?? 0;
    this.#seq.set(topic, fromSeq + 1);
    return [fromSeq, fromSeq + 1];
  }

  #frame(updates: readonly Update[]): Frame {
    this.#number += 1;
    return { number: this.#number, commitSeq: this.commitSeq, at: this.#now(), updates };
  }

  #table(name: TableName): Map<RowKey, Row> {
    const table = this.#rows.get(name);
    if (table === undefined) throw new Error(`no table ${name}`);
    return table;
  }
}
