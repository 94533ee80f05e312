import type { ReactNode } from 'react';
import type { TriggerId } from '#domain/ids';
import { triggerWord } from '../../format/order-word.ts';
import { useRow } from '../../hook/rows.ts';
import { useCommand } from '../../hook/use-command.ts';
import { Consequences, Dialog } from '../../ui/dialog.tsx';
import { Gone, type Closing } from '../../ui/gone-dialog.tsx';

/** To resume a rule that is true is to fire it: that is asked apart from the resuming itself. */
export function ResumeDialog({ id, onClose }: Closing & { readonly id: TriggerId }): ReactNode {
  const row = useRow('watchers', id);
  const resume = useCommand('trigger.resume');
  if (row === undefined) return <Gone what="watcher" onClose={onClose} />;
  const submit = async (): Promise<void> => {
    const reply = await resume.run({ id: row.id, expectedVersion: row.version, confirmed: ['fires-at-once'] });
    if (reply.ok) onClose();
  };
  const can = row.life === 'paused';
  return (
    <Dialog
      title={`Resume ${row.name}, which fires at once?`}
      onClose={onClose}
      testId="resume-dialog"
      footer={
        <>
          <button type="button" className="button" onClick={onClose}>
            Keep it paused
          </button>
          <button type="button" className="button" data-tone="danger" disabled={!can || resume.pending} onClick={() => void submit()}>
            Resume and fire
          </button>
        </>
      }
    >
      <p>{row.sentence}</p>
      {!can && <p className="amber">It is {triggerWord(row.life, row.holding).word}: there is nothing to resume.</p>}
      <Consequences
        will={[
          'Its rule is true already, or a price that it looks at is not known.',
          'It fires with the next quote that may decide anything; risk still judges the order.',
        ]}
        willNot={['Other watchers are not touched.']}
      />
      {resume.error !== null && (
        <p className="critical" role="alert">
          {resume.error}
        </p>
      )}
    </Dialog>
  );
}
