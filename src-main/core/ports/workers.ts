/** Served first to last. Jobs of one key keep their order whatever their priorities. */
export const JOB_PRIORITIES = ['high', 'normal', 'low'] as const;
export type JobPriority = (typeof JOB_PRIORITIES)[number];

/** What jobs exist: by name, what goes in and what comes out. Both are plain data that can be copied between threads. */
export type JobTable = Readonly<Record<string, { readonly payload: unknown; readonly result: unknown }>>;

export interface JobOptions {
  /** Jobs with the same key run one after another, in the order of submission. Without a key a job waits for nobody. */
  readonly key?: string;
  /** Default normal. */
  readonly priority?: JobPriority;
  /** Limit of the run, ms, waiting not counted. When it is over, the thread is ended, whatever it does. */
  readonly timeoutMs?: number;
}

export type JobRefusal = 'queue-full' | 'closed' | 'bad-payload' | 'unknown-job';

export type JobOutcome<R> =
  | { readonly kind: 'completed'; readonly value: R }
  | { readonly kind: 'failed'; readonly text: string }
  | { readonly kind: 'cancelled'; readonly text: string }
  | { readonly kind: 'timed-out'; readonly text: string }
  | { readonly kind: 'refused'; readonly reason: JobRefusal; readonly text: string };

export interface JobTicket<R> {
  /** Never rejects. */
  readonly outcome: Promise<JobOutcome<R>>;
  /** A waiting job leaves the queue; a running one loses its thread. Does nothing afterwards. */
  cancel(reason: string): void;
}

/** CPU work on other threads. Nothing on the order path goes here: a hop costs more than a trigger's whole evaluation. */
export interface Workers<Jobs extends JobTable> {
  submit<N extends keyof Jobs & string>(name: N, payload: Jobs[N]['payload'], options?: JobOptions): JobTicket<Jobs[N]['result']>;
}
