import type { DeskAccess } from '#core/engine/desk-commands';
import type { Result } from '#domain/result';
import type { Handlers } from '#desk/entrance/router';
import type { Input } from '#protocol/commands';
import type { SettingsView } from '#protocol/settings';
import { done, doneAt, failure } from './reply.ts';

export interface EnginePorts extends DeskAccess {
  readonly settings: { view(): SettingsView; update(patch: Input<'settings.update'>['patch']): Result<void> };
  readonly live: { confirm(account: string, phrase: string): Result<void> };
  /** What of the journal's faults the operator has now taken note of. */
  readonly journal: { acknowledge(): Result<readonly string[]> };
  readonly screen: {
    settingsChanged(): void;
    /** How many of the lines are still kept. */
    acknowledge(ids: readonly number[]): number;
  };
}

type Names =
  | 'engine.start'
  | 'engine.pause'
  | 'engine.resume'
  | 'engine.stop'
  | 'engine.recover'
  | 'engine.acknowledge'
  | 'engine.rearm.request'
  | 'engine.rearm.confirm'
  | 'kill'
  | 'journal.acknowledge'
  | 'live.confirm'
  | 'settings.update'
  | 'log.acknowledge';

/** Commands on the desk as a whole: its life, the kill switch, what it is allowed. */
export function engineCommands({ view, commands, settings, live, journal, screen }: EnginePorts): Pick<Handlers, Names> {
  return {
    'engine.start': (_input, caller) => done(commands.start(caller.by)),
    'engine.pause': (input, caller) => done(commands.pause(caller.by, input.reason ?? 'paused by hand')),
    'engine.resume': (_input, caller) => done(commands.resume(caller.by)),
    'engine.stop': (_input, caller) => done(commands.stop(caller.by)),
    'engine.recover': (_input, caller) => done(commands.recover(caller.by)),
    'engine.acknowledge': (input, caller) => done(commands.acknowledgeKill(caller.by, input.reason)),
    'engine.rearm.request': (_input, caller) => done(commands.requestRearm(caller.by)),
    'engine.rearm.confirm': (input, caller) => done(commands.confirmRearm(caller.by, input.phrase)),
    kill: (input, caller) => {
      commands.kill(input.scope, caller.by, input.reason, input.exits ?? 'keep');
      return doneAt(view.coordinator.seq);
    },
    'journal.acknowledge': (_input, caller) => {
      const seen = journal.acknowledge();
      if (!seen.ok) return failure('not-allowed-now', seen.error);
      commands.log('alarm', `${caller.by} has taken note and goes on with this journal in this run: ${seen.value.join(' ')}`);
      return doneAt(view.coordinator.seq);
    },
    'live.confirm': (input) => {
      const confirmed = live.confirm(input.account, input.phrase);
      return confirmed.ok ? doneAt(view.coordinator.seq) : failure('confirmation-needed', confirmed.error);
    },
    'settings.update': ({ patch }, caller) => {
      const change = { changesLimits: patch.limits !== undefined, detail: JSON.stringify(patch) };
      const changed = commands.changeSettings(change, caller.by, () => settings.update(patch));
      if (changed.ok) screen.settingsChanged();
      return done(changed);
    },
    'log.acknowledge': (input) =>
      screen.acknowledge(input.ids) > 0 ? doneAt(view.coordinator.seq) : failure('not-found', 'These lines are no longer kept.'),
  };
}
