import { useEffect, useState, type ReactNode } from 'react';
import type { Answer, CancelLines } from '#protocol/commands';
import { useDesk } from '../../hook/desk-context.ts';
import { Segmented } from '../../ui/controls.tsx';

type Scope = 'own' | 'all';

/** What a kill of either choice would do, line by line, as the desk itself splits it. */
export function KillPreview({ scope, onScope }: { readonly scope: Scope; readonly onScope: (scope: Scope) => void }): ReactNode {
  const { link } = useDesk();
  const [answer, setAnswer] = useState<Answer<'kill.preview'> | string | null>(null);
  useEffect(() => {
    let alive = true;
    void link.call('kill.preview', {}).then((reply) => {
      if (alive) setAnswer(reply.ok ? reply.value : reply.error.text);
    });
    return () => {
      alive = false;
    };
  }, [link]);
  return (
    <>
      <Segmented
        name="kill-scope"
        label="Scope of KILL"
        value={scope}
        onChange={onScope}
        options={[
          { value: 'own', label: "This program's orders" },
          { value: 'all', label: 'All orders of the account' },
        ]}
      />
      {answer === null && <p className="dim">Asking the desk…</p>}
      {typeof answer === 'string' && <p className="critical">{answer}</p>}
      {answer !== null && typeof answer === 'object' && <Lists answer={answer} scope={scope} />}
    </>
  );
}

function Lists({ answer, scope }: { readonly answer: Answer<'kill.preview'>; readonly scope: Scope }): ReactNode {
  const { own, others, positions, bare } = answer;
  const of = (part: keyof CancelLines): readonly string[] => (scope === 'all' ? [...own[part], ...others[part]] : own[part]);
  const [entries, protective] = [of('entries'), of('protective')];
  const staying = [...others.entries, ...others.protective];
  return (
    <>
      <List title={`KILL cancels: entries (${String(entries.length)})`} lines={entries} none="No working entry." />
      <List
        title={`KILL keeps, “+ exits” cancels: protective orders (${String(protective.length)})`}
        lines={protective}
        none="No position has a stop or a target."
      />
      {scope === 'own' && (
        <List title={`Will stay: orders by hand or of others (${String(staying.length)})`} lines={staying} none="None." />
      )}
      <List title={`Will stay: positions (${String(positions.length)})`} lines={positions} none="No position." />
      {protective.length > 0 && <List title="The same positions after “+ exits”" lines={bare} none="No position." />}
      {scope === 'all' && others.entries.length > 0 && (
        <p className="dim">Orders of other programs are reached by “+ exits” alone; KILL lists them as not cancelled.</p>
      )}
      <p className="dim">Then the desk is locked until it is re-armed in two steps.</p>
    </>
  );
}

function List({ title, lines, none }: { readonly title: string; readonly lines: readonly string[]; readonly none: string }): ReactNode {
  return (
    <>
      <h3>{title}</h3>
      <ul className="kill-list">
        {lines.length === 0 && <li className="dim">{none}</li>}
        {lines.map((line, i) => (
          <li key={`${String(i)} ${line}`}>{line}</li>
        ))}
      </ul>
    </>
  );
}
