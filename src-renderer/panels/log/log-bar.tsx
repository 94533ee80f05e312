import { useState, type ReactNode } from 'react';
import type { RowKey } from '#protocol/stream';
import { countText } from '../../format/figure.ts';
import { useRow, useSummary } from '../../hook/rows.ts';
import { ByScope } from '../../hook/scope.tsx';
import { useCommand } from '../../hook/use-command.ts';
import { refused, useView } from '../../view/view-store.ts';
import { type About, subjectsOf } from './log-filter.ts';

interface LogBarProps {
  readonly typed: string;
  readonly onType: (text: string) => void;
  readonly about: About;
  readonly onAbout: (about: About) => void;
  /** The lines that are shown: those are exported. */
  readonly keys: readonly RowKey[];
}

const NAMED = ['symbol', 'watcher'] as const;

export function LogBar({ typed, onType, about, onAbout, keys }: LogBarProps): ReactNode {
  return (
    <div className="log-filter">
      <div className="log-bar">
        <div className="field">
          <input aria-label="Filter the log" placeholder="filter: a word" value={typed} onChange={(event) => onType(event.target.value)} />
        </div>
        <AboutSelect about={about} onAbout={onAbout} />
        <ByScope call="log.export">
          <Export keys={keys} />
        </ByScope>
      </div>
    </div>
  );
}

function AboutSelect({ about, onAbout }: Pick<LogBarProps, 'about' | 'onAbout'>): ReactNode {
  const { symbols, watchers } = useSummary('log', subjectsOf, NAMED);
  const chosen = useView((state) => state.active.orders);
  const kept = about.startsWith('order:') ? about.slice('order:'.length) : null;
  const orders = [...new Set([kept, chosen === null ? null : String(chosen)])].filter((key) => key !== null);
  return (
    <select className="log-about" aria-label="Lines about" value={about} onChange={(event) => onAbout(event.target.value)}>
      <option value="all">all lines</option>
      <option value="alarms">alarms and warnings</option>
      {orders.map((key) => (
        <OrderOption key={key} orderKey={key} />
      ))}
      <Options label="Symbol" kind="symbol" names={withKept(symbols, about, 'symbol')} />
      <Options label="Watcher" kind="watcher" names={withKept(watchers, about, 'watcher')} />
    </select>
  );
}

/** What is chosen stays in the list when its last line has gone. */
function withKept(names: readonly string[], about: About, kind: string): readonly string[] {
  const kept = about.startsWith(`${kind}:`) ? about.slice(kind.length + 1) : undefined;
  return kept === undefined || names.includes(kept) ? names : [...names, kept];
}

function OrderOption({ orderKey }: { readonly orderKey: string }): ReactNode {
  const row = useRow('orders', orderKey);
  return <option value={`order:${orderKey}`}>{row === undefined ? orderKey : `order ${row.side} ${row.symbol} ${row.type}`}</option>;
}

function Options({ label, kind, names }: { readonly label: string; readonly kind: string; readonly names: readonly string[] }): ReactNode {
  if (names.length === 0) return null;
  return (
    <optgroup label={label}>
      {names.map((name) => (
        <option key={name} value={`${kind}:${name}`}>
          {name}
        </option>
      ))}
    </optgroup>
  );
}

const MOST_LINES = 2_000;

/** The desk writes the file into its own data folder; where it went stands beside the button. */
function Export({ keys }: Pick<LogBarProps, 'keys'>): ReactNode {
  const write = useCommand('log.export', refused);
  const [written, setWritten] = useState('');
  const run = async (): Promise<void> => {
    setWritten('');
    const reply = await write.run({ ids: keys.slice(0, MOST_LINES).map(Number) });
    if (reply.ok) setWritten(`${countText(reply.value.rows)} lines in ${reply.value.path}`);
  };
  return (
    <>
      <ByScope call="log.export">
        <button
          type="button"
          className="button"
          data-size="small"
          disabled={keys.length === 0 || write.pending}
          title="Writes the lines that are shown into a CSV file in the data folder"
          onClick={() => void run()}
        >
          Export
        </button>
      </ByScope>
      <span role="status" className={written === '' ? 'unseen' : 'good log-written'} title={written} data-testid="log-written">
        {written}
      </span>
    </>
  );
}
