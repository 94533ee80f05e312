import { commit, engineState, type Slice } from '#core/state/desk-state';
import type { DeskView } from '#core/state/desk-view';
import { type Refusal, refuse } from '#core/state/refusal';
import { err, ok, type Result } from '#domain/result';

type Desk = Slice<'coordinator' | 'stores'>;

export interface SettingsChange {
  readonly changesLimits: boolean;
  /** What changes, as the log keeps it. */
  readonly detail: string;
}

/** Limits stay as they are while a kill is being worked off: what it was about must not be widened meanwhile. Undefined: they may change. */
export function limitsRefusal(desk: Pick<DeskView, 'stores'>): Refusal | undefined {
  return engineState(desk) === 'EMERGENCY' ? { code: 'not-allowed-now', text: 'Limits cannot be changed in EMERGENCY.' } : undefined;
}

/** Settings are in force when `write` has kept them; its error is a sentence, and nothing has changed then. The commit's number. */
export function changeSettings(desk: Desk, change: SettingsChange, by: string, write: () => Result<void>): Result<number, Refusal> {
  const refusal = change.changesLimits ? limitsRefusal(desk) : undefined;
  if (refusal !== undefined) return err(refusal);
  const written = write();
  if (!written.ok) return refuse('invalid-input', written.error);
  const seq = commit(desk, 'housekeeping', 'settings.update', { kind: 'command', text: `${by} changed the settings` }, (tx) => {
    tx.effect({ kind: 'log', level: 'warning', text: `Settings changed by ${by}`, detail: change.detail });
    return tx.seq;
  });
  return ok(seq ?? 0);
}
