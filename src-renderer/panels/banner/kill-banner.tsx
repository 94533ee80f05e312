import { useState, type ReactNode } from 'react';
import type { KillReport } from '#protocol/kill-report';
import { ageText, clockText } from '../../format/time.ts';
import { useField, useTicking } from '../../hook/rows.ts';
import { useCommand } from '../../hook/use-command.ts';
import { ByScope } from '../../hook/scope.tsx';
import { refused } from '../../view/view-store.ts';

/** The kill's result with counts, and the way out: acknowledge, then re-arm in two steps. */
export function KillBanner(): ReactNode {
  const engine = useField('status', 'engine');
  const reason = useField('status', 'engineReason') ?? '';
  const report = useField('status', 'kill') ?? null;
  if (engine !== 'EMERGENCY' && engine !== 'STOPPED') return null;
  const open = report === null || report.phase !== 'verified';
  return (
    <div className="banner" data-tone={open || engine === 'EMERGENCY' ? 'critical' : 'amber'} role="alert" data-testid="kill-banner">
      <div className="kill-report">
        {report === null ? (
          <p>
            <b>The kill latch is set.</b> {reason}
          </p>
        ) : report.phase === 'doubt' ? (
          <Doubt report={report} />
        ) : (
          <Report report={report} />
        )}
      </div>
      <ByScope call="engine.acknowledge">{engine === 'EMERGENCY' ? <Acknowledge /> : <Rearm />}</ByScope>
    </div>
  );
}

function counted(count: number, word: string): string {
  return `${String(count)} ${word}${count === 1 ? '' : 's'}`;
}

/** Nobody said kill: the operator is told why the latch counts as set, and what the choice is. */
function Doubt({ report }: { readonly report: KillReport }): ReactNode {
  return (
    <p>
      <b>The kill latch is in doubt: {report.reason}.</b> It counts as set since {clockText(report.startedAt)}; nothing was cancelled, and
      no entry leaves. If there was a kill, use KILL. If there was none, acknowledge and re-arm.
    </p>
  );
}

function Report({ report }: { readonly report: KillReport }): ReactNode {
  const { startedAt, startedTime, verifiedAt, verifiedTime, phase, residuals, kept, positions, exits, cancelsUnsent } = report;
  const running = useTicking((now) => (verifiedAt === null ? ageText(now - startedAt) : ageText(verifiedAt - startedAt)));
  return (
    <>
      <p>
        <b>KILL</b> by {report.by} at {clockText(startedTime)}
        {report.reason === '' ? '' : ` (${report.reason})`},{' '}
        {report.scope === 'own' ? "this program's orders" : 'all orders of the account'}: {counted(report.purged, 'queued order')} purged,{' '}
        {counted(report.cancelsSent, 'cancel')} sent, {report.cancelled} confirmed
        {cancelsUnsent > 0 && (
          <b>
            , {cancelsUnsent} could not leave yet and {cancelsUnsent === 1 ? 'waits' : 'wait'} for the connection
          </b>
        )}
        {exits === 'keep' ? `, ${counted(kept.length, 'protective order')} kept` : ', protective orders too'}.{' '}
        {phase === 'cancelling' && <b>Verifying… {running}</b>}
        {phase === 'verified' && (
          <b>
            Verified: nothing {kept.length > 0 ? 'that could raise exposure ' : ''}works at {clockText(verifiedTime)}, after {running}.
          </b>
        )}
        {phase === 'residuals' && (
          <b>
            {counted(residuals.length, 'order')} may still work after {running}. Cancel by hand in TWS:
          </b>
        )}
      </p>
      {residuals.length > 0 && (
        <ul>
          {residuals.map((residual) => (
            <li key={residual.key}>› {residual.text}</li>
          ))}
        </ul>
      )}
      {positions.length + kept.length > 0 && (
        <ul data-testid="kill-positions">
          {positions.map(({ key, text, bare }) => (
            <li key={key}>› stays open: {bare ? <b>{text}</b> : text}</li>
          ))}
          {kept.length > 0 && (
            <li>
              › {kept.length === 1 ? 'stays' : 'stay'}: {kept.map(({ text }) => text).join(' · ')}
            </li>
          )}
        </ul>
      )}
    </>
  );
}

function Acknowledge(): ReactNode {
  const [reason, setReason] = useState('');
  const [fault, setFault] = useState<string | null>(null);
  const acknowledge = useCommand('engine.acknowledge', refused);
  const submit = (): void => {
    const text = reason.trim();
    if (text === '') setFault('Say in a few words why the kill was used; it goes into the journal.');
    else if (!/^[\x20-\x7e]*$/.test(text)) setFault('Only plain letters, figures and signs can be kept.');
    else {
      setFault(null);
      void acknowledge.run({ reason: text });
    }
  };
  return (
    <form
      className="unlock"
      onSubmit={(event) => {
        event.preventDefault();
        submit();
      }}
    >
      {(fault ?? acknowledge.error) !== null && <p className="fault">{fault ?? acknowledge.error}</p>}
      <div className="field">
        <input
          aria-label="Reason of the kill"
          placeholder="why: e.g. runaway quotes"
          maxLength={200}
          value={reason}
          onChange={(event) => setReason(event.target.value)}
        />
      </div>
      <button type="submit" className="button" disabled={acknowledge.pending}>
        Acknowledge
      </button>
    </form>
  );
}

function Rearm(): ReactNode {
  const phrase = useField('status', 'rearmPhrase') ?? null;
  const request = useCommand('engine.rearm.request', refused);
  const confirm = useCommand('engine.rearm.confirm', refused);
  const [typed, setTyped] = useState('');
  const error = request.error ?? confirm.error;
  if (phrase === null) {
    return (
      <div className="unlock">
        {error !== null && <p className="fault">{error}</p>}
        <button type="button" className="button" disabled={request.pending} onClick={() => void request.run({})}>
          Re-arm…
        </button>
      </div>
    );
  }
  return (
    <form
      className="unlock"
      onSubmit={(event) => {
        event.preventDefault();
        void confirm.run({ phrase: typed });
      }}
    >
      {error !== null && <p className="fault">{error}</p>}
      <span>
        Type{' '}
        <span className="phrase" data-testid="rearm-phrase">
          {phrase}
        </span>
      </span>
      <div className="field">
        {/* The operator asked for this step; the next thing to do is to type. */}
        <input
          aria-label="Re-arm phrase"
          autoComplete="off"
          autoFocus
          maxLength={60}
          value={typed}
          onChange={(event) => setTyped(event.target.value)}
        />
      </div>
      <button type="submit" className="button" disabled={typed.trim() !== phrase || confirm.pending}>
        Re-arm
      </button>
    </form>
  );
}
