/** What a storm's judges let pass, each by its name: how large it was at most, how often, and from when to when. */
export interface Excuse {
  readonly name: string;
  /** The largest amount that was excused at once; 1e-4 share, or a plain number where the name says so. */
  readonly most: number;
  readonly times: number;
  /** Virtual ms. */
  readonly first: number;
  readonly last: number;
}

export class Excuses {
  readonly #all = new Map<string, Excuse>();

  note(name: string, amount: number, now: number): void {
    const before = this.#all.get(name);
    this.#all.set(name, {
      name,
      most: Math.max(before?.most ?? 0, amount),
      times: (before?.times ?? 0) + 1,
      first: before?.first ?? now,
      last: now,
    });
  }

  get all(): readonly Excuse[] {
    return [...this.#all.values()];
  }
}
