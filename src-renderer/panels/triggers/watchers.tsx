import { useCallback, useMemo, type KeyboardEvent, type ReactNode } from 'react';
import { keyAct, type KeyAct } from '#protocol/keys';
import type { RowKey } from '#protocol/stream';
import type { WatcherRow } from '#protocol/topics';
import { triggerWord } from '../../format/order-word.ts';
import { useArranged, useField, useRowSource, useSummary } from '../../hook/rows.ts';
import { useDesk } from '../../hook/desk-context.ts';
import { ByScope } from '../../hook/scope.tsx';
import { useTableView } from '../../view/table-view.ts';
import { focusPart } from '../../view/focus.ts';
import { openDialog, refused, select, useView } from '../../view/view-store.ts';
import { DataTable } from '../../ui/data-table.tsx';
import { Empty, NO_BROKER, Notice } from '../../ui/controls.tsx';
import { PRICE_FIELD, canPause, canRearm, canResume, duplicate, edit, useWatcherActions, type WatcherActions } from './watcher-actions.ts';
import { columnsOf } from './watcher-columns.tsx';
import { LIVE, arrangeWatchers, isNear } from './watcher-order.ts';
import './watchers.css';

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

/** For all of them, or all of one symbol; the dialog asks which, and says how many. */
function BulkButtons(): ReactNode {
  const any = useSummary('watchers', anyArmed, COUNTED);
  const selection = useView((state) => state.selection);
  if (!any) return null;
  const open = (act: 'pause' | 'disarm'): void =>
    openDialog({ kind: 'bulk', act, conId: selection?.conId ?? null, symbol: selection?.symbol ?? '' });
  return (
    <span className="bulk">
      <ByScope call="trigger.disarm">
        <button
          type="button"
          className="button"
          data-size="small"
          title="Pause or resume several (Shift P): asks first"
          onClick={() => open('pause')}
        >
          Pause…
        </button>
        <button
          type="button"
          className="button"
          data-size="small"
          title="Disarm several (Shift Delete): asks first"
          onClick={() => open('disarm')}
        >
          Disarm…
        </button>
      </ByScope>
    </span>
  );
}

function anyArmed(rows: readonly Pick<WatcherRow, 'life'>[]): boolean {
  return rows.some((row) => row.life === 'armed' || row.life === 'paused');
}

/** What a key does to a row; one that does nothing says why. */
function takeAct(act: KeyAct<'watchers'>, row: WatcherRow, actions: WatcherActions): void {
  const word = triggerWord(row.life, row.holding).word;
  switch (act) {
    case 'pause':
      if (canPause(row) || canResume(row)) actions.togglePause(row);
      else refused(`${row.name} is ${word}: there is nothing to pause.`);
      break;
    case 'rearm':
      if (canRearm(row)) actions.rearm(row);
      else refused(`${row.name} is ${word}: it cannot be armed again now.`);
      break;
    case 'edit':
      if (edit(row)) focusPart(PRICE_FIELD);
      break;
    case 'duplicate':
      duplicate(row);
      break;
    case 'disarm':
      openDialog({ kind: 'disarm', key: row.id });
      break;
    case 'pause-all':
    case 'disarm-all':
      openDialog({ kind: 'bulk', act: act === 'pause-all' ? 'pause' : 'disarm', conId: row.conId, symbol: row.symbol });
      break;
  }
}

export function Watchers(): ReactNode {
  const view = useTableView('watchers');
  const { sorting, still, onActive } = view;
  const keys = useArranged(
    'watchers',
    useCallback((rows: readonly WatcherRow[]) => arrangeWatchers(rows, sorting), [sorting]),
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
    const act = keyAct('watchers', event);
    if (act === undefined) return false;
    takeAct(act, row, actions);
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
        <BulkButtons />
      </div>
      <Notice place="head" text={actions.error} onClose={actions.clearError} />
      <DataTable
        label="Watchers"
        testId="watchers"
        keys={keys}
        source={source}
        columns={columns}
        active={view.active}
        onActive={activate}
        selected={(row) => row.conId === selected && row.id === view.active}
        event={(row) => row.firedAt}
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
