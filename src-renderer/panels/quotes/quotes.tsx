import { useCallback, useMemo, type KeyboardEvent, type ReactNode } from 'react';
import { keyAct } from '#protocol/keys';
import type { RowKey } from '#protocol/stream';
import type { QuoteRow } from '#protocol/topics';
import type { Price } from '#domain/price';
import { UNKNOWN, changePercent, changeText, priceText, quantityText } from '../../format/figure.ts';
import { ageSeconds } from '../../format/time.ts';
import { useArranged, useField, useRowSource } from '../../hook/rows.ts';
import { useCommand } from '../../hook/use-command.ts';
import { byFigure, useTableView } from '../../view/table-view.ts';
import { refused, select, useView } from '../../view/view-store.ts';
import { Age } from '../../ui/age.tsx';
import { DataTable } from '../../ui/data-table.tsx';
import type { Column, Sorting } from '../../ui/table.ts';
import { Empty, NO_BROKER } from '../../ui/controls.tsx';

const FIGURES: Readonly<Record<string, (row: QuoteRow) => number | string | null>> = {
  symbol: (row) => row.label,
  bid: (row) => row.bid,
  ask: (row) => row.ask,
  last: (row) => row.last,
  change: (row) => changePercent(row.last, row.close),
};

/** Not good for a trigger: shown dim, with the reason on hover and in the ticket. */
function figure(row: QuoteRow, price: Price | null): ReactNode {
  return <span className={row.fault === null ? undefined : 'dim'}>{priceText(price, row.decimals)}</span>;
}

function Change({ row }: { readonly row: QuoteRow }): ReactNode {
  const change = changePercent(row.last, row.close);
  const tone = change === null || row.fault !== null ? 'dim' : change > 0 ? 'up' : change < 0 ? 'down' : 'dim';
  return <span className={tone}>{change === null ? UNKNOWN : changeText(row.last, row.close)}</span>;
}

function columnsOf(limitMs: number | undefined): readonly Column<QuoteRow>[] {
  return [
    {
      id: 'symbol',
      header: 'Symbol',
      width: 'minmax(52px, 1fr)',
      sortable: true,
      cell: (row) => <span className={row.fault === null ? undefined : 'amber'}>{row.label}</span>,
      title: (row) => row.fault ?? `${row.label}: ${row.liveType} data`,
    },
    {
      id: 'bid',
      header: 'Bid',
      width: '54px',
      align: 'right',
      sortable: true,
      cell: (row) => figure(row, row.bid),
      flash: (row) => row.bid,
      title: (row) => `${quantityText(row.bidSize)} bid`,
    },
    {
      id: 'ask',
      header: 'Ask',
      width: '54px',
      align: 'right',
      sortable: true,
      cell: (row) => figure(row, row.ask),
      flash: (row) => row.ask,
      title: (row) => `${quantityText(row.askSize)} asked`,
    },
    {
      id: 'last',
      header: 'Last',
      width: '54px',
      align: 'right',
      sortable: true,
      cell: (row) => figure(row, row.last),
      flash: (row) => row.last,
      title: (row) => `Day ${priceText(row.low, row.decimals)} – ${priceText(row.high, row.decimals)}, volume ${quantityText(row.volume)}`,
    },
    { id: 'change', spare: 2, header: '%', width: '46px', align: 'right', sortable: true, cell: (row) => <Change row={row} /> },
    {
      id: 'age',
      spare: 1,
      header: 's',
      width: '40px',
      align: 'right',
      cell: (row) => <Age at={row.at} text={ageSeconds} limitMs={limitMs} />,
    },
  ];
}

export function Quotes(): ReactNode {
  const view = useTableView('quotes');
  const { sorting, onActive } = view;
  const keys = useArranged(
    'quotes',
    useCallback((rows: readonly QuoteRow[]) => arrange(rows, sorting), [sorting]),
    view.still,
  );
  const source = useRowSource('quotes');
  const selected = useView((state) => state.selection?.conId ?? null);
  const used = useField('status', 'linesUsed') ?? null;
  const limit = useField('status', 'linesLimit') ?? null;
  const problem = useField('status', 'problem') ?? null;
  const limitMs = useField('settings', 'settings')?.limits.maxQuoteAgeMs;
  const columns = useMemo(() => columnsOf(limitMs), [limitMs]);
  const unwatch = useCommand('quote.unwatch', refused);
  const activate = useCallback(
    (key: RowKey) => {
      onActive(key);
      const row = source.get(key);
      if (row !== undefined) select({ conId: row.conId, symbol: row.symbol, contract: null });
    },
    [onActive, source],
  );
  const onKey = (key: RowKey, event: KeyboardEvent): boolean => {
    const row = source.get(key);
    if (row === undefined || event.repeat || keyAct('quotes', event) !== 'unwatch') return false;
    void unwatch.run({ conId: row.conId });
    return true;
  };
  return (
    <section className="panel" aria-label="Quotes">
      <div className="panel-head">
        <h2>Quotes</h2>
        <span className="right" title="Market data lines in use, of those your account has">
          {used ?? UNKNOWN} / {limit ?? UNKNOWN} lines
        </span>
      </div>
      <DataTable
        label="Quotes"
        testId="quotes"
        keys={keys}
        source={source}
        columns={columns}
        active={view.active}
        onActive={activate}
        selected={(row) => row.conId === selected}
        onKey={onKey}
        sorting={sorting}
        onSort={view.onSort}
        onAim={view.onAim}
        empty={
          <Empty title="No quotes.">
            {problem === null ? 'Search a symbol in New trigger (N); its quote is then followed here.' : NO_BROKER}
          </Empty>
        }
      />
    </section>
  );
}

function arrange(rows: readonly QuoteRow[], sorting: Sorting | null): readonly QuoteRow[] {
  const read = sorting === null ? undefined : FIGURES[sorting.column];
  return read === undefined ? rows : [...rows].sort(byFigure(read, sorting?.down ?? false));
}
