import { useEffect, useState, type ReactNode } from 'react';
import { allows } from '#protocol/access';
import type { Answer } from '#protocol/commands';
import type { SessionRow } from '#protocol/session';
import { ageText } from '../../format/time.ts';
import { useDesk } from '../../hook/desk-context.ts';
import { useScope } from '../../hook/scope.tsx';
import { useCommand } from '../../hook/use-command.ts';

const ASK_MS = 2_000;
const WORDS = { read: 'read only', kill: 'kill only', operate: 'operate' } as const;

/** Consoles in browsers that may see or steer this desk; asked anew while the list is looked at. */
export function SessionList(): ReactNode {
  const { link } = useDesk();
  const may = allows(useScope(), 'sessions.list');
  const [answer, setAnswer] = useState<Answer<'sessions.list'> | string | null>(null);
  const [asked, setAsked] = useState(0);
  const revoke = useCommand('session.revoke');
  useEffect(() => {
    if (!may) return undefined;
    let open = true;
    const ask = (): void => {
      void link.call('sessions.list', {}).then((reply) => {
        if (open) setAnswer(reply.ok ? reply.value : reply.error.text);
      });
    };
    ask();
    const timer = setInterval(ask, ASK_MS);
    return () => {
      open = false;
      clearInterval(timer);
    };
  }, [link, may, asked]);
  if (!may) return null;
  return (
    <section className="sessions" aria-label="Sessions">
      <h3>Sessions in browsers</h3>
      {revoke.error !== null && (
        <p className="critical" role="alert">
          {revoke.error}
        </p>
      )}
      {answer === null && <p className="dim">Asking the desk…</p>}
      {typeof answer === 'string' && <p className="amber">{answer}</p>}
      {answer !== null && typeof answer !== 'string' && answer.sessions.length === 0 && (
        <p className="dim">None: only this window steers the desk.</p>
      )}
      {answer !== null && typeof answer !== 'string' && answer.sessions.length > 0 && (
        <ul>
          {answer.sessions.map((row) => (
            <Session
              key={row.id}
              row={row}
              own={row.id === answer.own}
              busy={revoke.pending}
              onRevoke={() => void revoke.run({ id: row.id }).then(() => setAsked((n) => n + 1))}
            />
          ))}
        </ul>
      )}
    </section>
  );
}

interface SessionProps {
  readonly row: SessionRow;
  readonly own: boolean;
  readonly busy: boolean;
  readonly onRevoke: () => void;
}

function Session({ row, own, busy, onRevoke }: SessionProps): ReactNode {
  const open = row.screens === 0 ? `no screen open, last heard ${ageText(row.silentFor)} ago` : `${String(row.screens)} open`;
  return (
    <li>
      <span className="mono">{row.id}</span>
      <b>{WORDS[row.scope]}</b>
      <span>
        {own && 'this page · '}opened {ageText(row.openedAgo)} ago · {open} · ends in {ageText(row.endsIn)}
      </span>
      <button
        type="button"
        className="button"
        data-size="small"
        disabled={busy}
        aria-label={`Revoke session ${String(row.id)}`}
        title={own ? 'Ends this page at once' : 'Ends its screens at once'}
        onClick={onRevoke}
      >
        Revoke
      </button>
    </li>
  );
}
