import type { ReactNode } from 'react';
import type { Lamp as LampState } from '#protocol/topics';
import type { Word } from '../format/order-word.ts';
import { CrossIcon } from './icons.tsx';

export function Chip({ word, title }: { readonly word: Word; readonly title?: string }): ReactNode {
  return (
    <span className="chip" data-tone={word.tone} title={title}>
      {word.word}
    </span>
  );
}

const LAMP_WORDS = { ok: 'ok', warn: 'warning', down: 'down', unknown: 'unknown' } as const;

/** Disc, triangle, square, ring: the shape says what the colour says. */
export function LampShape({ state }: { readonly state: LampState['state'] }): ReactNode {
  return (
    <svg width="9" height="9" viewBox="0 0 9 9" aria-hidden="true">
      {state === 'ok' && <circle cx="4.5" cy="4.5" r="4" fill="#2ebd85" />}
      {state === 'warn' && <path d="M4.5 0.5L8.7 8.3H0.3z" fill="#f5b942" />}
      {state === 'down' && <path d="M1 1h7v7H1z" fill="#ff4d4f" />}
      {state === 'unknown' && <circle cx="4.5" cy="4.5" r="3.4" fill="none" stroke="#93a1b0" strokeWidth="1.6" />}
    </svg>
  );
}

export function Lamp({
  lamp,
  figure,
}: {
  readonly lamp: Pick<LampState, 'name' | 'state' | 'detail'>;
  readonly figure: string;
}): ReactNode {
  return (
    <span className="lamp" data-state={lamp.state} title={lamp.detail} data-testid={`lamp-${lamp.name}`}>
      <LampShape state={lamp.state} />
      {lamp.name}
      <span className="unseen">{LAMP_WORDS[lamp.state]}</span>
      <small>{figure}</small>
    </span>
  );
}

export function Kbd({ children }: { readonly children: string }): ReactNode {
  return <kbd className="kbd">{children}</kbd>;
}

export function Spin(): ReactNode {
  return <span className="spin" aria-hidden="true" />;
}

export interface SegmentedOption<V extends string> {
  readonly value: V;
  readonly label: string;
  /** Spoken name, where the label is a sign. */
  readonly name?: string;
  readonly tone?: string;
  readonly disabled?: boolean;
}

/** One choice of few; arrow keys move it, as in every radio group. */
export function Segmented<V extends string>(props: {
  readonly name: string;
  readonly label: string;
  readonly value: V | null;
  readonly options: readonly SegmentedOption<V>[];
  readonly onChange: (value: V) => void;
  readonly even?: boolean;
}): ReactNode {
  return (
    <div className="segmented" role="radiogroup" aria-label={props.label} data-even={props.even ?? true}>
      {props.options.map((option) => (
        <label key={option.value} data-tone={option.tone} title={option.name}>
          <input
            type="radio"
            name={props.name}
            value={option.value}
            checked={props.value === option.value}
            disabled={option.disabled}
            aria-label={option.name ?? option.label}
            onChange={() => props.onChange(option.value)}
          />
          <span aria-hidden="true">{option.label}</span>
        </label>
      ))}
    </div>
  );
}

/**
 * The last refusal of a panel, where the operator looks; it stays until it is closed, the next attempt, or its cause is gone. In the
 * `head` of a panel it lies over the title line, so that no row moves under a hand that aims.
 */
export function Notice(props: { readonly text: string | null; readonly onClose: () => void; readonly place?: 'head' }): ReactNode {
  const { text, onClose, place } = props;
  if (text === null) return null;
  return (
    <div className="notice" role="alert" data-place={place} title={place === undefined ? undefined : text}>
      <p>{text}</p>
      <button type="button" className="icon-button" aria-label="Close message" onClick={onClose}>
        <CrossIcon />
      </button>
    </div>
  );
}

/** For empty panels while the status line already says what is wrong and how to mend it. */
export const NO_BROKER = 'There is no usable connection to the broker. The line below the header says why and what to do.';

/** Why there is nothing here, and the next step. */
export function Empty({ title, children }: { readonly title: string; readonly children?: ReactNode }): ReactNode {
  return (
    <div className="empty">
      <b>{title}</b>
      {children}
    </div>
  );
}
