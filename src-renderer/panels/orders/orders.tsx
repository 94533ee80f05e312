import { useCallback, useMemo, type KeyboardEvent, type ReactNode } from 'react';
import type { RowKey } from '#protocol/stream';
import type { OrderRow } from '#protocol/topics';
import { UNKNOWN, averageText, exactPrice, priceText, quantityText } from '../../format/figure.ts';
import { orderWord } from '../../format/order-word.ts';
import { ageText, preciseTime } from '../../format/time.ts';
import { useArranged, useField, useRow, useRowSource } from '../../hook/rows.ts';
import { useCommand } from '../../hook/use-command.ts';
import { byFigure, useTableView } from '../../shell/table-view.ts';
import { openDialog, refused, select } from '../../shell/view-store.ts';
import { Age } from '../../ui/age.tsx';
import { DataTable } from '../../ui/data-table.tsx';
import type { Column } from '../../ui/table.ts';
import { CrossIcon, WhyIcon } from '../../ui/icons.tsx';
import { Chip, Empty, NO_BROKER, Notice } from '../../ui/small.tsx';
import { arrangeOrders, isProtective } from './order-tree.ts';
import './orders.css';

const FIGURES: Readonly<Record<string, (row: OrderRow) => number | string | null>> = {
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
      (rows: readonly OrderRow[]) => {
        const figure = sorting === null ? undefined : FIGURES[sorting.column];
        return arrangeOrders(rows, figure === undefined ? undefined : byFigure(figure, sorting?.down ?? false));
      },
      [sorting],
    ),
    view.still,
  );
  const source = useRowSource('orders');
  const problem = useField('status', 'problem') ?? null;
  const cancel = useCommand('order.cancel', refused);
  const run = cancel.run;
  const ask = useCallback(
    (row: OrderRow) => {
      // Losing a stop raises the risk, so it is asked; everything else goes at once.
      if (isProtective(row)) openDialog({ kind: 'cancel-order', key: row.key });
      else void run({ key: row.key, expectedVersion: row.version });
    },
    [run],
  );
  const columns = useMemo(() => columnsOf(ask), [ask]);
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
    if (event.key === 'w') why(key);
    else if (event.key === 'Delete' || event.key === 'Backspace') {
      if (row.cancellable) openDialog({ kind: 'cancel-order', key: row.key });
      else
        refused(
          `${row.side} ${quantityText(row.quantity)} ${row.symbol} cannot be cancelled: it is ${orderWord(row.state, row.ibStatus).word}.`,
        );
    } else return false;
    return true;
  };
  return (
    <>
      <Notice text={cancel.error} onClose={cancel.clear} />
      <DataTable
        label="Orders"
        testId="orders"
        keys={keys}
        source={source}
        columns={columns}
        active={view.active}
        onActive={activate}
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
    </>
  );
}

function columnsOf(cancel: (row: OrderRow) => void): readonly Column<OrderRow>[] {
  return [
    {
      id: 'status',
      header: 'Status',
      width: '104px',
      sortable: true,
      cell: (row) => (
        <span className={row.parentKey === null ? undefined : 'child-status'}>
          <Chip word={orderWord(row.state, row.ibStatus)} title={`IB says ${row.ibStatus ?? 'nothing yet'}`} />
        </span>
      ),
      flash: (row) => row.state,
    },
    {
      id: 'order',
      header: 'Order',
      width: 'minmax(192px, 1.1fr)',
      sortable: true,
      cell: (row) => (
        <>
          {row.parentKey !== null && <span className="branch">└ </span>}
          <span className={row.side === 'BUY' ? 'side-buy' : 'side-sell'}>{row.side}</span> {quantityText(row.quantity)} {row.symbol}{' '}
          {row.type}
          {row.stop === null ? '' : ` ${exactPrice(row.stop, row.decimals)}`}
          {row.parentKey !== null && row.tif === 'DAY' ? '' : ` ${row.tif}`}
        </>
      ),
      title: (row) => [row.ref, row.permId === null ? null : `permId ${String(row.permId)}`].filter((part) => part !== null).join(' · '),
    },
    {
      id: 'filled',
      header: 'Filled',
      width: '72px',
      align: 'right',
      sortable: true,
      // What was filled of an order nobody has heard of is not zero, it is not known.
      cell: (row) => `${row.state === 'UNKNOWN' && row.filled === 0 ? '?' : quantityText(row.filled)} / ${quantityText(row.quantity)}`,
      flash: (row) => row.filled,
      title: (row) => (row.avgFillPrice === null ? 'No fill yet' : `Average ${averageText(row.avgFillPrice, row.decimals)}`),
    },
    {
      id: 'limit',
      header: 'Limit',
      width: '54px',
      align: 'right',
      cell: (row) => (row.limit === null ? UNKNOWN : exactPrice(row.limit, row.decimals)),
    },
    { id: 'market', header: 'Market', width: '54px', align: 'right', cell: (row) => <MarketPrice row={row} /> },
    {
      id: 'age',
      header: 'Age',
      width: '50px',
      align: 'right',
      sortable: true,
      cell: (row) => <Age at={row.createdAt} text={ageText} />,
      title: (row) => `Created ${preciseTime(row.createdAt)}`,
    },
    {
      id: 'origin',
      header: 'Origin',
      width: 'minmax(112px, 0.5fr)',
      sortable: true,
      cell: (row) => (
        <span className={row.origin === 'manual' || row.origin === 'foreign' ? 'amber' : row.parentKey === null ? 'mono dim' : 'dim'}>
          {row.originText}
        </span>
      ),
      title: (row) => row.originText,
    },
    {
      id: 'why',
      header: 'Why',
      width: 'minmax(96px, 1fr)',
      cell: (row) => <span className={row.state === 'UNKNOWN' ? 'amber' : 'dim'}>{row.note ?? row.why}</span>,
      title: (row) => [row.why, row.note].filter((part) => part !== null && part !== '').join(' · '),
    },
    {
      id: 'actions',
      header: '',
      width: '50px',
      className: 'actions',
      cell: (row, active) => (
        <>
          <button
            type="button"
            className="icon-button"
            tabIndex={active ? 0 : -1}
            aria-label={`Why ${row.side} ${quantityText(row.quantity)} ${row.symbol}?`}
            title="Why? (W)"
            onClick={() => openDialog({ kind: 'why', key: row.key })}
          >
            <WhyIcon />
          </button>
          {row.cancellable && (
            <button
              type="button"
              className="icon-button"
              tabIndex={active ? 0 : -1}
              aria-label={`Cancel ${row.side} ${quantityText(row.quantity)} ${row.symbol}`}
              title="Cancel (Delete)"
              onClick={() => cancel(row)}
            >
              <CrossIcon />
            </button>
          )}
        </>
      ),
    },
  ];
}

function MarketPrice({ row }: { readonly row: OrderRow }): ReactNode {
  const quote = useRow('quotes', row.conId);
  return priceText(quote?.last, row.decimals);
}
