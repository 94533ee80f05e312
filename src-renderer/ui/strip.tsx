import { useEffect, useRef, type ReactNode } from 'react';
import { CrossIcon } from './icons.tsx';
import { Kbd, Spin } from './controls.tsx';

export interface StripProps {
  readonly title: string;
  readonly testId: string;
  /** Word on the button that sends it; Enter does the same. */
  readonly action: string;
  readonly ready?: boolean;
  readonly pending?: boolean;
  /** Stands where the operator looks; it is why nothing was or can be sent. */
  readonly error: string | null;
  /** What will be sent. */
  readonly lines?: readonly string[];
  readonly warnings?: readonly string[];
  readonly extra?: ReactNode;
  readonly onSubmit: () => void;
  readonly onLeave: () => void;
  readonly children?: ReactNode;
}

/**
 * A line of input below a table, for one of its rows: rows keep their places while it is open. Enter sends, Esc leaves; the first
 * field has the focus.
 */
export function Strip(props: StripProps): ReactNode {
  const form = useRef<HTMLFormElement>(null);
  useEffect(() => {
    const first = form.current?.querySelector<HTMLElement>('input, button[type="submit"]');
    first?.focus();
    if (first instanceof HTMLInputElement) first.select();
    // The table has just become shorter; the row that is worked on stays in sight.
    form.current?.parentElement?.querySelector('.grid-row[data-active="true"]')?.scrollIntoView({ block: 'nearest' });
  }, []);
  const { ready = true, pending = false, lines = [], warnings = [] } = props;
  return (
    <form
      ref={form}
      className="strip"
      aria-label={props.title}
      data-testid={props.testId}
      onSubmit={(event) => {
        event.preventDefault();
        props.onSubmit();
      }}
      onKeyDown={(event) => {
        if (event.key !== 'Escape') return;
        event.stopPropagation();
        props.onLeave();
      }}
    >
      <div className="strip-row">
        <b className="strip-title">{props.title}</b>
        {props.children}
        <span className="strip-acts">
          {props.extra}
          <button type="submit" className="button" data-tone="primary" aria-disabled={!ready || pending} data-pending={pending}>
            {pending && <Spin />}
            {props.action} <Kbd>Enter</Kbd>
          </button>
          <button type="button" className="button" aria-label="Leave Esc" title="Leave: nothing is sent" onClick={props.onLeave}>
            <CrossIcon /> <Kbd>Esc</Kbd>
          </button>
        </span>
      </div>
      <div className="strip-said" role="status">
        {props.error === null ? (
          <>
            {lines.map((line) => (
              <span key={line}>{line}</span>
            ))}
            {warnings.map((warning) => (
              <span key={warning} className="amber">
                {warning}
              </span>
            ))}
          </>
        ) : (
          <span className="critical">{props.error}</span>
        )}
      </div>
    </form>
  );
}
