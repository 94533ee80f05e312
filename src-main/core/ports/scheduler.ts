/** Timers behind a port, so that a replay or a test owns them. */
export interface Scheduler {
  /** Runs `fn` once, no earlier than `ms` from now. The returned function cancels it; cancelling twice or late does nothing. */
  after(ms: number, fn: () => void): () => void;
}
