import { useEffect, useMemo, useRef } from 'react';
import type { WatcherRow } from '#protocol/topics';
import { useCommand } from '../../hook/use-command.ts';
import { useRowRefusal } from '../../hook/use-row-refusal.ts';
import { duplicateTrigger } from '../../draft/draft-store.ts';
import { focusPart } from '../../view/focus.ts';

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
    const act = (row: WatcherRow, run: typeof pause | typeof resume | typeof disarm | typeof rearm | typeof fire): void => {
      clear();
      void run({ id: row.id, expectedVersion: row.version }).then((reply) => {
        if (!reply.ok) latest.current({ key: row.id, version: row.version }, reply.error.text);
      });
    };
    return {
      togglePause: (row) => {
        if (canPause(row)) act(row, pause);
        else if (canResume(row)) act(row, resume);
      },
      disarm: (row) => act(row, disarm),
      rearm: (row) => act(row, rearm),
      fireNow: (row) => act(row, fire),
      error: text,
      clearError: clear,
    };
  }, [text, clear, pause, resume, disarm, rearm, fire]);
}

/** The same rule in the ticket, under a name of its own: the desk keeps the one it was made from. */
export function duplicate(row: WatcherRow): void {
  duplicateTrigger(row.spec);
  focusPart('[aria-label="Trigger price"]');
}
