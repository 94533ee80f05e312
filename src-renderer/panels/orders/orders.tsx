import { useCallback, useMemo, type KeyboardEvent, type ReactNode } from 'react';
import { keyAct } from '#protocol/keys';
import type { RowKey } from '#protocol/stream';
import type { OrderRow } from '#protocol/topics';
import { cancelRefusal } from '../../draft/order-change.ts';
import { useArranged, useField, useRowSource } from '../../hook/rows.ts';
import { Empty, NO_BROKER, Notice } from '../../ui/controls.tsx';
import { DataTable } from '../../ui/data-table.tsx';
import { byFigure, useTableView } from '../../view/table-view.ts';
import { openDialog, refused, select } from '../../view/view-store.ts';
import { ModifyStrip } from './modify-strip.tsx';
import { useOrderActions } from './order-actions.ts';
import { columnsOf } from './order-columns.tsx';
import { ARRANGED, arrangeOrders } from './order-tree.ts';
import './orders.css';

/** What the rows may be sorted by beside. */
const SORTED = [...ARRANGED, 'symbol', 'filled', 'originText'] as const satisfies readonly (keyof OrderRow)[];
type Sorted = Pick<OrderRow, (typeof SORTED)[number]>;
const FIGURES: Readonly<Record<string, (row: Sorted) => number | string | null>> = {
  status: (row) => row.state,
  order: (row) => row.symbol,
  filled: (row) => row.filled,
  age: (row) => -row.createdAt,
  origin: (row) => row.originText,
};

export function Orders(): ReactNode {
  const view = useTableView('orders');
  const { sorting, onActive } = view;
  const keys = useArranged(
    'orders',
    useCallback(
      (rows: readonly Sorted[]) => {
        const figure = sorting === null ? undefined : FIGURES[sorting.column];
        return arrangeOrders(rows, figure === undefined ? undefined : byFigure(figure, sorting?.down ?? false));
      },
      [sorting],
    ),
    view.still,
    // What changes all the time counts only while the rows are sorted by it.
    sorting === null ? (ARRANGED as readonly (keyof Sorted)[]) : SORTED,
  );
  const source = useRowSource('orders');
  const problem = useField('status', 'problem') ?? null;
  const actions = useOrderActions();
  const { cancel, edit, step, moving } = actions;
  const columns = useMemo(() => columnsOf({ cancel, edit, moving }), [cancel, edit, moving]);
  const activate = useCallback(
    (key: RowKey) => {
      onActive(key);
      const row = source.get(key);
      if (row !== undefined) select({ conId: row.conId, symbol: row.symbol, contract: null });
    },
    [onActive, source],
  );
  const why = (key: RowKey): void => openDialog({ kind: 'why', key: String(key) });
  const onKey = (key: RowKey, event: KeyboardEvent): boolean => {
    const row = source.get(key);
    if (row === undefined || event.repeat) return false;
    const act = keyAct('orders', event);
    if (act === undefined || (act === 'settle' && !row.settleable)) return false;
    if (act === 'why') why(key);
    else if (act === 'change') edit(row);
    else if (act === 'settle') openDialog({ kind: 'settle', key: row.key });
    else if (act === 'cancel') {
      const refusal = cancelRefusal(row);
      if (refusal === null) openDialog({ kind: 'cancel-order', key: row.key });
      else refused(refusal);
    } else step(row, act === 'tick-up' ? 1 : -1);
    return true;
  };
  return (
    <>
      <Notice place="head" text={actions.error} onClose={actions.clearError} />
      <DataTable
        label="Orders"
        testId="orders"
        keys={keys}
        source={source}
        columns={columns}
        active={view.active}
        onActive={activate}
        event={(row) => row.filled}
        tone={(row) => (row.state === 'UNKNOWN' ? 'unknown' : undefined)}
        onOpen={why}
        onKey={onKey}
        sorting={sorting}
        onSort={view.onSort}
        onAim={view.onAim}
        empty={
          <Empty title="No orders today.">
            {problem === null ? 'An armed trigger that fires sends its orders here; orders placed by hand in TWS appear too.' : NO_BROKER}
          </Empty>
        }
      />
      {actions.editing !== null && <ModifyStrip key={actions.editing} orderKey={actions.editing} onClose={actions.leaveEdit} />}
    </>
  );
}
