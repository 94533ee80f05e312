import type { Scheduler } from '#core/ports/scheduler';

/** Every timer of the desk's rooms. When the desk stops they end with it: nothing may commit, cancel or ask once the journal is closed. */
export class DeskTimers implements Scheduler {
  readonly #scheduler: Scheduler;
  readonly #pending = new Set<() => void>();
  #stopped = false;

  constructor(scheduler: Scheduler) {
    this.#scheduler = scheduler;
  }

  /** After `stop` nothing is arranged any more; `fn` never runs. */
  after(ms: number, fn: () => void): () => void {
    if (this.#stopped) return () => undefined;
    const cancel = this.#scheduler.after(ms, () => {
      this.#pending.delete(cancel);
      fn();
    });
    this.#pending.add(cancel);
    return () => {
      this.#pending.delete(cancel);
      cancel();
    };
  }

  start(): void {
    this.#stopped = false;
  }

  stop(): void {
    this.#stopped = true;
    for (const cancel of this.#pending) cancel();
    this.#pending.clear();
  }
}
