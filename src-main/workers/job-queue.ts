import { JOB_PRIORITIES, type JobPriority } from '#core/ports/workers';

export interface Queued {
  readonly key: string | undefined;
  readonly priority: JobPriority;
}

/**
 * Waiting jobs in the order of submission. Of each key only the first may go, and only while none of that key runs; it goes with the
 * highest priority found behind it, so that an urgent job is not held up by an idle one before it.
 */
export class JobQueue<J extends Queued> {
  readonly #waiting: J[] = [];
  readonly #busy = new Set<string>();

  get length(): number {
    return this.#waiting.length;
  }

  get waiting(): readonly J[] {
    return this.#waiting;
  }

  push(job: J): void {
    this.#waiting.push(job);
  }

  remove(job: J): boolean {
    const index = this.#waiting.indexOf(job);
    if (index < 0) return false;
    this.#waiting.splice(index, 1);
    return true;
  }

  /** Takes the job to run next and marks its key as busy. Undefined when none may go. */
  take(): J | undefined {
    const heads = new Map<string, J>();
    const ranks = new Map<J, number>();
    for (const job of this.#waiting) {
      const { key } = job;
      if (key !== undefined && this.#busy.has(key)) continue;
      const head = key === undefined ? job : (heads.get(key) ?? job);
      if (key !== undefined) heads.set(key, head);
      const rank = JOB_PRIORITIES.indexOf(job.priority);
      ranks.set(head, Math.min(ranks.get(head) ?? rank, rank));
    }
    let best: J | undefined;
    let bestRank = Infinity;
    for (const [job, rank] of ranks) {
      if (rank >= bestRank) continue;
      best = job;
      bestRank = rank;
    }
    if (best === undefined) return undefined;
    this.remove(best);
    if (best.key !== undefined) this.#busy.add(best.key);
    return best;
  }

  /** The job that was taken has ended. */
  done(job: J): void {
    if (job.key !== undefined) this.#busy.delete(job.key);
  }
}
