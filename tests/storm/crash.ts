/** Where the process can die. Each name is a place between two things that the outside world can tell apart. */
export const CRASH_POINTS = [
  'journal: before the record',
  'journal: after the record',
  'place: before the first leg',
  'place: between two legs',
  'place: after the last leg',
  'acknowledgement of a leg',
  'execution',
  'listing while reconciling',
  'end marker while reconciling',
  'kill: before the purge',
  'latch: before the file',
  'latch: after the file',
  'cancel: before it leaves',
  'cancel: after it left',
  'link lost',
] as const;

export type CrashPoint = (typeof CRASH_POINTS)[number];

/** Armed by the storm for one point; the process dies the n-th time it comes by there. */
export class CrashPlan {
  #point: CrashPoint | undefined;
  #left = 0;

  arm(point: CrashPoint, passes: number): void {
    this.#point = point;
    this.#left = passes;
  }

  disarm(): void {
    this.#point = undefined;
  }

  get armed(): boolean {
    return this.#point !== undefined;
  }

  /** True when this is the moment. */
  strikes(point: CrashPoint): boolean {
    if (point !== this.#point) return false;
    this.#left -= 1;
    if (this.#left > 0) return false;
    this.#point = undefined;
    return true;
  }
}
