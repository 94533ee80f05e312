import { useCallback, useMemo, useState, type KeyboardEvent, type ReactNode } from 'react';
import { keyAct, type KeyAct } from '#protocol/keys';
import type { RowKey } from '#protocol/stream';
import type { PositionRow } from '#protocol/topics';
import { useArranged, useField, useRowSource, useSummary } from '../../hook/rows.ts';
import { byFigure, useTableView } from '../../view/table-view.ts';
import { openDialog, refused, select } from '../../view/view-store.ts';
import { DataTable } from '../../ui/data-table.tsx';
import type { Sorting } from '../../ui/table.ts';
import { Empty, NO_BROKER } from '../../ui/controls.tsx';
import { Offers, useTakeOffer } from './offers.tsx';
import { columnsOf } from './position-columns.tsx';
import { StopStrip, type StopTask } from './stop-strip.tsx';
import './positions.css';

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

/** Why a key on this row does nothing, as a sentence; null when it acts. */
function keyRefusal(act: KeyAct<'positions'>, row: PositionRow, shut: string | null): string | null {
  if (row.quantity === 0) return `Nothing of ${row.symbol} is held.`;
  if (act === 'protect' && row.unprotected === 0) return `Stops at the broker cover all of ${row.symbol} already.`;
  if (act === 'offer' && row.offer === null) return `Nothing is offered for ${row.symbol}: its exits are as they should be.`;
  return shut;
}

/** Per cent of the position that the key closes. */
const CLOSES = { close: 100, half: 50, quarter: 25 } as const;

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
  const shut = useField('status', 'reduceRefusal') ?? null;
  const [task, setTask] = useState<StopTask | null>(null);
  const protect = useCallback((key: string) => setTask({ kind: 'protect', key }), []);
  const { take } = useTakeOffer(protect);
  const columns = useMemo(
    () =>
      columnsOf({
        breakeven: (key) => setTask({ kind: 'breakeven', key }),
        trail: (key) => setTask({ kind: 'trail', key }),
      }),
    [],
  );
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
    if (row === undefined || event.repeat) return false;
    const act = keyAct('positions', event);
    if (act === undefined) return false;
    const refusal = act === 'flatten-all' ? null : keyRefusal(act, row, shut);
    if (refusal !== null) refused(refusal);
    else if (act === 'flatten-all') openDialog({ kind: 'flatten-all' });
    else if (act === 'offer') take(row);
    else if (act === 'close' || act === 'half' || act === 'quarter') openDialog({ kind: 'close', key: row.key, percent: CLOSES[act] });
    else setTask({ kind: act, key: row.key });
    return true;
  };
  return (
    <>
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
      <Closings />
      <Offers ask={protect} />
      {task !== null && <StopStrip key={`${task.kind} ${task.key}`} task={task} onClose={() => setTask(null)} />}
    </>
  );
}

function closings(rows: readonly PositionRow[]): readonly string[] {
  return rows.filter((row) => row.closing !== null).map((row) => `${row.symbol}: ${row.closing ?? ''}`);
}

/** The row has no room for the whole sentence, and this is one to read. */
function Closings(): ReactNode {
  const lines = useSummary('positions', closings);
  return (
    <div className="closings" role="status" data-testid="closings">
      {lines.map((line) => (
        <p key={line}>{line}</p>
      ))}
    </div>
  );
}
