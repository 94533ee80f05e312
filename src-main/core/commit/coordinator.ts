import type { Clock } from '#core/ports/clock';
import type { ContextPort } from '#core/ports/context';
import type { CommitRecord, Journal, RecordedWrite } from '#core/ports/journal';
import type { Scheduler } from '#core/ports/scheduler';
import type { Cause } from '#core/ports/cause';
import { DetachedRun } from './detached-run.ts';
import { Execution } from './execution.ts';
import type { Lane } from '#core/ports/lane';
import { LaneQueues } from './lane.ts';
import { Outbox } from './outbox.ts';
import { Ring } from './ring.ts';
import { type CommitStatistics, type ExecutionRecord, RecordRing } from './statistics.ts';
import type { Stores } from './stores.ts';
import { Transaction } from './transaction.ts';
import type { CommitBug, CommitNews, DetachedWork, Handle, Release, TombstoneKind, TombstoneReason, Work } from './work.ts';

export interface CoordinatorPorts {
  readonly stores: Stores;
  readonly clock: Clock;
  readonly scheduler: Scheduler;
  readonly context: ContextPort;
  readonly journal: Journal;
}

export interface CoordinatorOptions {
  /** Last sequence number of earlier runs; numbering continues after it. */
  readonly startAfter?: number;
  /** Limit of one asynchronous execution, ms; default 5 000. */
  readonly defaultDeadlineMs?: number;
  /** Limit of one detached execution, ms; default 300 000. */
  readonly detachedDeadlineMs?: number;
  /** Execution records kept in memory; default 2 000. */
  readonly keepRecords?: number;
  readonly onBug?: (bug: CommitBug) => void;
}

/**
 * Gives every work its number and commits in the strict order of numbers.
 *
 * Works are admitted from the most urgent lane first; admission gives the number. Executions read the state of one sequence number and
 * may overlap when they are asynchronous. At its turn an execution whose reads have changed runs again under the same number on the
 * state as it is then, which cannot change any more before its commit; so it runs at most twice. What fails or is late commits a
 * tombstone, so that no number is ever missing. A synchronous work on an idle coordinator is committed when `submit` returns.
 */
export class Coordinator<E> {
  readonly #stores: Stores;
  readonly #clock: Clock;
  readonly #scheduler: Scheduler;
  readonly #context: ContextPort;
  readonly #journal: Journal;
  readonly #options: CoordinatorOptions;
  readonly #lanes = new LaneQueues<Execution<E, unknown>>();
  /** Executions with a number, in its order. */
  readonly #window = new Ring<Execution<E, unknown>>();
  readonly #outbox = new Outbox<E>();
  readonly #records: RecordRing;
  #brokerTime: (at: number) => number | undefined = () => undefined;
  #listeners: readonly ((news: CommitNews) => void)[] = [];
  #assigned: number;
  #busy = false;
  /** The execution whose code, effects or subscribers run right now: the parent of what they submit. */
  #active: Execution<E, unknown> | undefined = undefined;
  #detached = 0;
  #committed = 0;
  #tombstoned = 0;
  #attempts = 0;
  #conflicts = 0;
  #lateResults = 0;
  #notDurable = 0;
  #bugs = 0;

  constructor(ports: CoordinatorPorts, options: CoordinatorOptions = {}) {
    this.#stores = ports.stores;
    this.#clock = ports.clock;
    this.#scheduler = ports.scheduler;
    this.#context = ports.context;
    this.#journal = ports.journal;
    this.#options = options;
    this.#records = new RecordRing(options.keepRecords ?? 2_000);
    if (options.startAfter !== undefined) this.#stores.startAfter(options.startAfter);
    this.#assigned = this.#stores.seq;
  }

  /** Exactly once, before the first effect. */
  dispatchTo(dispatch: (release: Release<E>) => void): void {
    this.#outbox.connect(dispatch);
  }

  /** Gives the broker's time of a moment of the clock, epoch ms, for the record of each commit. */
  brokerTimeFrom(read: (at: number) => number | undefined): void {
    this.#brokerTime = read;
  }

  /** `listener` is called after each commit and tombstone, after its effects. The returned function ends it. */
  subscribe(listener: (news: CommitNews) => void): () => void {
    this.#listeners = [...this.#listeners, listener];
    return () => {
      this.#listeners = this.#listeners.filter((other) => other !== listener);
    };
  }

