import type { KeyboardEvent } from 'react';
import type { DataTableProps } from './table.ts';

/** Where the keyboard stands in a table, and what it takes to go elsewhere. */
export interface Place {
  /** Of the active row; -1 while there is none. */
  readonly index: number;
  readonly last: number;
  /** Rows that a page key passes. */
  readonly page: number;
  readonly moveTo: (index: number) => void;
}

function movedTo(key: string, { index, last, page }: Place): number | undefined {
  const moves: Record<string, number> = {
    ArrowDown: index + 1,
    ArrowUp: index < 0 ? 0 : index - 1,
    Home: 0,
    End: last,
    PageDown: index + page,
    PageUp: index - page,
  };
  return moves[key];
}

/** A key on the grid itself: it moves, sorts (O the next column, Shift O turns it round), or acts on the active row. */
export function takeKey<R>(props: DataTableProps<R>, place: Place, event: KeyboardEvent<HTMLDivElement>): void {
  props.onAim?.();
  if (event.target !== event.currentTarget || event.ctrlKey || event.metaKey || event.altKey) return;
  const to = movedTo(event.key, place);
  if (to !== undefined) {
    event.preventDefault();
    place.moveTo(to);
    return;
  }
  if ((event.key === 'o' || event.key === 'O') && props.onSort !== undefined) {
    const column = event.key === 'o' ? nextSorted(props) : props.sorting?.column;
    if (column !== undefined) props.onSort(column);
    return;
  }
  if (place.index >= 0 && props.active !== null) actOn(props.active, props, event);
}

function actOn<R>(active: NonNullable<DataTableProps<R>['active']>, { onKey, onOpen }: DataTableProps<R>, event: KeyboardEvent): void {
  if (onKey?.(active, event) === true) event.preventDefault();
  else if (event.key === 'Enter' && onOpen !== undefined) {
    event.preventDefault();
    onOpen(active);
  }
}

/** The column after the one that the rows are sorted by now, from the last to the first again. */
function nextSorted<R>({ columns, sorting }: DataTableProps<R>): string | undefined {
  const sortable = columns.filter((column) => column.sortable === true).map(({ id }) => id);
  return sortable[(sortable.indexOf(sorting?.column ?? '') + 1) % sortable.length];
}
