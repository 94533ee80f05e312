import { unknownReason } from '#core/pretrade/hold-reasons';
import { engineState, type Slice } from '#core/state/desk-state';
import { mayArm } from '#core/state/engine-state';
import { undecided } from '#core/state/found-at-start';
import type { Refusal } from '#core/state/refusal';
import type { TriggerId } from '#domain/ids';
import type { TriggerSpec } from '#domain/trigger';
import { termsFault } from '#domain/trigger-terms';
import { contractsOf } from './market-lines.ts';

type Desk = Slice<'accounts' | 'details' | 'exchange' | 'index' | 'latch' | 'startRefusal' | 'stores' | 'triggerIndex'>;

/** Why this spec cannot be armed now; undefined when it can. A sentence each. */
export function armRefusal(desk: Desk, spec: TriggerSpec, id?: TriggerId): Refusal | undefined {
  const invalid = termsFault(spec);
  if (invalid !== undefined) return { code: 'invalid-input', text: invalid.text };
  const resting = restingRefusal(desk);
  if (resting !== undefined) return resting;
  if (desk.accounts.current() === undefined)
    return { code: 'not-allowed-now', text: 'TWS has offered no account yet; try again in a moment.' };
  const held = desk.startRefusal?.();
  if (held !== undefined) return { code: 'not-allowed-now', text: held };
  const waiting = undecided(desk).length;
  if (waiting > 0)
    return {
      code: 'not-allowed-now',
      text: `${waiting} orders and positions found at the broker wait for your decision; adopt or ignore each first.`,
    };
  for (const contract of contractsOf(spec)) {
    if (!desk.details.has(contract.conId))
      return { code: 'not-allowed-now', text: `The contract details of ${contract.symbol} are not known yet; try again in a moment.` };
    const unknown = unknownReason(desk, contract);
    if (unknown !== undefined) return { code: 'not-allowed-now', text: unknown };
  }
  if (spec.expiresAt !== undefined && spec.expiresAt <= desk.exchange.now())
    return { code: 'invalid-input', text: 'The trigger expires in the past; choose a later time.' };
  return desk.triggerIndex.isTaken(spec.name, id)
    ? { code: 'invalid-input', text: `A trigger named ${spec.name} is already armed; choose another name.` }
    : undefined;
}

/** Why nothing is armed in the state that the desk is in. */
function restingRefusal(desk: Slice<'latch' | 'stores'>): Refusal | undefined {
  const state = engineState(desk);
  if (desk.latch.isSet())
    return { code: 'not-allowed-now', text: `The kill switch is set (${desk.latch.reason()}); re-arm the desk first.` };
  if (mayArm(state)) return undefined;
  const how =
    state === 'IDLE' ? 'Start it first (F5).' : state === 'PAUSED' ? 'Resume it first (F5).' : 'See the header for the next step.';
  return { code: 'not-allowed-now', text: `The desk is ${state}; triggers are armed only while it is running. ${how}` };
}