  /** From inside an execution, an effect or a subscriber the work waits in its lane and runs in the same turn. */
  submit<R>(work: Work<E, R>): Handle<R> {
    const execution = new Execution<E, R>(work, this.#causeOf(work), this.#clock.monotonic(), false);
    if (this.#busy) this.#lanes.push(execution);
    else this.#enter(execution);
    return execution;
  }

  /** Number of the last commit; 0 before the first. */
  get seq(): number {
    return this.#stores.seq;
  }

  /** True inside an execution, an effect or a subscriber: what is submitted now runs later in this turn, not before `submit` returns. */
  get isBusy(): boolean {
    return this.#busy;
  }

  /** Starts long work at once, from the state as it is now and without a number. */
  detached<R>(work: DetachedWork<E, R>): Handle<R> {
    const run = new DetachedRun<E, R>(work);
    this.#startDetached(run, this.#causeOf(work));
    return run;
  }

  /** Turns the works that wait in a lane into tombstones; returns how many. Works with a number are not touched. */
  purge(lane: Lane, reason: string): number {
    let purged = 0;
    for (const execution of this.#lanes.in(lane)) {
      if (execution.failure !== undefined) continue;
      execution.failure = { kind: 'purged', text: reason };
      purged += 1;
    }
    return purged;
  }

  statistics(): CommitStatistics {
    let running = this.#detached;
    let executed = 0;
    for (const { state } of this.#window) {
      if (state === 'running') running += 1;
      else executed += 1;
    }
    const snapshots = this.#stores.liveSnapshots();
    return {
      seq: this.#stores.seq,
      digest: this.#stores.digest,
      pending: this.#lanes.lengths(),
      inFlight: this.#window.length,
      detached: this.#detached,
      states: { queued: this.#lanes.length, running, executed, committed: this.#committed, tombstoned: this.#tombstoned },
      attempts: this.#attempts,
      conflicts: this.#conflicts,
      conflictRate: this.#attempts === 0 ? 0 : this.#conflicts / this.#attempts,
      outbox: this.#outbox.depth,
      released: this.#outbox.released,
      lateResults: this.#lateResults,
      notDurable: this.#notDurable,
      bugs: this.#bugs,
      liveSnapshots: snapshots.length,
      ...(snapshots[0] === undefined ? {} : { oldestSnapshot: snapshots[0].seq }),
      history: this.#stores.history(),
    };
  }

  /** One of the last executions, while it is kept. */
  record(seq: number): ExecutionRecord | undefined {
    return this.#records.record(seq);
  }

  /** The last executions, newest first. */
  records(limit = 100): readonly ExecutionRecord[] {
    return this.#records.latest(this.#stores.seq, limit);
  }

  #causeOf(work: Work<E, unknown>): Cause {
    const parentSeq = this.#active?.seq ?? 0;
    return parentSeq === 0 || work.cause.parentSeq !== undefined ? work.cause : { ...work.cause, parentSeq };
  }

  /** Everything that can move the line comes through here; only the outermost call drains. */
  #enter(first?: Execution<E, unknown>): void {
    if (this.#busy) return;
    this.#busy = true;
    try {
      if (first !== undefined) this.#admit(first);
      for (;;) {
        this.#commitReady();
        const next = this.#lanes.shift();
        if (next === undefined) return;
        this.#admit(next);
      }
    } finally {
      this.#busy = false;
    }
  }

  #admit(execution: Execution<E, unknown>): void {
    if (execution.lane === 'kill') this.#clearTheLine();
    this.#assigned += 1;
    execution.seq = this.#assigned;
    execution.at = this.#clock.now();
    execution.brokerAt = this.#brokerTime(execution.at);
    this.#window.push(execution);
    if (execution.failure !== undefined) execution.state = 'executed';
    else if (execution.state === 'queued') {
      this.#execute(execution);
      // Others commit before it: what they delete must stay visible until its reads have been checked.
      if (this.#window.length > 1 && execution.heldBase < 0) this.#hold(execution);
    }
  }

  /**
   * A kill waits for nobody: what still runs is given up, and so are orders that wait for their turn. Finished news and
   * risk-reducing works keep their commits.
   */
  #clearTheLine(): void {
    while (this.#window.length > 0) {
      for (const execution of this.#window) {
        if (execution.state === 'running' || execution.lane === 'order') this.#fail(execution, 'preempted', 'A kill went first');
      }
      this.#commitReady();
    }
  }

  #execute(execution: Execution<E, unknown>): void {
    const tx = new Transaction<E>(this.#stores, execution.seq, execution.at, execution.cause);
    const { work } = execution;
    execution.tx = tx;
    execution.attempt += 1;
    execution.state = 'running';
    this.#attempts += 1;
    execution.startedAt = this.#clock.monotonic();
    const parent = this.#active;
    this.#active = execution;
    let result: unknown;
    try {
      result = this.#context.run(execution, runWork, execution);
      if (!isThenable(result)) tx.seal();
    } catch (error) {
      this.#fail(execution, 'threw', textOf(error));
      this.#report('execution', execution, error);
      return;
    } finally {
      this.#active = parent;
    }
    if (isThenable(result)) {
      this.#await(execution, tx, result);
      return;
    }
    execution.result = result;
    execution.state = 'executed';
    if (work.deadlineMs === undefined) return;
    const took = this.#clock.monotonic() - execution.startedAt;
    if (took > work.deadlineMs) this.#fail(execution, 'deadline', `Took ${took.toFixed(1)} ms of ${work.deadlineMs} ms`);
  }

  #await(execution: Execution<E, unknown>, tx: Transaction<E>, result: PromiseLike<unknown>): void {
    if (execution.heldBase < 0) this.#hold(execution);
    const limit = execution.detached ? (this.#options.detachedDeadlineMs ?? 300_000) : (this.#options.defaultDeadlineMs ?? 5_000);
    const deadlineMs = execution.work.deadlineMs ?? limit;
    execution.cancelDeadline = this.#scheduler.after(deadlineMs, () => {
      if (this.#isLate(execution, tx)) return;
      this.#fail(execution, 'deadline', `Not finished after ${deadlineMs} ms`);
      this.#arrive(execution);
    });
    result.then(
      (value) => {
        if (this.#isLate(execution, tx)) return;
        this.#finish(execution, tx, value);
        this.#arrive(execution);
      },
      (error: unknown) => {
        if (this.#isLate(execution, tx)) return;
        this.#fail(execution, 'rejected', textOf(error));
        this.#report('execution', execution, error);
        this.#arrive(execution);
      },
    );
  }

  #finish(execution: Execution<E, unknown>, tx: Transaction<E>, value: unknown): void {
    try {
      tx.seal();
    } catch (error) {
      this.#fail(execution, 'threw', textOf(error));
      this.#report('execution', execution, error);
      return;
    }
    execution.result = value;
    execution.state = 'executed';
  }

  #isLate(execution: Execution<E, unknown>, tx: Transaction<E>): boolean {
    if (execution.tx === tx && execution.state === 'running') return false;
    this.#lateResults += 1;
    return true;
  }

