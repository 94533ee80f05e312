import { useState, type KeyboardEvent, type ReactNode } from 'react';
import type { Answer } from '#protocol/commands';
import { dayMoved, dayText, daysBetween } from '../../format/day.ts';
import { countText } from '../../format/figure.ts';
import { useField } from '../../hook/rows.ts';
import { useCommand } from '../../hook/use-command.ts';
import { Dialog } from '../../ui/dialog.tsx';
import { Segmented, Spin } from '../../ui/controls.tsx';
import { TextField } from '../../form/fields.tsx';
import './audit.css';

/** The desk writes the file into its own data folder; this screen only says which days, and where it went. */
export function AuditDialog({ onClose }: { readonly onClose: () => void }): ReactNode {
  const now = useField('status', 'exchangeTime');
  const [today] = useState(() => (now === undefined || now === null ? '' : dayText(now)));
  const [format, setFormat] = useState<'csv' | 'json'>('csv');
  const [first, setFirst] = useState(today);
  const [last, setLast] = useState(today);
  const [written, setWritten] = useState<Answer<'audit.export'> | null>(null);
  const write = useCommand('audit.export');
  const days = daysBetween(first, last);
  const choose = (from: string, to: string): void => {
    setFirst(from);
    setLast(to);
    setWritten(null);
    write.clear();
  };
  const submit = async (): Promise<void> => {
    if (!days.ok || write.pending) return;
    setWritten(null);
    const reply = await write.run({ format, from: days.from, to: days.to });
    if (reply.ok) setWritten(reply.value);
  };
  const fault = days.ok ? undefined : days.fault;
  return (
    <Dialog
      title="Export audit"
      onClose={onClose}
      testId="audit-dialog"
      footer={
        <>
          <button type="button" className="button" onClick={onClose}>
            Close
          </button>
          <button type="submit" form="audit-form" className="button" data-tone="primary" disabled={!days.ok || write.pending}>
            {write.pending && <Spin />}Export
          </button>
        </>
      }
    >
      <p>
        Everything these days hold about orders: decisions, what was sent, states, fills, cancels and kills, each with the number of its
        commit. Account ids are masked.
      </p>
      <form
        id="audit-form"
        className="audit-form"
        onSubmit={(event) => {
          event.preventDefault();
          void submit();
        }}
      >
        <span>Format</span>
        <Segmented
          name="audit-format"
          label="Format"
          value={format}
          onChange={(value) => {
            setFormat(value);
            setWritten(null);
          }}
          options={[
            { value: 'csv', label: 'CSV' },
            { value: 'json', label: 'JSON' },
          ]}
        />
        <DayRange today={today} first={first} last={last} fault={fault} onChoose={choose} />
      </form>
      <p className="dim">Days are New York days, both included. ↑ ↓ move a day.</p>
      {fault !== undefined && <p className="fault">{fault}</p>}
      {write.error !== null && (
        <p className="critical" role="alert">
          {write.error}
        </p>
      )}
      <Result written={written} />
    </Dialog>
  );
}

interface DayRangeProps {
  readonly today: string;
  readonly first: string;
  readonly last: string;
  readonly onChoose: (first: string, last: string) => void;
}

function DayRange({ fault, ...range }: DayRangeProps & { readonly fault: string | undefined }): ReactNode {
  const { first, last, onChoose } = range;
  return (
    <>
      <span>From</span>
      <DayField label="First day" value={first} fault={fault} onChange={(day) => onChoose(day, last)} />
      <span>To</span>
      <DayField label="Last day" value={last} fault={fault} onChange={(day) => onChoose(first, day)} />
      <span />
      <DayPresets {...range} />
    </>
  );
}

const PRESETS = [
  ['Today', 0, 0],
  ['Yesterday', -1, -1],
  ['Last 7 days', -6, 0],
] as const;

function DayPresets({ today, first, last, onChoose }: DayRangeProps): ReactNode {
  return (
    <div className="presets" role="group" aria-label="Preset days">
      {PRESETS.map(([label, from, to]) => (
        <button
          key={label}
          type="button"
          aria-pressed={first === dayMoved(today, from) && last === dayMoved(today, to)}
          onClick={() => onChoose(dayMoved(today, from), dayMoved(today, to))}
        >
          {label}
        </button>
      ))}
    </div>
  );
}

function Result({ written }: { readonly written: Answer<'audit.export'> | null }): ReactNode {
  return (
    <div role="status" data-testid="audit-result">
      {written !== null && (
        <p className="good">
          {countText(written.rows)} {written.rows === 1 ? 'row' : 'rows'} written to <span className="mono audit-path">{written.path}</span>
        </p>
      )}
    </div>
  );
}

function DayField(props: {
  readonly label: string;
  readonly value: string;
  readonly fault: string | undefined;
  readonly onChange: (day: string) => void;
}): ReactNode {
  const step = (event: KeyboardEvent): void => {
    if (event.key !== 'ArrowUp' && event.key !== 'ArrowDown') return;
    event.preventDefault();
    props.onChange(dayMoved(props.value, event.key === 'ArrowUp' ? 1 : -1));
  };
  return (
    <TextField
      label={props.label}
      value={props.value}
      fault={props.fault}
      placeholder="2013-10-08"
      onChange={props.onChange}
      onKeyDown={step}
    />
  );
}
