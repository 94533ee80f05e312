import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { Piscina } from 'piscina';
import type { Clock } from '#core/ports/clock';
import type { Scheduler } from '#core/ports/scheduler';
import type { JobOptions, JobOutcome, JobPriority, JobRefusal, JobTable, JobTicket, Workers } from '#core/ports/workers';
import { JobQueue, type Queued } from './job-queue.ts';
import type { DeskJobs } from './jobs.ts';
import { type LaneStatistics, LaneTally } from './lane-tally.ts';
import { type Quantiles, SampleRing } from './sample-ring.ts';

export interface WorkerSchedulerOptions {
  /** A module that exports `runJob(task)`: TypeScript while developing, the bundle in the built program. */
  readonly file: URL;
  readonly clock: Clock & Scheduler;
  /** Threads at most; they start when they are needed. Default: one less than the machine has, one at least. */
  readonly threads?: number;
  /** Jobs that may wait; default 256. More are refused. */
  readonly maxWaiting?: number;
  /** Limit of a run that names none, ms; default 60 000. */
  readonly timeoutMs?: number;
}

export interface SubmitOptions extends JobOptions {
  /** Cancels the job when it aborts. */
  readonly signal?: AbortSignal;
}

export interface WorkerStatistics {
  readonly phase: 'open' | 'draining' | 'closed';
  /** Threads alive now, and the most there may be. */
  readonly threads: number;
  readonly maxThreads: number;
  readonly waiting: number;
  readonly maxWaiting: number;
  readonly running: number;
  readonly completed: number;
  readonly failed: number;
  readonly cancelled: number;
  readonly timedOut: number;
  readonly refused: number;
  /** Ms in the queue and ms on a thread, over the last jobs. */
  readonly wait: Quantiles;
  readonly run: Quantiles;
  readonly lanes: readonly LaneStatistics[];
}

interface QueuedJob extends Queued {
  readonly name: string;
  readonly payload: unknown;
  readonly priority: JobPriority;
  readonly timeoutMs: number;
  readonly queuedAt: number;
  readonly abort: AbortController;
  readonly settle: (outcome: JobOutcome<unknown>) => void;
  /** Set when the job ends by another's will: what its aborted run then reports is not its outcome. */
  verdict: JobOutcome<unknown> | undefined;
}

/**
 * A pool of threads with a queue of its own in front: the pool itself only ever holds what runs, so that order, priorities, limits and
 * cancelling are decided here. A run that is cancelled or late loses its thread; the next job gets a new one.
 */
export class WorkerScheduler<Jobs extends JobTable = DeskJobs> implements Workers<Jobs> {
  readonly #clock: Clock & Scheduler;
  readonly #pool: Piscina;
  readonly #threads: number;
  readonly #maxWaiting: number;
  readonly #timeoutMs: number;
  readonly #queue = new JobQueue<QueuedJob>();
  readonly #running = new Set<QueuedJob>();
  readonly #lanes = new LaneTally();
  readonly #waits = new SampleRing();
  readonly #runs = new SampleRing();
  readonly #counts = { completed: 0, failed: 0, cancelled: 0, 'timed-out': 0, refused: 0 };
  #phase: WorkerStatistics['phase'] = 'open';
  #whenIdle: (() => void)[] = [];
  #closed: Promise<void> | undefined;

