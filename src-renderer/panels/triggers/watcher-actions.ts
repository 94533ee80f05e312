import { useEffect, useMemo, useRef } from 'react';
import type { WatcherRow } from '#protocol/topics';
import { useCommand } from '../../hook/use-command.ts';
import { useDesk } from '../../hook/desk-context.ts';
import { useRowRefusal } from '../../hook/use-row-refusal.ts';
import { duplicateTrigger, editTrigger } from '../../draft/draft-store.ts';
import { focusPart } from '../../view/focus.ts';
import { isElsewhere } from '../../view/shown-panel.ts';
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
  const refusal = useRowRefusal('watchers');
  const { text, say, clear } = refusal;
  const latest = useRef(say);
  useEffect(() => {
    latest.current = say;
  });
  return useMemo((): WatcherActions => {
    const tell = (row: WatcherRow, why: string): void => latest.current({ key: row.id, version: row.version }, why);
    const act = async (row: WatcherRow, run: typeof pause | typeof resume | typeof disarm | typeof fire): Promise<void> => {
      clear();
      const reply = await run({ id: row.id, expectedVersion: row.version });
      if (reply.ok) return;
      if (run === resume && reply.error.code === 'confirmation-needed') openDialog({ kind: 'resume', key: row.id });
      else tell(row, reply.error.text);
    };
    /** What would fire at once, or be denied, is read and confirmed in the ticket; the rest is armed as it is shown. */
    const armAgain = async (row: WatcherRow): Promise<void> => {
      clear();
      const preview = await link.call('trigger.preview', { spec: row.spec, id: row.id });
      if (!preview.ok) tell(row, preview.error.text);
      else if (preview.value.blocked !== null) tell(row, preview.value.blocked);
      else if (preview.value.needs.length > 0) inTicket(row, preview.value.needs.map((need) => need.text).join(' '));
      else {
        const reply = await rearm({ id: row.id, expectedVersion: row.version, fingerprint: preview.value.fingerprint });
        if (!reply.ok) tell(row, reply.error.text);
      }
    };
    return {
      togglePause: (row) => {
        if (canPause(row)) void act(row, pause);
        else if (canResume(row)) void act(row, resume);
      },
      disarm: (row) => void act(row, disarm),
      rearm: (row) => void armAgain(row),
      fireNow: (row) => void act(row, fire),
      error: text,
      clearError: clear,
    };
  }, [text, clear, pause, resume, disarm, rearm, fire, link]);
}

/** Where an edit begins: the price is what is changed most. */
export const PRICE_FIELD = '[aria-label="Trigger price"]';

/** The rule in the ticket, where there is one: false when this window has none. */
export function edit(row: WatcherRow): boolean {
  if (isElsewhere('ticket')) return false;
  editTrigger(row.spec, row.id, row.version);
  return true;
}

/** The same rule in the ticket, under a name of its own: the desk keeps the one it was made from. */
export function duplicate(row: WatcherRow): void {
  if (isElsewhere('ticket')) return;
  duplicateTrigger(row.spec);
  focusPart(PRICE_FIELD);
}

function inTicket(row: WatcherRow, why: string): void {
  if (isElsewhere('ticket')) return;
  editTrigger(row.spec, row.id, row.version);
  toast('warning', `${row.name} is in the ticket. ${why}`);
}
