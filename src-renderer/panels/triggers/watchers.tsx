import { abs } from '#domain/scaled';
import { useCallback, useMemo, type KeyboardEvent, type ReactNode } from 'react';
import type { RowKey } from '#protocol/stream';
import type { WatcherRow } from '#protocol/topics';
import { UNKNOWN, basisPointsText, priceText, quantityText } from '../../format/figure.ts';
import { triggerWord } from '../../format/order-word.ts';
import { ageText, clockText } from '../../format/time.ts';
import { useArranged, useField, useRowSource, useSummary } from '../../hook/rows.ts';
import { useDesk } from '../../hook/desk-context.ts';
import { ByScope } from '../../hook/scope.tsx';
import { byFigure, useTableView } from '../../view/table-view.ts';
import { openDialog, select, useView } from '../../view/view-store.ts';
import { Age } from '../../ui/age.tsx';
import { DataTable } from '../../ui/data-table.tsx';
import type { Column, Sorting } from '../../ui/table.ts';
import { Chip, Empty, NO_BROKER, Notice } from '../../ui/controls.tsx';
import { editTrigger } from '../../draft/draft-store.ts';
import { useWatcherActions, type WatcherActions } from './watcher-actions.ts';
import { RowActions } from './row-actions.tsx';
import './watchers.css';

/** 0.1 % */
const NEAR_BASIS_POINTS = 10;

function isNear(row: WatcherRow): boolean {
  return row.life === 'armed' && row.distanceBasisPoints !== null && Math.abs(row.distanceBasisPoints) <= NEAR_BASIS_POINTS;
}

const LIVE: ReadonlySet<string> = new Set(['armed', 'firing', 'paused', 'draft', 'locked']);

function byDistance(a: WatcherRow, b: WatcherRow): number {
  const left = LIVE.has(a.life) ? 0 : 1;
  const right = LIVE.has(b.life) ? 0 : 1;
  if (left !== right) return left - right;
  if (left === 1) return (b.firedAt ?? b.armedAt ?? 0) - (a.firedAt ?? a.armedAt ?? 0);
  return byFigure((row: WatcherRow) => (row.distanceBasisPoints === null ? null : Math.abs(row.distanceBasisPoints)), false)(a, b);
}

const FIGURES: Readonly<Record<string, (row: WatcherRow) => number | string | null>> = {
  state: (row) => row.life,
  symbol: (row) => row.symbol,
  rule: (row) => row.rule,
  does: (row) => row.side,
  last: (row) => row.last,
  distance: (row) => (row.distanceBasisPoints === null ? null : Math.abs(row.distanceBasisPoints)),
  age: (row) => (row.quoteAt === null ? null : -row.quoteAt),
};

function arrange(rows: readonly WatcherRow[], sorting: Sorting | null): readonly WatcherRow[] {
  const figure = sorting === null ? undefined : FIGURES[sorting.column];
  const order = figure === undefined ? byDistance : byFigure(figure, sorting?.down ?? false);
  return [...rows].sort((a, b) => (isNear(b) ? 1 : 0) - (isNear(a) ? 1 : 0) || order(a, b) || (a.id < b.id ? -1 : 1));
}

interface Counts {
  readonly total: number;
  readonly text: string;
}

const COUNTED = ['life', 'holding'] as const;

function count(rows: readonly Pick<WatcherRow, 'life' | 'holding'>[]): Counts {
  const counts = { armed: 0, holding: 0, paused: 0, done: 0 };
  for (const row of rows) {
    if (row.life === 'armed') counts[row.holding ? 'holding' : 'armed'] += 1;
    else if (row.life === 'paused') counts.paused += 1;
    else if (!LIVE.has(row.life)) counts.done += 1;
  }
  const parts = Object.entries(counts).filter(([, n]) => n > 0);
  return { total: rows.length, text: parts.map(([word, n]) => `${String(n)} ${word}`).join(' · ') };
}

export function Watchers(): ReactNode {
  const view = useTableView('watchers');
  const { sorting, still, onActive } = view;
  const keys = useArranged(
    'watchers',
    useCallback((rows: readonly WatcherRow[]) => arrange(rows, sorting), [sorting]),
    still,
  );
  const source = useRowSource('watchers');
  const counts = useSummary('watchers', count, COUNTED);
  const { contracts } = useDesk();
  const selected = useView((state) => state.selection?.conId ?? null);
  const limitMs = useField('settings', 'settings')?.limits.maxQuoteAgeMs;
  const problem = useField('status', 'problem') ?? null;
  const actions = useWatcherActions();
  const columns = useMemo(() => columnsOf(actions, limitMs), [actions, limitMs]);

  const activate = useCallback(
    (key: RowKey) => {
      onActive(key);
      const row = source.get(key);
      if (row === undefined) return;
      contracts.remember([row.spec.action.contract]);
      select({
        conId: row.conId,
        symbol: row.symbol,
        contract: row.spec.action.contract.conId === row.conId ? row.spec.action.contract : null,
      });
    },
    [onActive, source, contracts],
  );
  const onKey = (key: RowKey, event: KeyboardEvent): boolean => {
    const row = source.get(key);
    if (row === undefined || event.repeat) return false;
    if (event.key === 'Delete' || event.key === 'Backspace') openDialog({ kind: 'disarm', key: row.id });
    else if (event.key === 'p') actions.togglePause(row);
    else if (event.key === 'e') editTrigger(row.spec, row.id, row.version);
    else return false;
    return true;
  };
  return (
    <section className="panel" aria-label="Watchers">
      <div className="panel-head">
        <h2>Watchers</h2>
        <span className="badge">{counts.total}</span>
        <span className="right">
          {sorting === null ? 'sorted by distance' : `sorted by ${sorting.column}`}
          {counts.text === '' ? '' : ` · ${counts.text}`}
        </span>
      </div>
      <Notice text={actions.error} onClose={actions.clearError} />
      <DataTable
        label="Watchers"
        testId="watchers"
        keys={keys}
        source={source}
        columns={columns}
        active={view.active}
        onActive={activate}
        selected={(row) => row.conId === selected && row.id === view.active}
        tone={(row) => (isNear(row) ? 'near' : undefined)}
        onOpen={(key) => openDialog({ kind: 'watcher', key: String(key) })}
        onKey={onKey}
        sorting={sorting}
        onSort={view.onSort}
        onAim={view.onAim}
        empty={
          <Empty title="No watchers.">
            {problem === null
              ? 'Write a rule in New trigger (N) and arm it with Ctrl+Enter; it is then watched on every tick and shown here.'
              : NO_BROKER}
          </Empty>
        }
      />
    </section>
  );
}

