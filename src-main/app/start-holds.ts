import type { StartHold } from '#protocol/topics';
import type { AccountMemory } from './account-memory.ts';
import type { JournalTrust } from './journal-trust.ts';
import type { SettingsStore } from './settings-store.ts';

export interface StartHoldParts {
  readonly settings: Pick<SettingsStore, 'fault'>;
  readonly journal: JournalTrust;
  readonly accounts: AccountMemory;
}

/** Why the desk is not started or resumed and nothing is armed now; a sentence. */
export function startRefusal({ settings, journal, accounts }: StartHoldParts): string | undefined {
  return settings.fault ?? journal.refusal() ?? accounts.refusal();
}

/** What waits for the operator's word before that; the settings' fault has a banner of its own and no word mends it. */
export function startHolds({ journal, accounts }: StartHoldParts): readonly StartHold[] {
  const doubts = journal.open();
  const change = accounts.change();
  return [
    ...(doubts.length === 0 ? [] : [{ code: 'journal', text: doubts.join(' ') } as const]),
    ...(change === undefined ? [] : [{ code: 'account', text: change } as const]),
  ];
}
