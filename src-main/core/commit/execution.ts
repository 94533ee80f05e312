import type { ExecutionContext } from '#core/ports/context';
import type { Cause } from '#core/ports/cause';
import type { Lane } from '#core/ports/lane';
import type { Transaction } from './transaction.ts';
import type { Handle, Outcome, TombstoneReason, Work } from './work.ts';

export type ExecutionState = 'queued' | 'running' | 'executed' | 'committed' | 'tombstoned';

/**
 * One submitted work on its way through the line. It is the submitter's handle, the context of what runs below it and, afterwards,
 * the record of what happened, so that the hot path allocates one object for the three.
 */
export class Execution<E, R> implements Handle<R>, ExecutionContext {
  readonly work: Work<E, R>;
  readonly cause: Cause;
  readonly lane: Lane;
  readonly name: string;
  seq = 0;
  /** Epoch ms of admission. */
  at = 0;
  /** The broker's time of it, epoch ms; undefined where it is not known. */
  brokerAt: number | undefined = undefined;
  state: ExecutionState = 'queued';
  attempt = 0;
  tx: Transaction<E> | undefined = undefined;
  /** The returned value, waiting for its turn. */
  result: R | undefined = undefined;
  failure: TombstoneReason | undefined = undefined;
  outcome: Outcome<R> | undefined = undefined;
  /** The sequence number whose state this execution keeps readable, -1 for none: synchronous executions need none. */
  heldBase = -1;
  cancelDeadline: (() => void) | undefined = undefined;
  purgeReason: string | undefined = undefined;
  /** Monotonic ms. */
  readonly submittedAt: number;
  startedAt = 0;
  endedAt = 0;
  durable = false;
  digest = '';
  /** Runs without a number; what happens after its outcome is the detached run's matter. */
  readonly detached: boolean;
  #waiters: (() => void)[] | undefined = undefined;

  constructor(work: Work<E, R>, cause: Cause, submittedAt: number, detached: boolean) {
    this.work = work;
    this.cause = cause;
    this.lane = work.lane;
    this.name = work.name;
    this.submittedAt = submittedAt;
    this.detached = detached;
  }

  get snapshot(): number {
    return this.tx?.base ?? 0;
  }

  settled(): Promise<Outcome<R>> {
    if (this.outcome !== undefined) return Promise.resolve(this.outcome);
    return new Promise((resolve) => {
      this.onOutcome(resolve);
    });
  }

  /** `listener` is called once, in the turn of the commit, before its effects leave. */
  onOutcome(listener: (outcome: Outcome<R>) => void): void {
    (this.#waiters ??= []).push(() => {
      if (this.outcome !== undefined) listener(this.outcome);
    });
  }

  conclude(outcome: Outcome<R>): void {
    this.outcome = outcome;
    const waiters = this.#waiters;
    this.#waiters = undefined;
    if (waiters !== undefined) for (const waiter of waiters) waiter();
  }
}
