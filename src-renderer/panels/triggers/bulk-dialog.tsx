import { useCallback, useState, type ReactNode } from 'react';
import type { WatcherRow } from '#protocol/topics';
import { useSummary } from '../../hook/rows.ts';
import { useCommand } from '../../hook/use-command.ts';
import { Segmented, Spin } from '../../ui/controls.tsx';
import { Consequences, Dialog } from '../../ui/dialog.tsx';
import type { Closing } from '../../ui/gone-dialog.tsx';
import { toast } from '../../view/view-store.ts';
import { canDisarm, canPause, canResume } from './watcher-actions.ts';

type BulkAct = 'pause' | 'resume' | 'disarm';
type Whose = 'symbol' | 'all';

/** The desk takes 100 calls at once and 50 a second after that. */
const FREE_CALLS = 50;
const PACE_MS = 25;

const CAN: Readonly<Record<BulkAct, (row: WatcherRow) => boolean>> = { pause: canPause, resume: canResume, disarm: canDisarm };
const WORDS = { pause: 'Pause', resume: 'Resume', disarm: 'Disarm' } as const;
const DONE = { pause: 'paused', resume: 'resumed', disarm: 'disarmed' } as const;

const WILL = {
  pause: 'They are still watched and do not fire until they are resumed.',
  resume: 'They fire again when their rules come true.',
  disarm: 'They are no longer watched and cannot fire.',
} as const;

const WILL_NOT = {
  pause: ['Orders that they already sent stay at the broker.', 'The desk itself is not paused: F5 does that.'],
  resume: ['Nothing is sent by this itself.', 'A crossing that came while they were paused does not fire afterwards.'],
  disarm: ['Their rules are not lost: they can be armed again.', 'Orders that they already sent stay at the broker.'],
} as const;

function counted(count: number): string {
  return `${String(count)} watcher${count === 1 ? '' : 's'}`;
}

/** One command a row, each against the version that was on the screen; what was refused is said by name. */
function useBulk(
  act: BulkAct,
  onDone: () => void,
): { readonly run: (rows: readonly WatcherRow[]) => void; readonly busy: boolean; readonly faults: readonly string[] } {
  const pause = useCommand('trigger.pause');
  const resume = useCommand('trigger.resume');
  const disarm = useCommand('trigger.disarm');
  const [busy, setBusy] = useState(false);
  const [faults, setFaults] = useState<readonly string[]>([]);
  const command = { pause, resume, disarm }[act];
  const run = (rows: readonly WatcherRow[]): void => {
    if (busy || rows.length === 0) return;
    setBusy(true);
    setFaults([]);
    void all(rows).then((said) => {
      setBusy(false);
      setFaults(said);
      if (said.length > 0) return;
      toast('done', `${counted(rows.length)} ${DONE[act]}.`);
      onDone();
    });
  };
  const all = async (rows: readonly WatcherRow[]): Promise<readonly string[]> => {
    const said: string[] = [];
    for (const [i, { id, version, name }] of rows.entries()) {
      // The desk refuses a screen that asks too fast; no row may be left out for that.
      if (i >= FREE_CALLS) await new Promise((resolve) => setTimeout(resolve, PACE_MS));
      const reply = await command.run({ id, expectedVersion: version });
      if (!reply.ok) said.push(`${name}: ${reply.error.text}`);
    }
    return said;
  };
  return { run, busy, faults };
}

/** Pause, resume or disarm all watchers, or all of one symbol: how many and which stand in it before anything is done. */
export function BulkDialog(
  props: Closing & { readonly act: 'pause' | 'disarm'; readonly conId: number | null; readonly symbol: string },
): ReactNode {
  const { conId, symbol, onClose } = props;
  const [act, setAct] = useState<BulkAct>(props.act);
  const [whose, setWhose] = useState<Whose>('all');
  const rows = useSummary(
    'watchers',
    useCallback(
      (all: readonly WatcherRow[]) => all.filter((row) => CAN[act](row) && (whose === 'all' || row.conId === conId)),
      [act, whose, conId],
    ),
  );
  const { run, busy, faults } = useBulk(act, onClose);
  return (
    <Dialog
      title={`${WORDS[act]} ${counted(rows.length)}?`}
      onClose={onClose}
      testId="bulk-dialog"
      footer={
        <>
          <button type="button" className="button" onClick={onClose}>
            Leave them
          </button>
          <button
            type="button"
            className="button"
            data-tone={act === 'disarm' ? 'danger' : 'primary'}
            data-first=""
            aria-disabled={rows.length === 0 || busy}
            onClick={() => run(rows)}
          >
            {busy && <Spin />}
            {WORDS[act]} {counted(rows.length)}
          </button>
        </>
      }
    >
      <div className="bulk-choice">
        <Segmented
          name="bulk-act"
          label="What"
          value={act}
          onChange={setAct}
          options={(['pause', 'resume', 'disarm'] as const).map((value) => ({ value, label: WORDS[value] }))}
        />
        {conId !== null && (
          <Segmented
            name="bulk-whose"
            label="Which"
            value={whose}
            onChange={setWhose}
            options={[
              { value: 'all', label: 'All' },
              { value: 'symbol', label: `All of ${symbol}` },
            ]}
          />
        )}
      </div>
      <p className="bulk-names">{rows.length === 0 ? `There is nothing to ${act}.` : rows.map((row) => row.name).join(', ')}</p>
      <Consequences will={[WILL[act]]} willNot={WILL_NOT[act]} />
      {faults.map((fault) => (
        <p key={fault} className="critical" role="alert">
          {fault}
        </p>
      ))}
    </Dialog>
  );
}
