import { useCallback, useRef } from 'react';
import type { RowKey } from '#protocol/stream';
import type { Sorting } from '../ui/table.ts';
import { setActive, toggleSort, useView, type TableId } from './view-store.ts';

export interface TableView {
  readonly active: RowKey | null;
  readonly sorting: Sorting | null;
  readonly onActive: (key: RowKey) => void;
  readonly onSort: (column: string) => void;
  readonly onAim: () => void;
  readonly still: () => boolean;
}

const AIM_MS = 1_500;

/** What every table of the console shares: its active row, its order, and the rest while somebody aims at a row. */
export function useTableView(table: TableId): TableView {
  const active = useView((state) => state.active[table]);
  const sorting = useView((state) => state.sorting[table]);
  const aimed = useRef(-AIM_MS);
  return {
    active,
    sorting,
    onActive: useCallback((key: RowKey) => setActive(table, key), [table]),
    onSort: useCallback((column: string) => toggleSort(table, column), [table]),
    onAim: useCallback(() => {
      aimed.current = performance.now();
    }, []),
    still: useCallback(() => performance.now() - aimed.current < AIM_MS, []),
  };
}

/** Missing figures always come last, whichever way the column is turned. */
export function byFigure<R>(read: (row: R) => number | string | null, down: boolean): (a: R, b: R) => number {
  return (a, b) => {
    const left = read(a);
    const right = read(b);
    if (left === null || right === null) return left === right ? 0 : left === null ? 1 : -1;
    const order = left < right ? -1 : left > right ? 1 : 0;
    return down ? -order : order;
  };
}
