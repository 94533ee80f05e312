import type { ReactNode } from 'react';
import type { Column, DataTableProps } from './table.ts';

/** The line above the rows; a press on a sortable column sorts by it. */
export function TableHead<R>(props: {
  readonly columns: readonly Column<R>[];
  readonly sorting: DataTableProps<R>['sorting'];
  readonly onSort: DataTableProps<R>['onSort'];
  readonly template: string;
  readonly minWidth: number;
}): ReactNode {
  const { columns, sorting, onSort, template, minWidth } = props;
  return (
    <div className="grid-head" role="row" aria-rowindex={1} style={{ gridTemplateColumns: template, minWidth }}>
      {columns.map((column) => (
        <div
          key={column.id}
          role="columnheader"
          data-align={column.align}
          aria-sort={sorting?.column === column.id ? (sorting.down ? 'descending' : 'ascending') : undefined}
        >
          {column.sortable === true && onSort !== undefined ? (
            <button type="button" tabIndex={-1} onClick={() => onSort(column.id)}>
              {column.header}
              {sorting?.column === column.id ? (sorting.down ? ' ↓' : ' ↑') : ''}
            </button>
          ) : (
            <span className={column.header === '' ? 'unseen' : undefined}>{column.header === '' ? 'Actions' : column.header}</span>
          )}
        </div>
      ))}
    </div>
  );
}
