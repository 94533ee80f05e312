import type { ReactNode } from 'react';
import type { CancelCounts } from '#protocol/kill-report';
import { HoldButton, type HoldButtonProps } from '../../ui/hold-button.tsx';
import { Kbd } from '../../ui/controls.tsx';

interface TwoChoicesProps {
  readonly name: string;
  readonly keys: 'F7' | 'F12';
  /** What both do, as the end of a sentence. */
  readonly does: string;
  readonly needMs: number;
  readonly tone?: string;
  readonly ring?: number;
  /** What it would meet now; undefined while the desk has not said. */
  readonly counts: CancelCounts | undefined;
  readonly pending: boolean;
  readonly onKeep: () => void;
  readonly onEverything: () => void;
  /** Take the holds of both, so that keys can hold them. */
  readonly holds: readonly [NonNullable<HoldButtonProps['onHold']>, NonNullable<HoldButtonProps['onHold']>];
}

/** Entries go and protective exits stay, and beside it the choice that takes everything. Both say how many before they are pressed. */
export function TwoChoices(props: TwoChoicesProps): ReactNode {
  const { name, keys, does, needMs, counts, pending, ring } = props;
  const seconds = String(needMs / 1_000);
  const look = { needMs, pending, ...(props.tone === undefined ? {} : { tone: props.tone }), ...(ring === undefined ? {} : { ring }) };
  return (
    <div className="two-choices">
      <div className="choices">
        <HoldButton
          {...look}
          name={name}
          keys={keys}
          title={`Hold ${seconds} s: ${does} ${keptText(counts)}`}
          onDone={props.onKeep}
          onHold={props.holds[0]}
        >
          {name} <Kbd>{keys}</Kbd>
        </HoldButton>
        <HoldButton
          {...look}
          name={`${name} + exits`}
          keys={`Shift+${keys}`}
          title={`Hold ${seconds} s: ${does} ${everythingText(counts)}`}
          onDone={props.onEverything}
          onHold={props.holds[1]}
        >
          + exits
        </HoldButton>
      </div>
      <small data-testid={`${keys}-counts`}>{shortText(counts)}</small>
    </div>
  );
}

function counted(count: number, one: string, many: string): string {
  return `${String(count)} ${count === 1 ? one : many}`;
}

function shortText(counts: CancelCounts | undefined): string {
  return counts === undefined ? '—' : `${counted(counts.entries, 'entry', 'entries')}, keeps ${String(counts.protective)}`;
}

function keptText(counts: CancelCounts | undefined): string {
  if (counts === undefined) return 'The desk has not said yet how many.';
  return `Now ${counted(counts.entries, 'entry goes', 'entries go')}, and ${counted(counts.protective, 'protective order', 'protective orders')} of open positions ${counts.protective === 1 ? 'stays' : 'stay'}.`;
}

function everythingText(counts: CancelCounts | undefined): string {
  if (counts === undefined) return 'The desk has not said yet how many.';
  return `Now ${counted(counts.entries, 'entry', 'entries')} and ${counted(counts.protective, 'protective order', 'protective orders')} go: positions are left without their stops.`;
}
