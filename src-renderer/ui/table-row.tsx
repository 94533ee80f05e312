import { memo, useCallback, useEffect, useRef, useSyncExternalStore, type ReactNode, type RefObject } from 'react';
import type { RowKey } from '#protocol/stream';
import type { Column, DataTableProps } from './table.ts';
import { flash } from './flash.ts';

interface TableRowProps<R> {
  readonly id: string;
  readonly rowKey: RowKey;
  readonly index: number;
  readonly top: number;
  readonly source: DataTableProps<R>['source'];
  readonly columns: readonly Column<R>[];
  readonly template: string;
  readonly active: boolean;
  readonly selected: ((row: R) => boolean) | undefined;
  readonly tone: ((row: R) => string | undefined) | undefined;
  readonly event: ((row: R) => unknown) | undefined;
  readonly onActive: (key: RowKey) => void;
  readonly onOpen: ((key: RowKey) => void) | undefined;
}

/** One visible row; it renders when its own row changes, or its place. */
function Row<R>(props: TableRowProps<R>): ReactNode {
  const { source, rowKey, columns, onActive, onOpen } = props;
  const row = useSyncExternalStore(
    useCallback((listener: () => void) => source.subscribe(rowKey, listener), [source, rowKey]),
    () => source.get(rowKey),
  );
  const element = useRef<HTMLDivElement>(null);
  useFlash(element, row === undefined ? undefined : props.event?.(row), EVENT_MS);
  if (row === undefined) return null;
  const selected = props.selected?.(row) ?? props.active;
  return (
    <div
      ref={element}
      id={props.id}
      className="grid-row"
      role="row"
      aria-rowindex={props.index + 2}
      aria-selected={selected}
      data-active={props.active}
      data-selected={selected}
      data-tone={props.tone?.(row)}
      data-key={String(rowKey)}
      style={{ gridTemplateColumns: props.template, top: props.top }}
      onPointerDown={() => onActive(rowKey)}
      onDoubleClick={(event) => {
        if (event.target instanceof Element && event.target.closest('button') === null) onOpen?.(rowKey);
      }}
    >
      {columns.map((column) => (
        <Cell key={column.id} column={column} row={row} active={props.active} />
      ))}
    </div>
  );
}

/** Lights the element when the figure changes. */
function useFlash(element: RefObject<HTMLElement | null>, figure: unknown, ms?: number): void {
  const before = useRef(figure);
  useEffect(() => {
    if (before.current === figure) return;
    before.current = figure;
    if (element.current !== null) flash(element.current, ms);
  }, [element, figure, ms]);
}

/** A fire or a fill is seen by somebody who looks up. */
const EVENT_MS = 1_500;

export const TableRow = memo(Row) as typeof Row;

function Cell<R>({ column, row, active }: { readonly column: Column<R>; readonly row: R; readonly active: boolean }): ReactNode {
  const element = useRef<HTMLDivElement>(null);
  useFlash(element, column.flash?.(row));
  return (
    <div
      ref={element}
      role="gridcell"
      className={column.className === undefined ? 'grid-cell' : `grid-cell ${column.className}`}
      data-align={column.align}
      data-clip={column.width.includes('fr') ? '' : undefined}
      title={column.title?.(row)}
    >
      {column.cell(row, active)}
    </div>
  );
}
