import type { ReactNode } from 'react';
import type { DiagnosticsValue } from '#protocol/diagnostics';
import { UNKNOWN, countText, megabytes } from '../../format/figure.ts';
import { clockText, millisecondsText, preciseTime } from '../../format/time.ts';
import { useDesk } from '../../hook/desk-context.ts';
import { useField } from '../../hook/rows.ts';
import { openDialog } from '../../view/view-store.ts';
import { FactTable, Facts } from '../../ui/facts.tsx';

const SOUND: ReadonlySet<string> = new Set(['started', 'running', 'ready', 'ok', 'stopped', 'registered', 'sealed']);

/** Each part's state, the newest executions, the stream, and the engine's history. */
export function DiagnosticsFacts({ diagnostics }: { readonly diagnostics: DiagnosticsValue }): ReactNode {
  const { parts, phase, recent, stream, engineHistory, counters, commit, memoryMb } = diagnostics;
  return (
    <>
      <Parts parts={parts} phase={phase} />
      <Stream stream={stream} />
      <Process counters={counters} commit={commit} memoryMb={memoryMb} />
      <GlobalKeys />
      <History engineHistory={engineHistory} />
      <Executions recent={recent} />
    </>
  );
}

function Parts({ parts, phase }: Pick<DiagnosticsValue, 'parts' | 'phase'>): ReactNode {
  return (
    <FactTable
      title={`Parts · ${phase}`}
      rows={parts}
      none="No part is registered."
      columns={[
        { header: 'part', cell: (part) => <b>{part.name}</b> },
        { header: 'state', cell: (part) => <span className={SOUND.has(part.state) ? 'good' : 'amber'}>{part.state}</span> },
        { header: 'start', right: true, cell: (part) => (part.startedMs === null ? UNKNOWN : `${millisecondsText(part.startedMs)} ms`) },
        {
          header: 'detail',
          cell: (part) => (
            <span className="dim" title={`needs ${part.needs.join(', ') || 'nothing'}`}>
              {part.detail}
            </span>
          ),
        },
      ]}
    />
  );
}

function Stream({ stream }: Pick<DiagnosticsValue, 'stream'>): ReactNode {
  const { link } = useDesk();
  return (
    <Facts
      title="Stream to screens"
      facts={[
        ['screens', countText(stream.subscribers)],
        ['frames', countText(stream.frames)],
        ['bytes', megabytes(stream.bytes)],
        ['conflated', countText(stream.conflated)],
        ['snapshots after a gap', countText(stream.resyncs)],
        ['frames this screen dropped', countText(link.badFrames)],
      ]}
    />
  );
}

function Process({ counters, commit, memoryMb }: Pick<DiagnosticsValue, 'counters' | 'commit' | 'memoryMb'>): ReactNode {
  return (
    <Facts
      title="Process"
      action={
        <button type="button" className="button" data-size="small" onClick={() => openDialog({ kind: 'audit' })}>
          Export audit…
        </button>
      }
      facts={[
        ['memory', memoryMb === null ? UNKNOWN : `${countText(memoryMb)} MB`],
        [
          'state digest',
          <span key="digest" className="mono">
            {commit.digest.slice(0, 16)}
          </span>,
        ],
        ...Object.entries(counters).map(([name, count]) => [name, countText(count)] as const),
      ]}
    />
  );
}

function GlobalKeys(): ReactNode {
  const hotkeys = useField('status', 'hotkeys') ?? [];
  return (
    <FactTable
      title="Keys outside of this window"
      rows={hotkeys}
      none="None are asked for in this mode."
      columns={[
        { header: 'keys', cell: (key) => <span className="mono">{key.keys}</span> },
        { header: 'does', cell: (key) => key.action },
        {
          header: 'state',
          cell: (key) => (key.registered ? <span className="good">registered</span> : <span className="amber">refused by the system</span>),
        },
      ]}
    />
  );
}

function History({ engineHistory }: Pick<DiagnosticsValue, 'engineHistory'>): ReactNode {
  return (
    <FactTable
      title="Engine history"
      wide
      rows={[...engineHistory].sort((a, b) => b.seq - a.seq).slice(0, 12)}
      none="No change of state yet."
      columns={[
        {
          header: 'time',
          cell: (step) => (
            <span className="mono dim" title={preciseTime(step.at)}>
              {clockText(step.at)}
            </span>
          ),
        },
        { header: 'change', cell: (step) => `${step.from} → ${step.to}` },
        { header: 'why', cell: (step) => <span className="dim">{step.reason === '' ? step.event : step.reason}</span> },
      ]}
    />
  );
}

function Executions({ recent }: Pick<DiagnosticsValue, 'recent'>): ReactNode {
  return (
    <FactTable
      title="Newest executions"
      wide
      rows={recent.slice(0, 14)}
      none="Nothing was executed yet."
      columns={[
        {
          header: 'seq',
          cell: (run) => (
            <button type="button" className="link-button mono" onClick={() => openDialog({ kind: 'execution', seq: run.seq })}>
              {run.seq}
            </button>
          ),
        },
        { header: 'name', cell: (run) => <span className="mono">{run.name}</span> },
        { header: 'lane', cell: (run) => run.lane },
        { header: 'cause', cell: (run) => <span className="dim">{run.cause}</span> },
        { header: 'outcome', cell: (run) => <span className={run.outcome === 'committed' ? 'good' : 'amber'}>{run.outcome}</span> },
        { header: 'attempts', right: true, cell: (run) => countText(run.attempts) },
        { header: 'wait ms', right: true, cell: (run) => millisecondsText(run.waitMs) },
        { header: 'run ms', right: true, cell: (run) => millisecondsText(run.runMs) },
      ]}
    />
  );
}
