import { useMemo, useRef, useEffect } from 'react';
import type { WatcherRow } from '#protocol/topics';
import { useCommand } from '../../hook/use-command.ts';
import { editTrigger } from '../../draft/draft-store.ts';
import { useDesk } from '../../hook/desk-context.ts';
import { openDialog, refused, toast } from '../../view/view-store.ts';

export interface WatcherActions {
  readonly togglePause: (row: WatcherRow) => void;
  readonly disarm: (row: WatcherRow) => void;
  readonly rearm: (row: WatcherRow) => void;
  readonly fireNow: (row: WatcherRow) => void;
  readonly error: string | null;
  readonly clearError: () => void;
  readonly pending: boolean;
}

export function canPause(row: WatcherRow): boolean {
  return row.life === 'armed';
}

export function canResume(row: WatcherRow): boolean {
  return row.life === 'paused';
}

export function canDisarm(row: WatcherRow): boolean {
  return row.life === 'armed' || row.life === 'paused';
}

export function canRearm(row: WatcherRow): boolean {
  return row.life === 'draft' || row.life === 'fired' || row.life === 'failed' || row.life === 'expired' || row.life === 'cancelled';
}

/** Every action names the version it was aimed at: a row that changed under the pointer is a conflict, not a surprise. */
export function useWatcherActions(): WatcherActions {
  const { link } = useDesk();
  const pause = useCommand('trigger.pause', refused);
  const resume = useCommand('trigger.resume');
  const disarm = useCommand('trigger.disarm', refused);
  const rearm = useCommand('trigger.rearm', refused);
  const fire = useCommand('trigger.fire-now', refused);
  const all = [pause, resume, disarm, rearm, fire];
  const error = all.map((command) => command.error).find((text) => text !== null) ?? null;
  const pending = all.some((command) => command.pending);
  const latest = useRef(all);
  useEffect(() => {
    latest.current = all;
  });
  const runs = { pause: pause.run, resume: resume.run, forgetResume: resume.clear, disarm: disarm.run, rearm: rearm.run, fire: fire.run };
  const stable = useRef(runs);
  return useMemo((): WatcherActions => {
    const { current: run } = stable;
    const at = (row: WatcherRow): { readonly id: WatcherRow['id']; readonly expectedVersion: number } => ({
      id: row.id,
      expectedVersion: row.version,
    });
    /** What would fire at once, or be denied, is read and confirmed in the ticket; the rest is armed as it is shown. */
    const rearm = async (row: WatcherRow): Promise<void> => {
      const reply = await link.call('trigger.preview', { spec: row.spec, id: row.id });
      if (!reply.ok) refused(reply.error.text);
      else if (reply.value.blocked !== null) refused(reply.value.blocked);
      else if (reply.value.needs.length === 0) void run.rearm({ ...at(row), fingerprint: reply.value.fingerprint });
      else inTicket(row, reply.value.needs.map(({ text }) => text).join(' '));
    };
    const resume = async (row: WatcherRow): Promise<void> => {
      const reply = await run.resume(at(row));
      if (reply.ok) return;
      if (reply.error.code !== 'confirmation-needed') {
        refused(reply.error.text);
        return;
      }
      run.forgetResume();
      openDialog({ kind: 'resume', key: row.id });
    };
    return {
      togglePause: (row) => {
        if (canPause(row)) void run.pause(at(row));
        else if (canResume(row)) void resume(row);
      },
      disarm: (row) => void run.disarm(at(row)),
      rearm: (row) => void rearm(row),
      fireNow: (row) => void run.fire(at(row)),
      error,
      pending,
      clearError: () => {
        for (const command of latest.current) command.clear();
      },
    };
  }, [error, pending, link]);
}

function inTicket(row: WatcherRow, why: string): void {
  editTrigger(row.spec, row.id, row.version);
  toast('warning', `${row.name} is in the ticket. ${why}`);
}
