import type { DetachedWork, Handle, Outcome } from './work.ts';

/** The submitter's handle of long work. Each try is an execution of its own with a number of its own; this is what they have in common. */
export class DetachedRun<E, R> implements Handle<R> {
  readonly work: DetachedWork<E, R>;
  seq = 0;
  attempts = 0;
  outcome: Outcome<R> | undefined = undefined;
  readonly #promise: Promise<Outcome<R>>;
  #resolve: (outcome: Outcome<R>) => void = () => undefined;

  constructor(work: DetachedWork<E, R>) {
    this.work = work;
    this.#promise = new Promise((resolve) => {
      this.#resolve = resolve;
    });
  }

  settled(): Promise<Outcome<R>> {
    return this.#promise;
  }

  /** Whether a try that ended so is followed by another. */
  triesAgain(outcome: Outcome<R>): boolean {
    if (outcome.kind !== 'tombstone' || outcome.reason.kind !== 'conflict') return false;
    return this.work.onConflict !== 'fail' && this.attempts < (this.work.maxAttempts ?? 3);
  }

  conclude(outcome: Outcome<R>, seq: number): void {
    this.seq = seq;
    this.outcome = outcome;
    this.#resolve(outcome);
  }
}
