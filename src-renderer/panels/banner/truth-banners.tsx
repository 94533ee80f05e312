import type { ReactNode } from 'react';
import type { ReconciliationView } from '#protocol/topics';
import { ageText } from '../../format/time.ts';
import type { PositionRow } from '#protocol/topics';
import { quantityText } from '../../format/figure.ts';
import { useField, useSummary, useTicking } from '../../hook/rows.ts';
import { useCommand } from '../../hook/use-command.ts';
import { ByScope } from '../../hook/scope.tsx';
import { openDialog, refused } from '../../view/view-store.ts';
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
        <ByScope call="adoption.decide">
          <button type="button" className="button" data-size="small" data-tone="amber" onClick={() => openDialog({ kind: 'adopt' })}>
            Decide…
          </button>
        </ByScope>
      }
    >
      <b>
        {undecided} {undecided === 1 ? 'order or position was' : 'orders and positions were'} found at the broker;
      </b>{' '}
      decide before arming.
    </BannerLine>
  );
}

/** As text, because a summary is compared by value: the first position that waits for the operator's word, and how many do. */
function externals(rows: readonly PositionRow[]): string {
  const waiting = rows.filter((row) => row.external !== null && !row.externalSeen);
  const [first] = waiting;
  if (first?.external === undefined || first.external === null) return '';
  const sign = first.external > 0 ? '+' : '';
  return JSON.stringify([first.account, first.conId, first.symbol, `${sign}${quantityText(first.external)}`, waiting.length]);
}

/** The broker holds what no fill explains: its figure is the desk's, and the desk waits until a person has looked. */
export function ExternalBanner(): ReactNode {
  const waiting = useSummary('positions', externals);
  const acknowledge = useCommand('position.acknowledge', refused);
  if (waiting === '') return null;
  const [account, conId, symbol, difference, count] = JSON.parse(waiting) as [
    PositionRow['account'],
    PositionRow['conId'],
    string,
    string,
    number,
  ];
  return (
    <BannerLine
      tone="critical"
      testId="external-banner"
      aside={
        <ByScope call="position.acknowledge">
          <button
            type="button"
            className="button"
            data-size="small"
            disabled={acknowledge.pending}
            onClick={() => void acknowledge.run({ account, conId })}
          >
            Acknowledge
          </button>
        </ByScope>
      }
    >
      <b>
        EXTERNAL {difference} {symbol}:
      </b>{' '}
      the broker holds what no fill explains; its figure was taken over. Compare with TWS.
      {count > 1 && ` ${String(count - 1)} more.`}
    </BannerLine>
  );
}
