import { useCallback, useMemo, type KeyboardEvent, type ReactNode } from 'react';
import type { Amount } from '#domain/money';
import type { RowKey } from '#protocol/stream';
import type { PositionRow } from '#protocol/topics';
import { UNKNOWN, amountText, averageText, pnlText, priceText, quantityText } from '../../format/figure.ts';
import { ageText } from '../../format/time.ts';
import { useArranged, useField, useRowSource } from '../../hook/rows.ts';
import { byFigure, useTableView } from '../../shell/table-view.ts';
import { openDialog, select } from '../../shell/view-store.ts';
import { Age } from '../../ui/age.tsx';
import { DataTable } from '../../ui/data-table.tsx';
import type { Column, Sorting } from '../../ui/table.ts';
import { Empty, NO_BROKER } from '../../ui/small.tsx';

const FIGURES: Readonly<Record<string, (row: PositionRow) => number | string | null>> = {
  symbol: (row) => row.symbol,
  quantity: (row) => row.quantity,
  unrealized: (row) => row.unrealized,
  realized: (row) => row.realized,
};

function arrange(rows: readonly PositionRow[], sorting: Sorting | null): readonly PositionRow[] {
  const figure = sorting === null ? undefined : FIGURES[sorting.column];
  const order = figure === undefined ? byFigure((row: PositionRow) => row.symbol, false) : byFigure(figure, sorting?.down ?? false);
  return [...rows].sort((a, b) => Number(a.quantity === 0) - Number(b.quantity === 0) || order(a, b));
}

function Pnl({ amount }: { readonly amount: Amount | null }): ReactNode {
  return <span className={amount === null || amount === 0 ? 'dim' : amount > 0 ? 'up' : 'down'}>{pnlText(amount)}</span>;
}

/** Covered by stops that the broker confirmed working; anything less is said in words. */
function Protected({ row }: { readonly row: PositionRow }): ReactNode {
  const held = Math.abs(row.quantity);
  if (held === 0) return <span className="dim">{UNKNOWN}</span>;
  const covered = Math.min(held, Math.abs(row.protectedQuantity));
  const text = `${quantityText(covered as typeof row.quantity)} of ${quantityText(held as typeof row.quantity)}`;
  if (covered >= held) return <span className="good">{text}</span>;
  return <span className="amber">{text} · UNPROTECTED</span>;
}

const COLUMNS: readonly Column<PositionRow>[] = [
  { id: 'symbol', header: 'Symbol', width: 'minmax(60px, 0.4fr)', sortable: true, cell: (row) => row.symbol, title: (row) => row.account },
  {
    id: 'quantity',
    header: 'Quantity',
    width: '70px',
    align: 'right',
    sortable: true,
    cell: (row) => (
      <span className={row.quantity < 0 ? 'side-sell' : row.quantity > 0 ? 'side-buy' : 'dim'}>{quantityText(row.quantity)}</span>
    ),
    flash: (row) => row.quantity,
    title: (row) =>
      row.brokerQuantity !== null && row.brokerQuantity !== row.quantity
        ? `The broker reports ${quantityText(row.brokerQuantity)}`
        : 'Equals what the broker reports, as far as it has said',
  },
  {
    id: 'average',
    header: 'Average',
    width: '76px',
    align: 'right',
    cell: (row) => (row.quantity === 0 ? UNKNOWN : averageText(row.averagePrice, row.decimals)),
  },
  { id: 'mark', header: 'Mark', width: '64px', align: 'right', cell: (row) => priceText(row.mark, row.decimals), flash: (row) => row.mark },
  { id: 'age', header: 'Age', width: '46px', align: 'right', cell: (row) => <Age at={row.markAt} text={ageText} limitMs={10_000} /> },
  {
    id: 'unrealized',
    header: 'Unrealised',
    width: '84px',
    align: 'right',
    sortable: true,
    cell: (row) => <Pnl amount={row.quantity === 0 ? (0 as Amount) : row.unrealized} />,
    title: (row) => `In ${row.currency}`,
  },
  {
    id: 'realized',
    header: 'Realised',
    width: '84px',
    align: 'right',
    sortable: true,
    cell: (row) => <Pnl amount={row.realized} />,
    title: (row) => `In ${row.currency}, without commission`,
  },
  {
    id: 'commission',
    header: 'Commission',
    width: '84px',
    align: 'right',
    cell: (row) => <span className="dim">{amountText(row.commission)}</span>,
  },
  { id: 'protected', header: 'Protected', width: 'minmax(150px, 1fr)', cell: (row) => <Protected row={row} /> },
  {
    id: 'actions',
    header: '',
    width: '72px',
    className: 'actions',
    cell: (row, active) =>
      row.quantity === 0 ? null : (
        <button
          type="button"
          className="button"
          data-size="small"
          tabIndex={active ? 0 : -1}
          aria-label={`Flatten ${row.symbol}`}
          title="Close the whole position at market (Delete)"
          onClick={() => openDialog({ kind: 'flatten', key: row.key })}
        >
          Flatten…
        </button>
      ),
  },
];

export function Positions(): ReactNode {
  const view = useTableView('positions');
  const { sorting, onActive } = view;
  const keys = useArranged(
    'positions',
    useCallback((rows: readonly PositionRow[]) => arrange(rows, sorting), [sorting]),
    view.still,
  );
  const source = useRowSource('positions');
  const problem = useField('status', 'problem') ?? null;
  const columns = useMemo(() => COLUMNS, []);
  const activate = useCallback(
    (key: RowKey) => {
      onActive(key);
      const row = source.get(key);
      if (row !== undefined) select({ conId: row.conId, symbol: row.symbol, contract: null });
    },
    [onActive, source],
  );
  const onKey = (key: RowKey, event: KeyboardEvent): boolean => {
    if (event.repeat || (event.key !== 'Delete' && event.key !== 'Backspace')) return false;
    if (source.get(key)?.quantity !== 0) openDialog({ kind: 'flatten', key: String(key) });
    return true;
  };
  return (
    <DataTable
      label="Positions"
      testId="positions"
      keys={keys}
      source={source}
      columns={columns}
      active={view.active}
      onActive={activate}
      onKey={onKey}
      sorting={sorting}
      onSort={view.onSort}
      onAim={view.onAim}
      empty={
        <Empty title="No positions.">
          {problem === null ? 'The account holds nothing that the broker has reported. Fills appear here at once.' : NO_BROKER}
        </Empty>
      }
    />
  );
}
