import type { KeyboardEvent } from 'react';
import { keyAct, type KeyAct } from '#protocol/keys';
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

function movedTo(act: KeyAct<'table'> | undefined, { index, last, page }: Place): number | undefined {
  const moves: Partial<Record<KeyAct<'table'>, number>> = {
    down: index + 1,
    up: index < 0 ? 0 : index - 1,
    first: 0,
    last,
    'page-down': index + page,
    'page-up': index - page,
  };
  return act === undefined ? undefined : moves[act];
}

/** A key on the grid itself: it moves, sorts (the next column, or the same one turned round), or acts on the active row. */
export function takeKey<R>(props: DataTableProps<R>, place: Place, event: KeyboardEvent<HTMLDivElement>): void {
  props.onAim?.();
  if (event.target !== event.currentTarget || event.ctrlKey || event.metaKey || event.altKey) return;
  const act = keyAct('table', event);
  const to = movedTo(act, place);
  if (to !== undefined) {
    event.preventDefault();
    place.moveTo(to);
    return;
  }
  if (act !== undefined && props.onSort !== undefined) {
    const column = act === 'sort' ? nextSorted(props) : props.sorting?.column;
    if (column !== undefined) props.onSort(column);
    return;
  }
  if (place.index >= 0 && props.active !== null) actOn(props.active, props, event);
}

function actOn<R>(active: NonNullable<DataTableProps<R>['active']>, { onKey, onOpen }: DataTableProps<R>, event: KeyboardEvent): void {
  if (onKey?.(active, event) === true) event.preventDefault();
  else if (keyAct('opens', event) === 'open' && onOpen !== undefined) {
    event.preventDefault();
    onOpen(active);
  }
}

/** The column after the one that the rows are sorted by now, from the last to the first again. */
function nextSorted<R>({ columns, sorting }: DataTableProps<R>): string | undefined {
  const sortable = columns.filter((column) => column.sortable === true).map(({ id }) => id);
  return sortable[(sortable.indexOf(sorting?.column ?? '') + 1) % sortable.length];
}
