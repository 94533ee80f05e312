import type { ExitChoice } from '#core/order/cancel-split';
import type { SavedBreaker } from '#core/risk/breaker';
import type { OrderKey, TriggerId } from '#domain/ids';
import type { Order } from '#domain/order';
import type { Result } from '#domain/result';
import type { TriggerSpec } from '#domain/trigger';

/** What a kill cancels: what this desk placed, or everything in the account. */
export type KillScope = 'own' | 'all';

/** Survives restarts. Files may only make the desk more careful; none of them is ever a reason to send an order. */
export interface KillLatchFile {
  /**
   * Set, and never re-armed? `scope` and `exits` are what is left for the next run to cancel. With `doubt` nobody has said that it is set, but
   * nobody can tell that it is not either (unreadable, vanished, contradicted by the journal): it counts as set, and nothing is cancelled for
   * it. `reason` is then a part of a sentence.
   */
  read(): { readonly set: boolean; readonly reason: string; readonly scope: KillScope; readonly exits: ExitChoice; readonly doubt?: true };
  /** Best effort: a failure is returned and does not stop a kill. */
  set(reason: string, at: number, scope: KillScope, exits: ExitChoice): Result<void>;
  clear(): Result<void>;
}

/** Orders of the runs before this one that may still be at the broker, as their journal had them last. */
export type EarlierOrders = () => {
  readonly orders: readonly Order[];
  /** Of those that are UNKNOWN because their state could not be read: the word that stands there. */
  readonly unreadStates?: ReadonlyMap<OrderKey, string>;
  /** Why some of them may be missing; a sentence. */
  readonly trouble?: string;
  /** What the triggers of those runs were called. */
  readonly names?: ReadonlyMap<TriggerId, string>;
  /** The clocks of those runs: a moment of the desk's, epoch ms, and the broker's time of it; oldest first. */
  readonly times?: readonly (readonly [at: number, brokerAt: number | undefined])[];
};

/** The circuit breaker's memory, so that no restart closes it. */
export interface BreakerFile {
  /** Undefined when nothing was ever written; an error counts as open. */
  read(): Result<SavedBreaker | undefined>;
  write(breaker: SavedBreaker): Result<void>;
}

export interface TriggerDraft {
  readonly id: TriggerId;
  readonly gen: number;
  readonly spec: TriggerSpec;
}

/** Triggers of the last run, offered again disarmed. `gen` goes on rising, so that no orderRef repeats. */
export interface TriggerDrafts {
  load(): Result<readonly TriggerDraft[]>;
  /** Returns at once; the list is made when it is written. */
  save(drafts: () => readonly TriggerDraft[]): void;
}
