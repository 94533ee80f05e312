import { useEffect, useRef, useState, type ReactNode } from 'react';
import type { TriggerPreview } from '#protocol/commands';
import type { TriggerSpec } from '#domain/trigger';
import { useDesk } from '../../hook/desk-context.ts';
import type { DraftReading } from '../../draft/read-draft.ts';

export interface PreviewState {
  readonly preview: TriggerPreview | null;
  /** The desk could not answer. */
  readonly error: string | null;
  /** Why arming would be refused now; null when it would not, or when nobody knows yet. */
  readonly blocked: string | null;
}

const NOTHING: PreviewState = { preview: null, error: null, blocked: null };
const TYPING_MS = 150;
const REFRESH_MS = 2_000;

/** Asks the desk for sentence and verdict: shortly after the last key, and again while the market moves. */
export function usePreview(spec: TriggerSpec | null): PreviewState {
  const { link } = useDesk();
  const [state, setState] = useState(NOTHING);
  const text = spec === null ? null : JSON.stringify(spec);
  const latest = useRef(spec);
  useEffect(() => {
    latest.current = spec;
  });
  useEffect(() => {
    if (text === null) {
      setState(NOTHING);
      return undefined;
    }
    let alive = true;
    const ask = (): void => {
      const asked = latest.current;
      if (asked === null) return;
      void link.call('trigger.preview', { spec: asked }).then((reply) => {
        if (!alive) return;
        if (reply.ok) setState({ preview: reply.value, error: null, blocked: reply.value.blocked });
        else setState({ preview: null, error: reply.error.text, blocked: null });
      });
    };
    const first = setTimeout(ask, TYPING_MS);
    const again = setInterval(ask, REFRESH_MS);
    return () => {
      alive = false;
      clearTimeout(first);
      clearInterval(again);
    };
  }, [text, link]);
  return state;
}

export function Preview({ reading, preview: state }: { readonly reading: DraftReading; readonly preview: PreviewState }): ReactNode {
  const { preview, error } = state;
  if (reading.spec === null) {
    const fault = Object.values(reading.faults)[0];
    return (
      <p className="guide" data-testid="ticket-guide">
        {fault === undefined ? (reading.missing ?? '') : 'Correct the marked field to see the trigger as a sentence.'}
      </p>
    );
  }
  if (error !== null) return <p className="guide critical">{error}</p>;
  if (preview === null) return <p className="guide">Asking the desk…</p>;
  return (
    <>
      <div className="sentence" data-testid="sentence">
        {preview.sentence}
        {preview.note !== '' && <small>{preview.note}</small>}
        {preview.legs.length > 0 && (
          <ul className="legs" aria-label="Orders it would send">
            {preview.legs.map((leg) => (
              <li key={leg}>{leg}</li>
            ))}
          </ul>
        )}
      </div>
      <Verdict preview={preview} />
    </>
  );
}

function Verdict({ preview }: { readonly preview: TriggerPreview }): ReactNode {
  const { verdict, blocked } = preview;
  return (
    <>
      {verdict !== null && (
        <p className="verdict" data-tone={verdict.approved ? 'good' : 'critical'} data-testid="verdict">
          <b>
            {verdict.approved ? 'Risk approves.' : 'Risk denies.'}
            {verdict.control === null ? '' : ` ${verdict.control}`}
          </b>{' '}
          {verdict.text}
        </p>
      )}
      {blocked !== null && (
        <p className="verdict" data-tone="amber" data-testid="blocked">
          <b>Cannot be armed now.</b> {blocked}
        </p>
      )}
    </>
  );
}
