import { abs } from '#domain/scaled';
import { useCallback, type ReactNode } from 'react';
import type { RowKey } from '#protocol/stream';
import type { FillRow } from '#protocol/topics';
import { UNKNOWN, amountText, pnlText, priceText, quantityText, signed } from '../../format/figure.ts';
import { clockText, preciseTime } from '../../format/time.ts';
import { useArranged, useRowSource } from '../../hook/rows.ts';
import { byFigure, useTableView } from '../../view/table-view.ts';
import { openDialog } from '../../view/view-store.ts';
import { DataTable } from '../../ui/data-table.tsx';
import type { Column, Sorting } from '../../ui/table.ts';
import { Empty } from '../../ui/controls.tsx';

const FIGURES: Readonly<Record<string, (row: FillRow) => number | string | null>> = {
  time: (row) => row.at,
  fill: (row) => row.symbol,
  realized: (row) => row.realized,
  slippage: (row) => row.slippage,
};

/** More than nothing was lost against the tick that fired: the sign says which way, the colour only helps. */
function Slippage({ row }: { readonly row: FillRow }): ReactNode {
  const { slippage } = row;
  const tone = slippage === null || slippage === 0 ? 'dim' : slippage > 0 ? 'down' : 'up';
  return <span className={tone}>{slippage === null ? UNKNOWN : signed(priceText(slippage, row.decimals))}</span>;
}

export function slippageTitle({ slippage, decimals }: FillRow): string {
  if (slippage === null) return 'No tick led to this fill, so there is nothing to compare it with.';
  if (slippage === 0) return 'Computed here: at the price of the tick that fired.';
  return `Computed here: ${priceText(abs(slippage), decimals)} ${slippage > 0 ? 'worse' : 'better'} than the tick that fired.`;
}

/** The broker's own figures come with its commission report, sometimes much later than the fill. */
export function reportTitle(row: FillRow): string {
  if (row.commission === null) return 'The commission report of the broker has not come yet.';
  const currency = row.currency === null || row.currency === '' ? '' : ` in ${row.currency}`;
  return row.realized === null
    ? `Reported by the broker${currency}; it names no realised P&L for this fill.`
    : `Reported by the broker${currency}, commission included.`;
}

const COLUMNS: readonly Column<FillRow>[] = [
  {
    id: 'time',
    header: 'Time',
    width: '76px',
    sortable: true,
    cell: (row) => <span className="dim">{clockText(row.at)}</span>,
    title: (row) => preciseTime(row.at),
  },
  {
    id: 'fill',
    header: 'Fill',
    width: 'minmax(150px, 1fr)',
    sortable: true,
    cell: (row) => (
      <>
        <span className={row.side === 'BUY' ? 'side-buy' : 'side-sell'}>{row.side === 'BUY' ? 'BOUGHT' : 'SOLD'}</span>{' '}
        {quantityText(row.quantity)} {row.symbol}
      </>
    ),
  },
  {
    id: 'price',
    header: 'Price',
    width: '76px',
    align: 'right',
    cell: (row) => priceText(row.price, row.decimals),
    title: () => 'Reported by the broker.',
  },
  {
    id: 'slippage',
    header: 'Slippage',
    width: '76px',
    align: 'right',
    sortable: true,
    cell: (row) => <Slippage row={row} />,
    title: slippageTitle,
  },
  {
    id: 'commission',
    header: 'Commission',
    width: '86px',
    align: 'right',
    cell: (row) => amountText(row.commission),
    title: (row) =>
      row.commission === null
        ? reportTitle(row)
        : `Reported by the broker${row.currency === null || row.currency === '' ? '' : ` in ${row.currency}`}.`,
  },
  {
    id: 'realized',
    header: 'Realised',
    width: '92px',
    align: 'right',
    sortable: true,
    cell: (row) => (
      <span className={row.realized === null || row.realized === 0 ? 'dim' : row.realized > 0 ? 'up' : 'down'}>
        {pnlText(row.realized)}
      </span>
    ),
    title: reportTitle,
  },
  {
    id: 'origin',
    header: 'Origin',
    width: 'minmax(120px, 0.8fr)',
    cell: (row) => <span className="mono dim">{row.originText}</span>,
    title: (row) => row.execId,
  },
];

function arrange(rows: readonly FillRow[], sorting: Sorting | null): readonly FillRow[] {
  const figure = sorting === null ? undefined : FIGURES[sorting.column];
  return [...rows].sort(figure === undefined ? byFigure((row: FillRow) => row.at, true) : byFigure(figure, sorting?.down ?? false));
}

export function Fills(): ReactNode {
  const view = useTableView('fills');
  const { sorting } = view;
  const keys = useArranged(
    'fills',
    useCallback((rows: readonly FillRow[]) => arrange(rows, sorting), [sorting]),
    view.still,
  );
  const source = useRowSource('fills');
  const open = (key: RowKey): void => {
    const orderKey = source.get(key)?.orderKey;
    if (orderKey !== null && orderKey !== undefined) openDialog({ kind: 'why', key: orderKey });
  };
  return (
    <DataTable
      label="Fills"
      testId="fills"
      keys={keys}
      source={source}
      columns={COLUMNS}
      active={view.active}
      onActive={view.onActive}
      onOpen={open}
      sorting={sorting}
      onSort={view.onSort}
      onAim={view.onAim}
      empty={<Empty title="No fills today.">Executions of this account appear here, also those of orders placed by hand in TWS.</Empty>}
    />
  );
}
