import { useEffect, useState, type ReactNode } from 'react';
import type { ExecutionDetail } from '#protocol/commands';
import { useDesk } from '../../hook/desk-context.ts';
import { Dialog } from '../../ui/dialog.tsx';
import { Facts } from '../../ui/facts.tsx';

/** One commit: what caused it, what it read and wrote, what left because of it. */
export function ExecutionDialog({ seq, onClose }: { readonly seq: number; readonly onClose: () => void }): ReactNode {
  const { link } = useDesk();
  const [answer, setAnswer] = useState<ExecutionDetail | string | null>(null);
  useEffect(() => {
    let alive = true;
    void link.call('diagnostics.execution', { seq }).then((reply) => {
      if (alive) setAnswer(reply.ok ? reply.value.execution : reply.error.text);
    });
    return () => {
      alive = false;
    };
  }, [link, seq]);
  return (
    <Dialog title={`Commit ${String(seq)}`} onClose={onClose} size="wide" testId="execution-dialog">
      {answer === null && <p className="dim">Asking the desk…</p>}
      {typeof answer === 'string' && <p className="critical">{answer}</p>}
      {answer !== null && typeof answer === 'object' && (
        <>
          <Facts
            title={answer.name}
            facts={[
              ['lane', answer.lane],
              ['cause', answer.cause],
              ['outcome', answer.outcome],
              ['attempts', String(answer.attempts)],
            ]}
          />
          <Lines title="Read" lines={answer.reads} />
          <Lines title="Wrote" lines={answer.writes} />
          <Lines title="Sent after the commit" lines={answer.effects} />
        </>
      )}
    </Dialog>
  );
}

function Lines({ title, lines }: { readonly title: string; readonly lines: readonly string[] }): ReactNode {
  return (
    <section className="facts">
      <h3>{title}</h3>
      {lines.length === 0 ? (
        <p className="dim">Nothing.</p>
      ) : (
        <ul className="mono">
          {lines.map((line, i) => (
            <li key={`${String(i)} ${line}`}>{line}</li>
          ))}
        </ul>
      )}
    </section>
  );
}
