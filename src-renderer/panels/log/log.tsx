import { useCallback, useDeferredValue, useState, type KeyboardEvent, type ReactNode } from 'react';
import { Tabs } from 'radix-ui';
import type { RowKey } from '#protocol/stream';
import type { LogRow } from '#protocol/topics';
import { clockText, preciseTime } from '../../format/time.ts';
import { useArranged, useRow, useRowSource, useSummary } from '../../hook/rows.ts';
import { useCommand } from '../../hook/use-command.ts';
import { ByScope } from '../../hook/scope.tsx';
import { useTableView } from '../../view/table-view.ts';
import { openDialog, refused, setActive, showSideTab, showTab, useView, type SideTab } from '../../view/view-store.ts';
import { DataTable } from '../../ui/data-table.tsx';
import type { Column } from '../../ui/table.ts';
import { Empty, Notice } from '../../ui/controls.tsx';
import './log.css';

type Subject = NonNullable<LogRow['subject']>;

/** A click on a line leads to the row it speaks of. */
function focusSubject(subject: Subject): void {
  switch (subject.kind) {
    case 'order':
      showTab('orders');
      setActive('orders', subject.key);
      return;
    case 'position':
      showTab('positions');
      setActive('positions', subject.key);
      return;
    case 'trigger':
      setActive('watchers', subject.key);
      return;
    case 'contract':
      setActive('quotes', Number(subject.key));
      return;
  }
}

function openAlarms(rows: readonly LogRow[]): number {
  return rows.filter((row) => row.level === 'alarm' && !row.acknowledged).length;
}

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

function important(rows: readonly LogRow[]): readonly LogRow[] {
  return rows
    .filter((row) => row.level !== 'info')
    .sort((a, b) => Number(isOpen(b)) - Number(isOpen(a)) || b.id - a.id)
    .slice(0, 200);
}

function isOpen(row: LogRow): boolean {
  return row.level === 'alarm' && !row.acknowledged;
}

function never(): boolean {
  return false;
}

/** Few and long-lived, so they are written out in full; open alarms stay on top until somebody has seen them. */
function Alarms(): ReactNode {
  const keys = useArranged('log', important, never);
  const acknowledge = useCommand('log.acknowledge', refused);
  if (keys.length === 0)
    return (
      <Empty title="No alarms.">
        Faults of the connection, of orders and of the book appear here and stay until they are acknowledged.
      </Empty>
    );
  return (
    <>
      <Notice text={acknowledge.error} onClose={acknowledge.clear} />
      <ul className="alarms" aria-label="Alarms" tabIndex={0}>
        {keys.map((key) => (
          <Alarm key={key} rowKey={key} onAcknowledge={(id) => void acknowledge.run({ id })} busy={acknowledge.pending} />
        ))}
      </ul>
    </>
  );
}

function Alarm(props: { readonly rowKey: RowKey; readonly onAcknowledge: (id: number) => void; readonly busy: boolean }): ReactNode {
  const row = useRow('log', props.rowKey);
  if (row === undefined) return null;
  const open = isOpen(row);
  const { subject } = row;
  return (
    <li data-open={open}>
      <time title={preciseTime(row.at)}>{clockText(row.at)}</time>
      <div>
        <p className={open ? (row.level === 'alarm' ? 'critical' : 'amber') : row.level === 'warning' ? 'amber' : 'dim'}>
          {open && <span className="alarm-word">ALARM </span>}
          {row.text}
        </p>
        {row.detail !== null && <p className="dim">{row.detail}</p>}
        {(subject !== null || open) && (
          <p className="alarm-actions">
            {subject !== null && (
              <button type="button" className="link-button" aria-label={`Show: ${row.text}`} onClick={() => focusSubject(subject)}>
                Show
              </button>
            )}
            {open && (
              <ByScope call="log.acknowledge">
                <button
                  type="button"
                  className="link-button"
                  disabled={props.busy}
                  aria-label={`Acknowledge: ${row.text}`}
                  onClick={() => props.onAcknowledge(row.id)}
                >
                  Acknowledge
                </button>
              </ByScope>
            )}
          </p>
        )}
      </div>
    </li>
  );
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
      <span className={row.level === 'alarm' ? 'critical' : row.level === 'warning' ? 'amber' : undefined}>
        {row.text}
        {row.detail === null ? '' : <span className="dim"> · {row.detail}</span>}
      </span>
    ),
    title: (row) => [row.text, row.detail, row.seq === null ? null : `seq ${String(row.seq)}`].filter((part) => part !== null).join('\n'),
  },
];

function Log(): ReactNode {
  const [typed, setTyped] = useState('');
  const filter = useDeferredValue(typed.trim().toLowerCase());
  const view = useTableView('log');
  const source = useRowSource('log');
  const { onActive } = view;
  const keys = useArranged(
    'log',
    useCallback(
      (rows: readonly LogRow[]) =>
        rows.filter((row) => filter === '' || `${row.text} ${row.detail ?? ''}`.toLowerCase().includes(filter)).sort((a, b) => b.id - a.id),
      [filter],
    ),
    view.still,
  );
  const activate = useCallback(
    (key: RowKey) => {
      onActive(key);
      const subject = source.get(key)?.subject;
      if (subject !== null && subject !== undefined) focusSubject(subject);
    },
    [onActive, source],
  );
  const onKey = (key: RowKey, event: KeyboardEvent): boolean => {
    const seq = source.get(key)?.seq;
    if (event.key !== 'w' || seq === null || seq === undefined) return false;
    openDialog({ kind: 'execution', seq });
    return true;
  };
  return (
    <>
      <div className="log-filter">
        <div className="field">
          <input
            aria-label="Filter the log"
            placeholder="filter: symbol, trigger, word"
            value={typed}
            onChange={(event) => setTyped(event.target.value)}
          />
        </div>
      </div>
      <DataTable
        label="Log"
        testId="log"
        keys={keys}
        source={source}
        columns={COLUMNS}
        active={view.active}
        onActive={activate}
        onKey={onKey}
        onAim={view.onAim}
        empty={
          filter === '' ? (
            <Empty title="Nothing logged yet." />
          ) : (
            <Empty title={`No line contains “${typed.trim()}”.`}>Clear the filter to see all.</Empty>
          )
        }
      />
    </>
  );
}
