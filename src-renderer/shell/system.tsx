import type { ReactNode } from 'react';
import { DiagnosticsFacts } from '../panels/diagnostics/diagnostics.tsx';
import { SchedulerFacts } from '../panels/scheduler/scheduler.tsx';
import { useValue } from '../hook/rows.ts';
import { Empty } from '../ui/controls.tsx';
import { FactsScroll } from '../ui/facts.tsx';

/** What the program says about itself, in one place: its parts and their work, then the pool and the commits. */
export function System(): ReactNode {
  const diagnostics = useValue('diagnostics');
  if (diagnostics === undefined) return <Empty title="No figures yet.">The desk sends them once a second.</Empty>;
  return (
    <FactsScroll label="System">
      <DiagnosticsFacts diagnostics={diagnostics} />
      <SchedulerFacts diagnostics={diagnostics} />
    </FactsScroll>
  );
}
