import type { TableName, ValueName } from './topics.ts';

/**
 * Snapshot and patches. `seq` numbers the patches of one topic for one subscriber; a replica applies a patch only when its
 * `fromSeq` is the replica's own, otherwise it asks for a snapshot. Cells travel by column index: `columns` of the snapshot
 * names them, so that a changed price costs a few bytes, not a row.
 */
export type Cell = string | number | boolean | null | readonly unknown[] | Readonly<Record<string, unknown>>;
export type RowKey = string | number;

export interface TableSnapshot {
  readonly kind: 'table';
  readonly topic: TableName;
  readonly seq: number;
  readonly columns: readonly string[];
  /** Each row as cells in the order of `columns`. */
  readonly rows: readonly (readonly Cell[])[];
}

export interface TablePatch {
  readonly kind: 'table-patch';
  readonly topic: TableName;
  readonly fromSeq: number;
  readonly seq: number;
  /** New rows, whole, in the order of the snapshot's columns. */
  readonly put?: readonly (readonly Cell[])[];
  /**
   * Changed cells, in one flat list because a list for each row costs more than its cells: for each changed row its key, the number of its
   * changed cells, then that many times a column index and a value.
   */
  readonly cells?: readonly Cell[];
  /** The same for rows of which only figures changed and whose key is a number: over IPC one block of memory, in JSON a list. */
  readonly figures?: ArrayLike<number>;
  readonly del?: readonly RowKey[];
}

export interface ValueSnapshot {
  readonly kind: 'value';
  readonly topic: ValueName;
  readonly seq: number;
  readonly value: Readonly<Record<string, unknown>>;
}

/** Top-level fields that changed. */
export interface ValuePatch {
  readonly kind: 'value-patch';
  readonly topic: ValueName;
  readonly fromSeq: number;
  readonly seq: number;
  readonly set: Readonly<Record<string, unknown>>;
}

export type Update = TableSnapshot | TablePatch | ValueSnapshot | ValuePatch;

/**
 * One push. `number` counts frames of the subscriber; the screen acknowledges it (`stream.ack`), and a screen that does not is
 * conflated. `commitSeq` is the newest commit contained: a button that got `{seq}` is pending until it sees that number here.
 */
export interface Frame {
  readonly number: number;
  readonly commitSeq: number;
  /** Desk time of sending, epoch ms; the screen derives its clock offset from it. */
  readonly at: number;
  readonly updates: readonly Update[];
}
