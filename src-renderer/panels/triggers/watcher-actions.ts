import { useEffect, useMemo, useRef } from 'react';
import type { WatcherRow } from '#protocol/topics';
import { useCommand } from '../../hook/use-command.ts';
import { useDesk } from '../../hook/desk-context.ts';
import { useRowRefusal } from '../../hook/use-row-refusal.ts';
import { duplicateTrigger, editTrigger } from '../../draft/draft-store.ts';
import { focusPart } from '../../view/focus.ts';
import { openDialog, toast } from '../../view/view-store.ts';

export interface WatcherActions {
  readonly togglePause: (row: WatcherRow) => void;
  readonly disarm: (row: WatcherRow) => void;
  readonly rearm: (row: WatcherRow) => void;
  readonly fireNow: (row: WatcherRow) => void;
  readonly error: string | null;
  readonly clearError: () => void;
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
  const { run: pause } = useCommand('trigger.pause');
  const { run: resume } = useCommand('trigger.resume');
  const { run: disarm } = useCommand('trigger.disarm');
  const { run: rearm } = useCommand('trigger.rearm');
  const { run: fire } = useCommand('trigger.fire-now');
  const { text, say, clear } = useRowRefusal('watchers');
  const latest = useRef(say);
  useEffect(() => {
    latest.current = say;
  });
  return useMemo((): WatcherActions => {
    const at = (row: WatcherRow): Seen => ({ id: row.id, expectedVersion: row.version });
    const refuse = (row: WatcherRow, why: string): void => latest.current({ key: row.id, version: row.version }, why);
    const act = async (row: WatcherRow, run: typeof pause | typeof disarm | typeof fire): Promise<void> => {
      clear();
      const reply = await run(at(row));
      if (!reply.ok) refuse(row, reply.error.text);
    };
    /** What would fire at once, or be denied, is read and confirmed in the ticket; the rest is armed as it is shown. */
    const rearmAsShown = async (row: WatcherRow): Promise<void> => {
      clear();
      const shown = await link.call('trigger.preview', { spec: row.spec, id: row.id });
      if (!shown.ok) refuse(row, shown.error.text);
      else if (shown.value.blocked !== null) refuse(row, shown.value.blocked);
      else if (shown.value.needs.length > 0) inTicket(row, shown.value.needs.map((need) => need.text).join(' '));
      else {
        const reply = await rearm({ ...at(row), fingerprint: shown.value.fingerprint });
        if (!reply.ok) refuse(row, reply.error.text);
      }
    };
    const resumeOrAsk = async (row: WatcherRow): Promise<void> => {
      clear();
      const reply = await resume(at(row));
      if (reply.ok) return;
      if (reply.error.code === 'confirmation-needed') openDialog({ kind: 'resume', key: row.id });
      else refuse(row, reply.error.text);
    };
    return {
      togglePause: (row) => {
        if (canPause(row)) void act(row, pause);
        else if (canResume(row)) void resumeOrAsk(row);
      },
      disarm: (row) => void act(row, disarm),
      rearm: (row) => void rearmAsShown(row),
      fireNow: (row) => void act(row, fire),
      error: text,
      clearError: clear,
    };
  }, [link, text, clear, pause, resume, disarm, rearm, fire]);
}

interface Seen {
  readonly id: WatcherRow['id'];
  readonly expectedVersion: number;
}

function inTicket(row: WatcherRow, why: string): void {
  editTrigger(row.spec, row.id, row.version);
  toast('warning', `${row.name} is in the ticket. ${why}`);
}

/** Where an edit begins: the price is what is changed most. */
export const PRICE_FIELD = '[aria-label="Trigger price"]';

/** The same rule in the ticket, under a name of its own: the desk keeps the one it was made from. */
export function duplicate(row: WatcherRow): void {
  duplicateTrigger(row.spec);
  focusPart(PRICE_FIELD);
}
