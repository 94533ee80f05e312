import type { ReactNode } from 'react';
import type { PreviewNeed, TriggerPreview } from '#protocol/commands';
import type { DraftReading } from '../../draft/read-draft.ts';
import type { PreviewState } from './use-preview.ts';

/** The trigger as the desk understands it, and the orders that it would send. It scrolls by itself; what risk says stands below it. */
export function Preview({ reading, preview: state }: { readonly reading: DraftReading; readonly preview: PreviewState }): ReactNode {
  const { preview, error, fresh } = state;
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
      <div className="sentence" data-testid="sentence" aria-busy={!fresh} tabIndex={-1}>
        {preview.sentence}
        {preview.legs.length > 0 && (
          <ul className="legs" aria-label="Orders it would send">
            {preview.legs.map((leg) => (
              <li key={leg}>{leg}</li>
            ))}
          </ul>
        )}
        <small>
          {preview.figures} {preview.note}
        </small>
      </div>
      {fresh ? <Verdict preview={preview} /> : <p className="guide">Asking the desk…</p>}
    </>
  );
}

function Verdict({ preview }: { readonly preview: TriggerPreview }): ReactNode {
  const { verdict, blocked } = preview;
  const isSaid = blocked !== null && blocked.endsWith(verdict.text);
  return (
    <>
      <p className="verdict" data-tone={verdict.approved ? 'good' : 'critical'} data-testid="verdict">
        <b>
          {verdict.approved ? 'Risk approves.' : 'Risk denies.'}
          {verdict.control === null ? '' : ` ${verdict.control}`}
        </b>{' '}
        {verdict.text}
      </p>
      {blocked !== null && (
        <p className="verdict" data-tone="amber" data-testid="blocked">
          <b>Cannot be armed now.</b> {isSaid ? blocked.slice(0, -verdict.text.length) : blocked}
        </p>
      )}
    </>
  );
}

/** What arming asks for besides: one tick each, and Ctrl+Enter then. */
export function Needs(props: {
  readonly needs: readonly PreviewNeed[];
  readonly said: readonly PreviewNeed['kind'][];
  readonly onSay: (kind: PreviewNeed['kind'], said: boolean) => void;
}): ReactNode {
  if (props.needs.length === 0) return null;
  return (
    <div className="needs" role="group" aria-label="To be confirmed" data-testid="needs">
      {props.needs.map(({ kind, text }) => (
        <label key={kind} className="need" data-tone="critical">
          <input
            type="checkbox"
            aria-label={kind === 'fires-at-once' ? 'It fires at once, arm it' : 'It would be denied now, arm it'}
            data-need={kind}
            checked={props.said.includes(kind)}
            onChange={(event) => props.onSay(kind, event.target.checked)}
          />
          <span>
            <b>{kind === 'fires-at-once' ? 'Fires at once.' : 'Denied now.'}</b> {text}
          </span>
        </label>
      ))}
    </div>
  );
}