  constructor(options: WorkerSchedulerOptions) {
    this.#clock = options.clock;
    this.#threads = options.threads ?? Math.max(1, availableParallelism() - 1);
    this.#maxWaiting = options.maxWaiting ?? 256;
    this.#timeoutMs = options.timeoutMs ?? 60_000;
    const filename = fileURLToPath(options.file);
    this.#pool = new Piscina({
      filename,
      name: 'runJob',
      minThreads: 0,
      maxThreads: this.#threads,
      idleTimeout: 30_000,
      // Each hop is a message: a worker that sleeps in Atomics.wait could not be reached by anything else.
      atomics: 'disabled',
      ...(filename.endsWith('.ts') && !process.features.typescript
        ? { execArgv: [...process.execArgv, '--experimental-strip-types'] }
        : {}),
    });
    this.#pool.on('error', (error: Error) => {
      this.#threadFailed(error);
    });
  }

  submit<N extends keyof Jobs & string>(name: N, payload: Jobs[N]['payload'], options: SubmitOptions = {}): JobTicket<Jobs[N]['result']> {
    if (this.#phase !== 'open') return this.#refuse('closed', 'The workers are shutting down');
    if (this.#queue.length >= this.#maxWaiting) return this.#refuse('queue-full', `${this.#maxWaiting} jobs are waiting already`);
    const { promise, resolve } = Promise.withResolvers<JobOutcome<unknown>>();
    const job: QueuedJob = {
      name,
      payload,
      key: options.key,
      priority: options.priority ?? 'normal',
      timeoutMs: options.timeoutMs ?? this.#timeoutMs,
      queuedAt: this.#clock.monotonic(),
      abort: new AbortController(),
      settle: resolve,
      verdict: undefined,
    };
    const cancel = (reason: string): void => {
      this.#end(job, { kind: 'cancelled', text: reason });
    };
    const { signal } = options;
    const onAbort = (): void => {
      cancel('Cancelled by its signal');
    };
    signal?.addEventListener('abort', onAbort, { once: true });
    void promise.then(() => signal?.removeEventListener('abort', onAbort));
    this.#queue.push(job);
    if (signal?.aborted === true) onAbort();
    this.#fill();
    return { outcome: promise, cancel };
  }

  /**
   * Ends the pool. `drain` lets waiting and running jobs finish, `abort` cancels all of them. New jobs are refused from now on.
   * `deadlineMs` turns a drain into an abort when it is over. May be called again to change a drain into an abort.
   */
  async shutdown(mode: 'drain' | 'abort', deadlineMs?: number): Promise<void> {
    if (this.#phase === 'closed') return this.#closed;
    this.#phase = 'draining';
    if (mode === 'abort') this.#cancelAll();
    const cancelDeadline = deadlineMs === undefined ? undefined : this.#clock.after(deadlineMs, () => this.#cancelAll());
    await this.#idle();
    cancelDeadline?.();
    this.#phase = 'closed';
    this.#closed ??= this.#pool.destroy();
    await this.#closed;
  }

  statistics(): WorkerStatistics {
    const { completed, failed, cancelled, refused } = this.#counts;
    return {
      phase: this.#phase,
      threads: this.#pool.threads.length,
      maxThreads: this.#threads,
      waiting: this.#queue.length,
      maxWaiting: this.#maxWaiting,
      running: this.#running.size,
      completed,
      failed,
      cancelled,
      timedOut: this.#counts['timed-out'],
      refused,
      wait: this.#waits.quantiles(),
      run: this.#runs.quantiles(),
      lanes: this.#lanes.describe(this.#queue.waiting, this.#running),
    };
  }

  #refuse(reason: JobRefusal, text: string): JobTicket<never> {
    this.#counts.refused += 1;
    return { outcome: Promise.resolve({ kind: 'refused', reason, text }), cancel: () => undefined };
  }

  #fill(): void {
    while (this.#running.size < this.#threads) {
      const job = this.#queue.take();
      if (job === undefined) return;
      this.#start(job);
    }
  }

  #start(job: QueuedJob): void {
    const startedAt = this.#clock.monotonic();
    this.#waits.add(startedAt - job.queuedAt);
    this.#running.add(job);
    const cancelTimer = this.#clock.after(job.timeoutMs, () => {
      this.#end(job, { kind: 'timed-out', text: `${job.name} was not finished after ${job.timeoutMs} ms` });
    });
    const finish = (outcome: JobOutcome<unknown>): void => {
      cancelTimer();
      this.#running.delete(job);
      this.#queue.done(job);
      this.#runs.add(this.#clock.monotonic() - startedAt);
      this.#settle(job, job.verdict ?? outcome);
      this.#fill();
    };
    this.#pool.run({ name: job.name, payload: job.payload }, { signal: job.abort.signal }).then(
      (outcome: unknown) => {
        finish(outcome as JobOutcome<unknown>);
      },
      (error: unknown) => {
        finish({ kind: 'failed', text: error instanceof Error ? `${error.name}: ${error.message}` : String(error) });
      },
    );
  }

  /** Ends a job by someone's will, wherever it is. The first will counts. */
  #end(job: QueuedJob, verdict: JobOutcome<unknown>): void {
    if (job.verdict !== undefined) return;
    if (this.#queue.remove(job)) {
      job.verdict = verdict;
      this.#settle(job, verdict);
    } else if (this.#running.has(job)) {
      job.verdict = verdict;
      job.abort.abort();
    }
  }

  #settle(job: QueuedJob, outcome: JobOutcome<unknown>): void {
    this.#counts[outcome.kind] += 1;
    this.#lanes.ended(job.key);
    job.settle(outcome);
    if (this.#running.size > 0 || this.#queue.length > 0) return;
    for (const resolve of this.#whenIdle.splice(0)) resolve();
  }

  /**
   * A thread died without a job to blame, which the pool replaces; unless none is left because none can start: then the jobs that were
   * handed over would wait for ever.
   */
  #threadFailed(error: Error): void {
    if (this.#pool.threads.length > 0) return;
    for (const job of this.#running) this.#end(job, { kind: 'failed', text: `No worker thread can start: ${error.message}` });
  }

  #cancelAll(): void {
    for (const job of [...this.#queue.waiting, ...this.#running])
      this.#end(job, { kind: 'cancelled', text: 'The workers are shutting down' });
  }

  #idle(): Promise<void> {
    if (this.#running.size === 0 && this.#queue.length === 0) return Promise.resolve();
    return new Promise((resolve) => {
      this.#whenIdle.push(resolve);
    });
  }
}