function columnsOf(actions: WatcherActions, limitMs: number | undefined): readonly Column<WatcherRow>[] {
  return [
    {
      id: 'state',
      header: 'State',
      width: '80px',
      sortable: true,
      cell: (row) => <Chip word={triggerWord(row.life, row.holding)} title={row.reason} />,
      flash: (row) => row.life,
    },
    { id: 'symbol', header: 'Symbol', width: '50px', sortable: true, cell: (row) => row.symbol, title: (row) => row.name },
    {
      id: 'rule',
      header: 'Rule',
      width: 'minmax(96px, 1fr)',
      sortable: true,
      cell: (row) => row.rule,
      title: (row) => row.sentence,
    },
    {
      id: 'does',
      header: 'Does',
      width: 'minmax(126px, 0.3fr)',
      sortable: true,
      cell: (row) => <Does row={row} />,
      title: (row) => row.sentence,
    },
    {
      id: 'last',
      header: 'Last',
      width: '58px',
      align: 'right',
      sortable: true,
      cell: (row) => <span className={row.holding ? 'amber' : undefined}>{priceText(row.last, row.decimals)}</span>,
      flash: (row) => row.last,
    },
    {
      id: 'distance',
      header: 'Distance',
      width: '140px',
      align: 'right',
      sortable: true,
      cell: (row) => <Distance row={row} />,
      title: distanceTitle,
    },
    {
      id: 'age',
      header: 'Age',
      width: '46px',
      align: 'right',
      sortable: true,
      cell: (row) => <Age at={row.quoteAt} text={ageText} limitMs={row.life === 'armed' ? limitMs : undefined} />,
    },
    { id: 'survives', header: 'Survives', width: 'minmax(90px, 0.3fr)', cell: (row) => <Survives row={row} />, title: (row) => row.reason },
    {
      id: 'actions',
      header: '',
      width: '86px',
      className: 'actions',
      cell: (row, active) => (
        <ByScope call="trigger.disarm">
          <RowActions row={row} active={active} actions={actions} />
        </ByScope>
      ),
    },
  ];
}

function Does({ row }: { readonly row: WatcherRow }): ReactNode {
  const units = quantityText(row.quantity);
  const prefix = `${row.side} ${units}`;
  // `does` repeats side and quantity in some desks' words; the colour belongs to them only.
  const rest = row.does.startsWith(prefix) ? row.does.slice(prefix.length).trim() : row.does.replace(/^(BUY|SELL)\s+[\d\s.,]+/i, '').trim();
  return (
    <>
      <span className={row.side === 'BUY' ? 'side-buy' : 'side-sell'}>
        {row.side} {units}
      </span>{' '}
      <span className="dim">{rest}</span>
    </>
  );
}

function distanceTitle(row: WatcherRow): string {
  const ticks = row.distanceTicks === null ? '' : ` · ${String(Math.abs(row.distanceTicks))} ticks`;
  return row.distance === null
    ? 'No distance: the rule has no single price level, or there is no quote'
    : `To the level ${priceText(row.level, row.decimals)}${ticks}`;
}

/** The closer, the longer the bar; half its length is half a percent away. */
function closeness(basisPoints: number): number {
  return Math.round(100 * Math.exp(-Math.abs(basisPoints) / 72));
}

function Distance({ row }: { readonly row: WatcherRow }): ReactNode {
  const { distance, distanceBasisPoints: points } = row;
  if (distance === null || points === null) return UNKNOWN;
  const quiet = row.life !== 'armed' || row.holding;
  return (
    <span className="distance">
      <i aria-hidden="true">
        <b data-tone={quiet ? 'quiet' : isNear(row) ? 'near' : undefined} style={{ width: `${String(closeness(points))}%` }} />
      </i>
      {priceText(abs(distance), row.decimals)} · {basisPointsText(Math.abs(points))}
    </span>
  );
}

function Survives({ row }: { readonly row: WatcherRow }): ReactNode {
  if (row.life === 'armed' && row.holding) return <span className="amber">{row.reason}</span>;
  if (row.life === 'fired') return <span className="dim">fired {clockText(row.firedAt).slice(0, 5)}</span>;
  if (row.life !== 'armed' && row.life !== 'firing') return <span className="dim">{row.reason}</span>;
  return <span className={row.survives === 'no' ? 'dim' : 'good'}>{row.survives}</span>;
}
