import { useCallback, useDeferredValue, useState, type KeyboardEvent, type ReactNode } from 'react';
import { Tabs } from 'radix-ui';
import type { RowKey } from '#protocol/stream';
import type { LogRow } from '#protocol/log-row';
import { clockText, preciseTime } from '../../format/time.ts';
import { useArranged, useRow, useRowSource, useSummary } from '../../hook/rows.ts';
import { useTableView } from '../../view/table-view.ts';
import { openDialog, showSideTab, useView, type SideTab } from '../../view/view-store.ts';
import { DataTable } from '../../ui/data-table.tsx';
import type { Column } from '../../ui/table.ts';
import { Empty } from '../../ui/controls.tsx';
import { openAlarms } from './alarm-groups.ts';
import { Alarms } from './alarms.tsx';
import { focusSubject } from './focus-subject.ts';
import { LogBar } from './log-bar.tsx';
import { type About, filteredLog } from './log-filter.ts';
import './log.css';

export function LogTabs(): ReactNode {
  const tab = useView((state) => state.sideTab);
  const alarms = useSummary('log', openAlarms);
  return (
    <section className="panel" aria-label="Alarms and log">
      <Tabs.Root className="tabs" value={tab} onValueChange={(value) => showSideTab(value as SideTab)}>
        <Tabs.List className="tab-list" aria-label="Alarms and log">
          <Tabs.Trigger className="tab" value="alarms">
            Alarms{' '}
            {alarms > 0 && (
              <span className="badge" data-tone="amber">
                {alarms}
              </span>
            )}
          </Tabs.Trigger>
          <Tabs.Trigger className="tab" value="log">
            Log
          </Tabs.Trigger>
        </Tabs.List>
        <Tabs.Content className="tab-page" value="alarms" tabIndex={-1}>
          <Alarms />
        </Tabs.Content>
        <Tabs.Content className="tab-page" value="log" tabIndex={-1}>
          <Log />
        </Tabs.Content>
      </Tabs.Root>
    </section>
  );
}

function toneOf({ level, own }: LogRow): string | undefined {
  return level === 'alarm' ? 'critical' : level === 'warning' && !own ? 'amber' : undefined;
}

const COLUMNS: readonly Column<LogRow>[] = [
  {
    id: 'time',
    header: 'Time',
    width: '76px',
    cell: (row) => <span className="log-time">{clockText(row.at)}</span>,
    title: (row) => preciseTime(row.at),
  },
  {
    id: 'text',
    header: 'What happened',
    width: 'minmax(0, 1fr)',
    cell: (row) => (
      <span className={toneOf(row)}>
        {row.text}
        {row.detail === null ? '' : <span className="dim"> · {row.detail}</span>}
      </span>
    ),
    title: (row) => [row.text, row.detail, row.seq === null ? null : `seq ${String(row.seq)}`].filter((part) => part !== null).join('\n'),
  },
];

function Log(): ReactNode {
  const [typed, setTyped] = useState('');
  const [about, setAbout] = useState<About>('all');
  const word = useDeferredValue(typed);
  const view = useTableView('log');
  const source = useRowSource('log');
  const keys = useArranged(
    'log',
    useCallback((rows: readonly LogRow[]) => filteredLog(rows, about, word), [about, word]),
    view.still,
  );
  const open = (key: RowKey): void => {
    const subject = source.get(key)?.subject;
    if (subject !== null && subject !== undefined) focusSubject(subject);
  };
  const onKey = (key: RowKey, event: KeyboardEvent): boolean => {
    const seq = source.get(key)?.seq;
    if (event.key !== 'w' || seq === null || seq === undefined) return false;
    openDialog({ kind: 'execution', seq });
    return true;
  };
  const unfiltered = about === 'all' && word.trim() === '';
  return (
    <>
      <LogBar typed={typed} onType={setTyped} about={about} onAbout={setAbout} keys={keys} />
      <DataTable
        label="Log"
        testId="log"
        keys={keys}
        source={source}
        columns={COLUMNS}
        active={view.active}
        onActive={view.onActive}
        onOpen={open}
        onKey={onKey}
        onAim={view.onAim}
        empty={
          unfiltered ? <Empty title="Nothing logged yet." /> : <Empty title="No line is like that.">Clear the filter to see all.</Empty>
        }
      />
      <LogLine rowKey={view.active} />
    </>
  );
}

/** The chosen line in full: a row of the table has no room for it. */
function LogLine({ rowKey }: { readonly rowKey: RowKey | null }): ReactNode {
  const row = useRow('log', rowKey);
  if (row === undefined) return null;
  const { subject, seq } = row;
  return (
    <section className="log-line" aria-label="The chosen line" data-testid="log-line">
      <p>
        <time>{preciseTime(row.at)}</time>
      </p>
      <p className={toneOf(row)}>{row.text}</p>
      {row.detail !== null && <p className="dim">{row.detail}</p>}
      <p className="alarm-actions">
        {subject !== null && (
          <button type="button" className="link-button" aria-label={`Show its row: ${row.text}`} onClick={() => focusSubject(subject)}>
            Show its row
          </button>
        )}
        {seq !== null && (
          <button type="button" className="link-button mono" onClick={() => openDialog({ kind: 'execution', seq })}>
            seq {seq}
          </button>
        )}
      </p>
    </section>
  );
}
