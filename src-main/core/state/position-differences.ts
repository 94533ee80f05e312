/** Two lists that show the same difference were asked for at least so far apart; by then the streams have told what they had. */
const APART_MS = 2_000;
/** How long after the broker's figure differs the lists are asked for: its execution is usually on its way. */
const GRACE_MS = 500;

/** The broker's figure differs from ours: what the difference is, and what the lists have said of it. */
interface Suspect {
  readonly difference: number;
  readonly since: number;
  /** When the first list that shows it was asked for. */
  readonly listedAt: number | undefined;
}

/** C-36: our positions against the broker's. What is only suspected is observed, not committed. */
export class PositionDifferences {
  readonly #suspects = new Map<string, Suspect>();
  #askedAt = Number.NEGATIVE_INFINITY;

  /** The broker named another quantity than ours, or ours moved. */
  note(key: string, difference: number, now: number): void {
    const known = this.#suspects.get(key);
    if (difference === 0) this.#suspects.delete(key);
    else if (known?.difference !== difference) this.#suspects.set(key, { difference, since: now, listedAt: undefined });
  }

  /** A list asked for then shows the difference; true when it is the second, far enough from the first. */
  listed(key: string, difference: number, askedAt: number, now: number): boolean {
    this.note(key, difference, now);
    const known = this.#suspects.get(key);
    if (known === undefined) return false;
    if (known.listedAt !== undefined) return askedAt - known.listedAt >= APART_MS;
    this.#suspects.set(key, { ...known, listedAt: askedAt });
    return false;
  }

  forget(key: string): void {
    this.#suspects.delete(key);
  }

  reset(): void {
    this.#suspects.clear();
  }

  /** Whether the lists should be asked for now, and if so, that they are. */
  asks(now: number): boolean {
    const due = [...this.#suspects.values()].some(({ since }) => now - since >= GRACE_MS);
    if (!due || now - this.#askedAt < APART_MS) return false;
    this.#askedAt = now;
    return true;
  }
}
