import type { ReactNode } from 'react';
import type { DiagnosticsValue } from '#protocol/diagnostics';
import { UNKNOWN, countText } from '../../format/figure.ts';
import { millisecondsText } from '../../format/time.ts';
import { FactTable, Facts } from '../../ui/facts.tsx';

function pair(p50: number | null, p99: number | null): string {
  return p50 === null ? UNKNOWN : `${millisecondsText(p50)} / ${millisecondsText(p99)} ms`;
}

/** The worker pool and the commit lanes: what waits, what runs, what failed. */
export function SchedulerFacts({ diagnostics }: { readonly diagnostics: DiagnosticsValue }): ReactNode {
  const { workers, lanes, commit } = diagnostics;
  return (
    <>
      <Facts
        title="Worker pool"
        facts={[
          ['threads', countText(workers.threads)],
          ['waiting', countText(workers.waiting)],
          ['running', countText(workers.running)],
          ['completed', countText(workers.completed)],
          ['failed', <Bad key="failed" count={workers.failed} />],
          ['timed out', <Bad key="timed" count={workers.timedOut} />],
          ['cancelled', countText(workers.cancelled)],
          ['refused (queue full)', <Bad key="refused" count={workers.refused} />],
          ['wait p50 / p99', pair(workers.waitP50, workers.waitP99)],
          ['run p50 / p99', pair(workers.runP50, workers.runP99)],
        ]}
      />
      <FactTable
        title="Serial lanes of the pool"
        rows={workers.lanes}
        none="No lane has work."
        columns={[
          { header: 'lane', cell: (lane) => <span className="mono">{lane.key}</span> },
          { header: 'waiting', right: true, cell: (lane) => countText(lane.waiting) },
          { header: 'running', right: true, cell: (lane) => countText(lane.running) },
          { header: 'done', right: true, cell: (lane) => countText(lane.done) },
        ]}
      />
      <FactTable
        title="Commit lanes, most urgent first"
        rows={lanes}
        none="The commit queue has no lanes."
        columns={[
          { header: 'lane', cell: (lane) => <span className="mono">{lane.lane}</span> },
          { header: 'waiting', right: true, cell: (lane) => countText(lane.waiting) },
          { header: 'done', right: true, cell: (lane) => countText(lane.done) },
        ]}
      />
      <Facts
        title="Commits"
        facts={[
          ['sequence', countText(commit.seq)],
          ['in flight', countText(commit.inFlight)],
          ['committed', countText(commit.committed)],
          ['attempts', countText(commit.attempts)],
          ['conflicts', countText(commit.conflicts)],
          ['tombstones', <Bad key="tombstones" count={commit.tombstones} />],
          ['outbox', countText(commit.outbox)],
          ['open snapshots', countText(commit.snapshots)],
        ]}
      />
    </>
  );
}

function Bad({ count }: { readonly count: number }): ReactNode {
  return <span className={count > 0 ? 'amber' : undefined}>{countText(count)}</span>;
}
