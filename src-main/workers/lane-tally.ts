export interface LaneStatistics {
  readonly key: string;
  readonly waiting: number;
  readonly running: number;
  /** Jobs that have ended, in whatever way. */
  readonly done: number;
}

/** What each key has done. Idle keys beyond the limit are forgotten, the longest idle first. */
export class LaneTally {
  readonly #done = new Map<string, number>();
  readonly #limit: number;

  constructor(limit = 100) {
    this.#limit = limit;
  }

  ended(key: string | undefined): void {
    if (key === undefined) return;
    const done = this.#done.get(key) ?? 0;
    this.#done.delete(key);
    this.#done.set(key, done + 1);
    for (const oldest of this.#done.keys()) {
      if (this.#done.size <= this.#limit) return;
      this.#done.delete(oldest);
    }
  }

  describe(
    waiting: Iterable<{ readonly key: string | undefined }>,
    running: Iterable<{ readonly key: string | undefined }>,
  ): readonly LaneStatistics[] {
    const lanes = new Map<string, { key: string; waiting: number; running: number; done: number }>();
    const laneOf = (key: string) => {
      let lane = lanes.get(key);
      if (lane === undefined) {
        lane = { key, waiting: 0, running: 0, done: this.#done.get(key) ?? 0 };
        lanes.set(key, lane);
      }
      return lane;
    };
    for (const key of this.#done.keys()) laneOf(key);
    for (const { key } of waiting) if (key !== undefined) laneOf(key).waiting += 1;
    for (const { key } of running) if (key !== undefined) laneOf(key).running += 1;
    return [...lanes.values()];
  }
}
