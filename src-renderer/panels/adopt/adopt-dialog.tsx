import { useCallback, useEffect, useMemo, useRef, useState, type KeyboardEvent, type ReactNode } from 'react';
import { keyAct } from '#protocol/keys';
import type { RowKey } from '#protocol/stream';
import type { AdoptionRow } from '#protocol/topics';
import { ageText, preciseTime } from '../../format/time.ts';
import { useField, useKeys, useRowSource, type RowSource } from '../../hook/rows.ts';
import { useCommand } from '../../hook/use-command.ts';
import { focusGrid } from '../../view/focus.ts';
import { toast } from '../../view/view-store.ts';
import { Age } from '../../ui/age.tsx';
import { DataTable } from '../../ui/data-table.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { Empty, Kbd, Spin } from '../../ui/controls.tsx';
import type { Column } from '../../ui/table.ts';
import { DECISIONS, DECISION_WORDS, notOffered, nextAfter, type Decision } from './decision.ts';
import './adopt.css';

const TABLE = 'Found at the broker';
const ROW = 24;
const HEAD = 23;
const MOST_ROWS = 14;

interface Deciding {
  /** Answers whether the desk took it; its refusal stands in the dialog with the row's name before it. */
  readonly say: (row: AdoptionRow, decision: Decision) => Promise<boolean>;
  readonly adoptAll: () => Promise<void>;
  readonly isBusy: boolean;
  readonly error: string | null;
  readonly setError: (text: string) => void;
}

/** One decision of a row at a time; all rows one after the other. */
function useDeciding(keys: readonly RowKey[], source: RowSource<AdoptionRow>): Deciding {
  const { run } = useCommand('adoption.decide');
  const [isBusy, setIsBusy] = useState(false);
  const [error, setError] = useState<string | null>(null);
  const pending = useRef(new Set<RowKey>());
  const say = useCallback(
    async (row: AdoptionRow, decision: Decision): Promise<boolean> => {
      if (pending.current.has(row.key)) return true;
      pending.current.add(row.key);
      setError(null);
      const reply = await run({ key: row.key, decision });
      pending.current.delete(row.key);
      if (!reply.ok) setError(`${row.text}: ${reply.error.text}`);
      return reply.ok;
    },
    [run],
  );
  const adoptAll = async (): Promise<void> => {
    setIsBusy(true);
    for (const key of keys) {
      const row = source.get(key);
      // One refusal ends it: what follows should not go by unread.
      if (row !== undefined && !(await say(row, 'adopt'))) break;
    }
    setIsBusy(false);
  };
  return { say, adoptAll, isBusy, error, setError };
}

/** The row the keyboard stands on; the row below takes the place of one that is decided. */
function useActiveRow(keys: readonly RowKey[]): readonly [RowKey | null, (key: RowKey) => void] {
  const [active, setActive] = useState<RowKey | null>(() => keys[0] ?? null);
  const before = useRef(keys);
  useEffect(() => {
    const next = nextAfter(before.current, keys, active);
    before.current = keys;
    if (next !== active) setActive(next);
  }, [keys, active]);
  return [active, setActive];
}

/** Every order and position that this process found at the broker, one decision each. It closes when nothing is left. */
export function AdoptDialog({ onClose }: { readonly onClose: () => void }): ReactNode {
  const keys = useKeys('adoptions');
  const source = useRowSource('adoptions');
  const undecided = useField('status', 'undecided') ?? 0;
  const { say, adoptAll, isBusy, error, setError } = useDeciding(keys, source);
  const [active, setActive] = useActiveRow(keys);
  useEffect(() => focusGrid(TABLE), []);
  const isDone = undecided === 0 && keys.length === 0;
  useEffect(() => {
    if (!isDone) return;
    toast('done', 'Everything that was found at the broker is decided.');
    onClose();
  }, [isDone, onClose]);

  const columns = useMemo(() => columnsOf((row, decision) => void say(row, decision)), [say]);
  const onKey = (key: RowKey, event: KeyboardEvent): boolean => {
    const row = source.get(key);
    const decision = keyAct('adopt', event);
    if (row === undefined || decision === undefined) return false;
    if (event.repeat) return true;
    if (row.decisions.includes(decision)) void say(row, decision);
    else setError(notOffered(row, decision));
    return true;
  };
  return (
    <Dialog
      title="Found at the broker"
      onClose={onClose}
      size="wide"
      testId="adopt-dialog"
      footer={
        <>
          <span className="adopt-count" role="status">
            {isBusy && <Spin />}
            {undecided} left to decide
          </span>
          <button type="button" className="button" onClick={onClose}>
            Later
          </button>
          <button
            type="button"
            className="button"
            data-tone="primary"
            disabled={isBusy || keys.length === 0}
            onClick={() => void adoptAll()}
          >
            Adopt all
          </button>
        </>
      }
    >
      <p>
        These were at the broker when this desk started. Nothing can be armed before each is decided, so that no trigger doubles what is
        there already.
      </p>
      <Words />
      <div className="adopt-table" style={{ height: HEAD + ROW * Math.max(2, Math.min(MOST_ROWS, keys.length)) }}>
        <DataTable
          label={TABLE}
          testId="adoptions"
          keys={keys}
          source={source}
          columns={columns}
          active={active}
          onActive={setActive}
          onKey={onKey}
          empty={<Empty title="Nothing is listed yet.">The desk is still sending what it found.</Empty>}
        />
      </div>
      {error !== null && (
        <p className="critical" role="alert">
          {error}
        </p>
      )}
    </Dialog>
  );
}

/** What the three decisions mean, with their keys. */
function Words(): ReactNode {
  return (
    <dl className="adopt-words">
      {DECISIONS.map((decision) => (
        <div key={decision}>
          <dt>
            <Kbd>{DECISION_WORDS[decision].letter}</Kbd> {DECISION_WORDS[decision].word}
          </dt>
          <dd className="dim">{DECISION_WORDS[decision].means}</dd>
        </div>
      ))}
    </dl>
  );
}

function columnsOf(say: (row: AdoptionRow, decision: Decision) => void): readonly Column<AdoptionRow>[] {
  return [
    { id: 'kind', header: 'What', width: '64px', cell: (row) => <span className="dim">{row.kind}</span> },
    { id: 'text', header: 'At the broker', width: 'minmax(200px, 1fr)', cell: (row) => <b>{row.text}</b>, title: (row) => row.key },
    {
      id: 'detail',
      header: 'Where it comes from',
      width: 'minmax(200px, 1fr)',
      cell: (row) => <span className="dim">{row.detail}</span>,
      title: (row) => row.detail,
    },
    {
      id: 'age',
      header: 'Age',
      width: '64px',
      align: 'right',
      cell: (row) => <Age at={row.at} text={ageText} />,
      title: (row) => preciseTime(row.time),
    },
    {
      id: 'actions',
      header: '',
      width: '178px',
      className: 'actions',
      cell: (row, active) =>
        DECISIONS.map((decision) =>
          row.decisions.includes(decision) ? (
            <button
              key={decision}
              type="button"
              className="button adopt-button"
              data-size="small"
              data-decision={decision}
              tabIndex={active ? 0 : -1}
              aria-label={`${DECISION_WORDS[decision].word} ${row.text}`}
              onClick={() => say(row, decision)}
            >
              {DECISION_WORDS[decision].word}
            </button>
          ) : (
            <span key={decision} className="adopt-button" />
          ),
        ),
    },
  ];
}
