import type { DeskState } from '#core/state/desk-state';
import { type Armed, type ArmWord, armTrigger } from '#core/strategy/trigger/arm';
import { dryRun } from '#core/strategy/trigger/dry-run';
import type { TriggerSpec } from '#domain/trigger';

/** As an operator does it who reads the preview and confirms whatever it asks for. */
export function armAsSeen(desk: DeskState, spec: TriggerSpec, by: string, existing?: ArmWord['existing']): Armed {
  const { fingerprint, needs } = dryRun(desk, spec, existing?.id);
  return armTrigger(desk, spec, by, { fingerprint, confirmed: needs, ...(existing === undefined ? {} : { existing }) });
}
