import type { ReactNode } from 'react';
import type { ReconciliationView } from '#protocol/topics';
import { ageText } from '../../format/time.ts';
import { useField, useTicking } from '../../hook/rows.ts';
import { openDialog } from '../../shell/view-store.ts';
import { BannerLine } from './banner-line.tsx';

/** The comparison with the broker while it runs, step by step; in red with its reason when it does not come to an end. */
export function ReconcilingBanner(): ReactNode {
  const view = useField('status', 'reconciliation');
  const problem = useField('status', 'problem') ?? null;
  if (view === undefined || view.state === 'done') return null;
  // Without a connection the line about the problem says what to do; that the comparison waits for it says nothing more.
  if (view.state === 'waiting' && (problem !== null || view.text === '')) return null;
  return <Comparing view={view} />;
}

function Comparing({ view }: { readonly view: ReconciliationView }): ReactNode {
  const { since, state, steps, text } = view;
  const isOverdue = state === 'overdue';
  const age = useTicking((now) => (since === null ? '' : ageText(now - since)));
  return (
    <BannerLine
      tone={isOverdue ? 'critical' : 'busy'}
      role={isOverdue ? 'alert' : 'status'}
      testId="reconciling-banner"
      state={state}
      aside={
        state !== 'waiting' && (
          <>
            <ol className="steps" aria-label="Steps of the comparison">
              {steps.map(({ name, done }) => (
                <li key={name} data-done={done}>
                  {name}
                  <span aria-hidden="true">{done ? ' ✓' : ' …'}</span>
                  <span className="unseen">{done ? ' complete' : ' awaited'}</span>
                </li>
              ))}
            </ol>
            {/* It counts by itself and must not be read out each time. */}
            {age !== '' && (
              <span className="dim banner-age" aria-hidden="true">
                {age}
              </span>
            )}
          </>
        )
      }
    >
      <b>{isOverdue ? text : state === 'waiting' ? text : 'Comparing with the broker:'}</b>
      {state === 'running' && ' nothing leaves meanwhile.'}
      {!isOverdue && state !== 'waiting' && (
        <span className="unseen">{` ${String(steps.filter((step) => step.done).length)} of ${String(steps.length)} lists are complete.`}</span>
      )}
    </BannerLine>
  );
}

export function AdoptBanner(): ReactNode {
  const undecided = useField('status', 'undecided') ?? 0;
  if (undecided === 0) return null;
  return (
    <BannerLine
      tone="amber"
      testId="adopt-banner"
      aside={
        <button type="button" className="button" data-size="small" data-tone="amber" onClick={() => openDialog({ kind: 'adopt' })}>
          Decide…
        </button>
      }
    >
      <b>
        {undecided} {undecided === 1 ? 'order or position was' : 'orders and positions were'} found at the broker;
      </b>{' '}
      decide before arming.
    </BannerLine>
  );
}
