import type { Cause } from '#core/ports/cause';
import type { Lane } from '#core/ports/lane';
import type { Tx } from './transaction.ts';

/**
 * One unit of change. `run` must be a function of the transaction alone: it may be executed again, with the same sequence number, when
 * what it read has changed before its turn. What must leave the desk goes through `tx.effect`.
 */
export interface Work<E, R> {
  readonly lane: Lane;
  readonly name: string;
  readonly cause: Cause;
  /** Limit of one execution, ms. Asynchronous executions have a default; a synchronous one is judged when it returns. */
  readonly deadlineMs?: number;
  run(tx: Tx<E>): R | Promise<R>;
}

/** Long work: reads a snapshot, holds no number while it runs and takes one when it is ready, so that nothing waits for it. */
export interface DetachedWork<E, R> extends Work<E, R> {
  /** When what it read has changed: run again from a new snapshot (default), or end as a tombstone. */
  readonly onConflict?: 'retry' | 'fail';
  /** Executions before a retry gives up; default 3. */
  readonly maxAttempts?: number;
}

export type TombstoneKind = 'threw' | 'rejected' | 'deadline' | 'conflict' | 'preempted' | 'purged';

/** Why a sequence number carries no change. */
export interface TombstoneReason {
  readonly kind: TombstoneKind;
  readonly text: string;
}

export type Outcome<R> =
  { readonly kind: 'committed'; readonly value: R } | { readonly kind: 'tombstone'; readonly reason: TombstoneReason };

export interface Handle<R> {
  /** 0 while the work is queued or runs detached. */
  readonly seq: number;
  /** There as soon as the work is committed: on return from `submit` for synchronous work on an idle coordinator. */
  readonly outcome: Outcome<R> | undefined;
  /** Never rejects: a failure is an outcome. */
  settled(): Promise<Outcome<R>>;
}

/** An effect on its way out. */
export interface Release<E> {
  readonly effect: E;
  readonly seq: number;
  /** The broker's time of the commit, epoch ms, where it is known. */
  readonly brokerAt: number | undefined;
  /** False when the journal did not take the record: risk is refused then, safety goes through. */
  readonly durable: boolean;
}

export interface Change {
  readonly store: string;
  readonly key: string | number;
  /** Undefined: the key was deleted. */
  readonly value: unknown;
}

/** What subscribers hear after each commit, tombstones included, so that a replica never sees a gap. */
export interface CommitNews {
  readonly seq: number;
  /** Epoch ms of admission. */
  readonly at: number;
  readonly lane: Lane;
  readonly name: string;
  readonly cause: Cause;
  readonly tombstone?: TombstoneReason;
  readonly changes: readonly Change[];
}

/** A defect that the coordinator survived: someone's execution, effect handler, subscriber or journal threw. */
export interface CommitBug {
  readonly where: 'execution' | 'dispatch' | 'subscriber' | 'journal';
  readonly seq: number;
  readonly name: string;
  readonly error: unknown;
}
