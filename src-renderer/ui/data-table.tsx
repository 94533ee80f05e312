import { useVirtualizer } from '@tanstack/react-virtual';
import {
  useCallback,
  useEffect,
  useId,
  useLayoutEffect,
  useMemo,
  useRef,
  useState,
  type KeyboardEvent,
  type ReactNode,
  type RefObject,
} from 'react';
import { TableHead } from './table-head.tsx';
import { takeKey } from './table-keys.ts';
import { fittingColumns, leastWidth, type Column, type DataTableProps } from './table.ts';
import { TableRow } from './table-row.tsx';

const ROW = 24;

/**
 * A live table of any length: only the rows in sight exist, and each of them listens to its own row alone. The grid has one tab
 * stop; arrows, Home, End, Page keys move, Enter opens.
 */
export function DataTable<R>(props: DataTableProps<R>): ReactNode {
  const { keys, active, onActive, onOpen, sorting } = props;
  const viewport = useRef<HTMLDivElement>(null);
  const columns = useFitting(props.columns, viewport);
  const id = useId();
  const virtual = useVirtualizer({
    count: keys.length,
    getScrollElement: () => viewport.current,
    estimateSize: () => ROW,
    overscan: 8,
    useFlushSync: false,
    paddingStart: 22,
    scrollPaddingStart: 22,
    getItemKey: useCallback((index: number) => keys[index] ?? index, [keys]),
    initialRect: { width: 800, height: 240 },
  });
  const template = columns.map((column) => column.width).join(' ');
  const minWidth = leastWidth(columns);
  const activeIndex = active === null ? -1 : keys.indexOf(active);

  const moveTo = (index: number): void => {
    const key = keys[Math.max(0, Math.min(keys.length - 1, index))];
    if (key === undefined) return;
    onActive(key);
    virtual.scrollToIndex(Math.max(0, Math.min(keys.length - 1, index)));
  };

  const onKeyDown = (event: KeyboardEvent<HTMLDivElement>): void => {
    const page = Math.max(1, Math.floor(((viewport.current?.clientHeight ?? 240) - 22) / ROW) - 1);
    takeKey({ ...props, columns }, { index: activeIndex, last: keys.length - 1, page, moveTo }, event);
  };

  useScrollToChosen(props, viewport, virtual.scrollToIndex);

  return (
    <div
      ref={viewport}
      className="grid"
      role="grid"
      aria-label={props.label}
      aria-rowcount={keys.length + 1}
      aria-colcount={columns.length}
      aria-activedescendant={activeIndex >= 0 ? `${id}-${String(active)}` : undefined}
      tabIndex={0}
      data-testid={props.testId}
      onKeyDown={onKeyDown}
      onPointerMove={props.onAim}
      onFocus={(event) => {
        if (event.target === event.currentTarget && activeIndex < 0 && keys.length > 0 && event.currentTarget.matches(':focus-visible'))
          moveTo(0);
      }}
    >
      <TableHead columns={columns} sorting={sorting} onSort={props.onSort} template={template} minWidth={minWidth} />
      {keys.length === 0 ? (
        <EmptyRow columns={columns.length}>{props.empty}</EmptyRow>
      ) : (
        <div className="grid-body" role="rowgroup" style={{ height: virtual.getTotalSize() - 22, minWidth }}>
          {virtual.getVirtualItems().map((item) => {
            const key = keys[item.index];
            if (key === undefined) return null;
            return (
              <TableRow
                key={item.key}
                id={`${id}-${String(key)}`}
                rowKey={key}
                index={item.index}
                top={item.start - 22}
                source={props.source}
                columns={columns}
                template={template}
                active={key === active}
                selected={props.selected}
                tone={props.tone}
                event={props.event}
                onActive={onActive}
                onOpen={onOpen}
              />
            );
          })}
        </div>
      )}
    </div>
  );
}

function EmptyRow({ columns, children }: { readonly columns: number; readonly children: ReactNode }): ReactNode {
  return (
    <div role="row">
      <div role="gridcell" aria-colspan={columns}>
        {children}
      </div>
    </div>
  );
}

/** The columns that have room now; measured before the first picture, so that nothing jumps. */
function useFitting<R>(columns: readonly Column<R>[], viewport: RefObject<HTMLDivElement | null>): readonly Column<R>[] {
  const [width, setWidth] = useState<number | null>(null);
  useLayoutEffect(() => {
    const element = viewport.current;
    if (element === null) return undefined;
    const measure = (): void => setWidth(element.clientWidth);
    measure();
    const sizes = new ResizeObserver(measure);
    sizes.observe(element);
    return () => sizes.disconnect();
  }, [viewport]);
  return useMemo(() => fittingColumns(columns, width), [columns, width]);
}

/** A row that was chosen elsewhere (a click on an alarm) comes into sight. */
function useScrollToChosen(
  { keys, active }: Pick<DataTableProps<never>, 'keys' | 'active'>,
  viewport: RefObject<HTMLDivElement | null>,
  scrollToIndex: (index: number) => void,
): void {
  const scrollTo = useRef(scrollToIndex);
  useEffect(() => {
    scrollTo.current = scrollToIndex;
  });
  useEffect(() => {
    const index = active === null ? -1 : keys.indexOf(active);
    if (index >= 0 && document.activeElement !== viewport.current) scrollTo.current(index);
    // Only a new choice scrolls; a row that moved by itself must not drag the view along.
  }, [active]);
}
