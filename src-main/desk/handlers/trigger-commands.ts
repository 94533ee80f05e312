import type { DeskAccess } from '#core/engine/desk-commands';
import type { Armed } from '#core/strategy/trigger/arm';
import { contractsOf } from '#core/strategy/trigger/market-lines';
import type { TriggerId } from '#domain/ids';
import type { TriggerSpec } from '#domain/trigger';
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

/** Commands on triggers, and the preview of a draft. */
export function triggerCommands(access: DeskAccess, details: RequiredDetails): Pick<Handlers, Names> {
  const { view, commands } = access;

  async function arm(spec: TriggerSpec, by: string, existing?: Version): Promise<Armed | Failure> {
    const known = await details.toAct(contractsOf(spec));
    if (!known.ok) return known;
    return commands.armTrigger(spec, by, existing === undefined ? undefined : { id: existing.id, version: existing.expectedVersion });
  }

  async function armAgain(spec: TriggerSpec, by: string, existing: Version): Promise<Done | Failure> {
    return numbered(await arm(spec, by, existing));
  }

  function change(input: Version, event: 'pause' | 'resume' | 'disarm', by: string): Done | Failure {
    return numbered(commands.changeTrigger(input.id, input.expectedVersion, event, by));
  }

  return {
    'trigger.arm': (input, caller) => arm(input.spec, caller.by),
    'trigger.rearm': (input, caller) => {
      const trigger = view.stores.triggers.get(input.id);
      return trigger === undefined
        ? failure('not-found', 'This trigger does not exist any more.')
        : armAgain(trigger.spec, caller.by, input);
    },
    'trigger.edit': (input, caller) => armAgain(input.spec, caller.by, input),
    'trigger.pause': (input, caller) => change(input, 'pause', caller.by),
    'trigger.resume': (input, caller) => change(input, 'resume', caller.by),
    'trigger.disarm': (input, caller) => change(input, 'disarm', caller.by),
    'trigger.fire-now': (input, caller) => done(commands.fireNow(input.id, input.expectedVersion, caller.by)),
    'trigger.preview': async (input) => {
      const known = await details.known(contractsOf(input.spec));
      return known.ok ? { ok: true, value: previewTrigger(access, input.spec) } : failure('unavailable', known.error);
    },
  };
}

/** What is told of a trigger that the caller knows already. */
function numbered(armed: Armed | Failure): Done | Failure {
  return armed.ok ? doneAt(armed.value.seq) : armed;
}
