import type { DeskAccess } from '#core/engine/desk-commands';
import type { Armed, ArmWord } from '#core/strategy/trigger/arm';
import type { Change } from '#core/strategy/trigger/change';
import { contractsOf } from '#core/strategy/trigger/market-lines';
import type { TriggerId } from '#domain/ids';
import type { TriggerSpec } from '#domain/trigger';
import type { Input } from '#protocol/commands';
import type { Handlers } from '#desk/entrance/router';
import { previewTrigger } from './preview.ts';
import { type Done, done, doneAt, type Failure, failure } from './reply.ts';
import type { RequiredDetails } from './require-details.ts';

type Names =
  | 'trigger.arm'
  | 'trigger.rearm'
  | 'trigger.edit'
  | 'trigger.pause'
  | 'trigger.resume'
  | 'trigger.disarm'
  | 'trigger.fire-now'
  | 'trigger.preview';

interface Version {
  readonly id: TriggerId;
  readonly expectedVersion: number;
}

type Seen = Pick<Input<'trigger.arm'>, 'fingerprint' | 'confirmed'>;

/** Commands on triggers, and the preview of a draft. */
export function triggerCommands(access: DeskAccess, details: RequiredDetails): Pick<Handlers, Names> {
  const { view, commands } = access;

  async function arm(spec: TriggerSpec, by: string, word: ArmWord): Promise<Armed | Failure> {
    const known = await details.toAct(contractsOf(spec));
    return known.ok ? commands.armTrigger(spec, by, word) : known;
  }

  async function armAgain(spec: TriggerSpec, by: string, input: Version & Seen): Promise<Done | Failure> {
    return numbered(await arm(spec, by, { ...wordOf(input), existing: { id: input.id, version: input.expectedVersion } }));
  }

  function change(input: Version, event: Change, by: string): Done | Failure {
    return numbered(commands.changeTrigger(input.id, input.expectedVersion, event, by));
  }

  return {
    'trigger.arm': (input, caller) => arm(input.spec, caller.by, wordOf(input)),
    'trigger.rearm': (input, caller) => {
      const trigger = view.stores.triggers.get(input.id);
      return trigger === undefined
        ? failure('not-found', 'This trigger does not exist any more.')
        : armAgain(trigger.spec, caller.by, input);
    },
    'trigger.edit': (input, caller) => armAgain(input.spec, caller.by, input),
    'trigger.pause': (input, caller) => change(input, 'pause', caller.by),
    'trigger.resume': (input, caller) =>
      change(input, input.confirmed?.includes('fires-at-once') === true ? 'resume-although-true' : 'resume', caller.by),
    'trigger.disarm': (input, caller) => change(input, 'disarm', caller.by),
    'trigger.fire-now': (input, caller) => done(commands.fireNow(input.id, input.expectedVersion, caller.by)),
    'trigger.preview': async (input) => {
      const known = await details.known(contractsOf(input.spec));
      return known.ok ? { ok: true, value: previewTrigger(access, input.spec, input.id) } : failure('unavailable', known.error);
    },
  };
}

function wordOf({ fingerprint, confirmed = [] }: Seen): ArmWord {
  return { fingerprint, confirmed };
}

/** What is told of a trigger that the caller knows already. */
function numbered(armed: Armed | Failure): Done | Failure {
  return armed.ok ? doneAt(armed.value.seq) : armed;
}