  #arrive(execution: Execution<E, unknown>): void {
    execution.cancelDeadline?.();
    if (execution.detached) {
      this.#detached -= 1;
      this.#lanes.push(execution);
    }
    this.#enter();
  }

  #fail(execution: Execution<E, unknown>, kind: TombstoneKind, text: string): void {
    execution.tx?.end();
    execution.cancelDeadline?.();
    execution.failure = { kind, text };
    execution.state = 'executed';
  }

  /** Commits the head of the line as long as it has been executed. */
  #commitReady(): void {
    for (let head = this.#window.peek(); head?.state === 'executed'; head = this.#window.peek()) {
      if (head.failure === undefined && head.tx !== undefined && head.tx.isStale()) {
        this.#conflicts += 1;
        if (!head.detached) {
          this.#release(head);
          this.#execute(head);
          continue;
        }
        this.#fail(head, 'conflict', `What it read at ${head.tx.base} has changed`);
      }
      this.#window.shift();
      this.#commit(head);
    }
  }

  #commit(execution: Execution<E, unknown>): void {
    const { seq, tx, failure } = execution;
    const accepted = failure === undefined ? tx : undefined;
    this.#release(execution);
    this.#stores.apply(seq, accepted?.writes ?? []);
    execution.digest = this.#stores.digest;
    execution.durable = this.#append(execution, accepted);
    execution.endedAt = this.#clock.monotonic();
    this.#records.keep(execution);
    if (failure === undefined) {
      this.#committed += 1;
      execution.state = 'committed';
      execution.conclude({ kind: 'committed', value: execution.result });
    } else {
      this.#tombstoned += 1;
      execution.state = 'tombstoned';
      execution.conclude({ kind: 'tombstone', reason: failure });
    }
    this.#active = execution;
    if (accepted !== undefined && accepted.effects.length > 0) {
      this.#outbox.put(accepted.effects, execution);
      this.#outbox.flush((error) => this.#report('dispatch', execution, error));
    }
    if (this.#listeners.length > 0) this.#tell(execution, accepted, failure);
    this.#active = undefined;
  }

  /** The record is with the journal before any effect leaves. */
  #append(execution: Execution<E, unknown>, accepted: Transaction<E> | undefined): boolean {
    const { seq, at, brokerAt, lane, name, cause, digest, attempt, failure } = execution;
    const writes: RecordedWrite[] = [];
    let text = '';
    if (accepted !== undefined)
      for (const write of accepted.writes) {
        const { table, key, value } = write;
        writes.push([table.name, key, value ?? null]);
        text += `${text === '' ? '' : ','}["${table.name}",${typeof key === 'number' ? String(key) : JSON.stringify(key)},${write.text}]`;
      }
    const effects = accepted?.effects ?? [];
    const record: CommitRecord =
      failure === undefined
        ? { seq, at, brokerAt, lane, name, cause, writes, effects, attempts: attempt, digest }
        : { seq, at, brokerAt, lane, name, cause, writes, effects, tombstone: failure, attempts: attempt, digest };
    try {
      if (this.#journal.append(record, `[${text}]`).ok) return true;
    } catch (error) {
      this.#report('journal', execution, error);
    }
    this.#notDurable += 1;
    return false;
  }

  #tell(execution: Execution<E, unknown>, accepted: Transaction<E> | undefined, tombstone: TombstoneReason | undefined): void {
    const { seq, at, lane, name, cause } = execution;
    const changes = (accepted?.writes ?? []).map(({ table, key, value }) => ({ store: table.name, key, value }));
    const news: CommitNews = { seq, at, lane, name, cause, ...(tombstone === undefined ? {} : { tombstone }), changes };
    for (const listener of this.#listeners) {
      try {
        listener(news);
      } catch (error) {
        this.#report('subscriber', execution, error);
      }
    }
  }

  #startDetached<R>(run: DetachedRun<E, R>, cause: Cause): void {
    const execution = new Execution<E, R>(run.work, cause, this.#clock.monotonic(), true);
    execution.at = this.#clock.now();
    execution.attempt = run.attempts;
    run.attempts += 1;
    execution.onOutcome((outcome) => {
      if (!run.triesAgain(outcome)) run.conclude(outcome, execution.seq);
      // The next try begins after this turn: its first steps must not hold up the line.
      else void Promise.resolve().then(() => this.#startDetached(run, cause));
    });
    this.#detached += 1;
    // Before the first step, which may itself submit: its base must outlive that commit.
    this.#hold(execution);
    this.#execute(execution);
    if (execution.state !== 'running') this.#arrive(execution);
  }

  /** Keeps the current state readable for an execution that begins now. */
  #hold(execution: Execution<E, unknown>): void {
    execution.heldBase = this.#stores.seq;
    this.#stores.hold(execution.heldBase);
  }

  #release(execution: Execution<E, unknown>): void {
    if (execution.heldBase < 0) return;
    this.#stores.release(execution.heldBase);
    execution.heldBase = -1;
  }

  #report(where: CommitBug['where'], execution: Execution<E, unknown>, error: unknown): void {
    this.#bugs += 1;
    this.#options.onBug?.({ where, seq: execution.seq, name: execution.name, error });
  }
}

function runWork(execution: Execution<unknown, unknown>): unknown {
  const { work, tx } = execution;
  if (tx === undefined) throw new Error('An execution runs without its transaction');
  return work.run(tx);
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function';
}

function textOf(error: unknown): string {
  return error instanceof Error ? `${error.name}: ${error.message}` : String(error);
}
