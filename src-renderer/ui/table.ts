import type { KeyboardEvent, ReactNode } from 'react';
import type { RowKey } from '#protocol/stream';

export interface Column<R> {
  readonly id: string;
  readonly header: string;
  /** A CSS grid track: `80px`, `minmax(0, 1fr)`. */
  readonly width: string;
  readonly align?: 'right';
  readonly cell: (row: R, active: boolean) => ReactNode;
  /** When this changes, the cell's ground flashes. */
  readonly flash?: (row: R) => unknown;
  readonly title?: (row: R) => string;
  readonly className?: string;
  readonly sortable?: boolean;
  /**
   * Where the table is too narrow for all columns, those with the least number go first. What has none always stays; what a column that
   * goes would say must stand elsewhere too.
   */
  readonly spare?: number;
}

export interface Sorting {
  readonly column: string;
  readonly down: boolean;
}

export interface DataTableProps<R> {
  readonly label: string;
  readonly keys: readonly RowKey[];
  readonly source: { get(key: RowKey): R | undefined; subscribe(key: RowKey, listener: () => void): () => void };
  readonly columns: readonly Column<R>[];
  /** The row the keyboard stands on. It follows its key, not its place. */
  readonly active: RowKey | null;
  readonly onActive: (key: RowKey) => void;
  readonly selected?: (row: R) => boolean;
  readonly tone?: (row: R) => string | undefined;
  /** When this changes, the whole row flashes: something happened to it that must be noticed. */
  readonly event?: (row: R) => unknown;
  readonly onOpen?: (key: RowKey) => void;
  /** Keys on the active row other than movement; answers whether it took the key. */
  readonly onKey?: (key: RowKey, event: KeyboardEvent) => boolean;
  readonly sorting?: Sorting | null;
  readonly onSort?: (column: string) => void;
  readonly empty: ReactNode;
  /** Told about every movement of pointer or keyboard, so that the order rests while somebody aims. */
  readonly onAim?: () => void;
  readonly testId?: string;
}

/** Below this the table scrolls sideways; `80px` and `minmax(96px, 1fr)` both begin with their least width. */
export function leastWidth(columns: readonly { readonly width: string }[]): number {
  return columns.reduce((sum, column) => sum + Number(/\d+(?=px)/.exec(column.width)?.[0] ?? 0), 0);
}

/** The columns that fit beside each other into `width` px; null when it is not known yet. */
export function fittingColumns<C extends { readonly width: string; readonly spare?: number }>(
  columns: readonly C[],
  width: number | null,
): readonly C[] {
  if (width === null) return columns;
  const going = columns.filter((column) => column.spare !== undefined).sort((a, b) => (a.spare ?? 0) - (b.spare ?? 0));
  let left = columns;
  for (const column of going) {
    if (leastWidth(left) <= width) break;
    left = left.filter((other) => other !== column);
  }
  return left;
}
