import { useEffect, useId, type ReactNode } from 'react';
import { useHold, type Hold } from './use-hold.ts';

export interface HoldButtonProps {
  /** Accessible name, e.g. `Cancel all`. */
  readonly name: string;
  /** A key that holds this button from anywhere; shown in the children, so it belongs to the spoken name too. */
  readonly keys?: string;
  readonly needMs: number;
  readonly onDone: () => void;
  readonly children?: ReactNode;
  readonly tone?: string;
  readonly className?: string;
  readonly disabled?: boolean;
  readonly pending?: boolean;
  readonly title?: string;
  readonly testId?: string;
  readonly tabIndex?: number;
  /** Has the keyboard when its dialog opens: a press does nothing, only a hold does. */
  readonly first?: boolean;
  /** Hands the hold out, so that a key pressed elsewhere can hold this very button. */
  readonly onHold?: (hold: Pick<Hold, 'press' | 'release'>) => void;
  readonly onFocus?: () => void;
  readonly ring?: number;
}

export function HoldButton(props: HoldButtonProps): ReactNode {
  const { name, needMs, onDone, onHold, tone, ring = 14 } = props;
  const hold = useHold(name, needMs, onDone);
  const hint = useId();
  const { press, release } = hold;
  useEffect(() => {
    onHold?.({ press, release });
  }, [onHold, press, release]);
  const seconds = String(needMs / 1000);
  return (
    <>
      <button
        type="button"
        className={props.className ?? 'button'}
        data-tone={tone}
        data-holding={hold.holding}
        data-pending={props.pending}
        data-testid={props.testId}
        data-first={props.first === true ? '' : undefined}
        disabled={props.disabled}
        aria-label={props.keys === undefined ? name : `${name} ${props.keys}`}
        aria-keyshortcuts={props.keys}
        aria-describedby={hint}
        title={props.title ?? `Hold ${seconds} s`}
        tabIndex={props.tabIndex}
        {...hold.handlers}
        onFocus={props.onFocus}
      >
        <Ring hold={hold} size={ring} />
        {props.children}
      </button>
      <span id={hint} className="unseen">
        Hold {seconds} seconds.
      </span>
      <span role="status" className="unseen">
        {hold.spoken}
      </span>
    </>
  );
}

function Ring({ hold, size }: { readonly hold: Hold; readonly size: number }): ReactNode {
  const radius = size / 2 - 1.5;
  return (
    <svg className="ring" width={size} height={size} viewBox={`0 0 ${String(size)} ${String(size)}`} aria-hidden="true">
      <circle cx={size / 2} cy={size / 2} r={radius} fill="none" className="ring-track" strokeWidth="2.2" />
      <circle
        ref={hold.ring}
        cx={size / 2}
        cy={size / 2}
        r={radius}
        fill="none"
        className="ring-fill"
        strokeWidth="2.2"
        strokeLinecap="butt"
        pathLength={1}
        strokeDasharray="1 1"
        strokeDashoffset={1}
        transform={`rotate(-90 ${String(size / 2)} ${String(size / 2)})`}
      />
    </svg>
  );
}
