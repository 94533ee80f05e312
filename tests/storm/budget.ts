import type { Leftover, LeftReason } from './leftovers.ts';

/**
 * What a thousand storms may leave to the operator at the end of one quiet, by reason. Measured when the budget was made; it may only fall.
 * Everything else that is left is a violation already.
 */
export const BUDGET: Readonly<Record<LeftReason, number>> = { 'unknown-order': 990, exits: 6, foreign: 16 };
const PER = 1_000;
/** Fewer storms than this say nothing about a thousand. */
export const ENOUGH = 200;
/** Standard deviations that chance may add where fewer than a thousand storms were counted. */
const LUCK = 3;
const REASONS = Object.keys(BUDGET) as readonly LeftReason[];

export interface Spent {
  readonly reason: LeftReason;
  readonly count: number;
  readonly perThousand: number;
  /** Most that so many storms may leave. */
  readonly most: number;
}

/** Counts what storms left, each quiet of a storm for itself: the work after the hold is shorter, and must not thin the figure out. */
export class Leftovers {
  #storms = 0;
  /** By quiet of the storm, by reason. */
  readonly #counts: Map<LeftReason, number>[] = [];

  add(quiets: readonly (readonly Leftover[])[]): void {
    this.#storms += 1;
    for (const [quiet, left] of quiets.entries()) {
      const counts = (this.#counts[quiet] ??= new Map());
      for (const { reason } of left) counts.set(reason, (counts.get(reason) ?? 0) + 1);
    }
  }

  /** Of the quiet that left the most of each reason. */
  spent(): readonly Spent[] {
    return REASONS.map((reason) => {
      const count = Math.max(0, ...this.#counts.map((counts) => counts.get(reason) ?? 0));
      return { reason, count, perThousand: (count * PER) / Math.max(1, this.#storms), most: mostOf(reason, this.#storms) };
    });
  }

  /** What is beyond the budget; empty where too few storms were counted to say. */
  beyond(): readonly Spent[] {
    return this.#storms < ENOUGH ? [] : this.spent().filter(({ count, most }) => count > most);
  }
}

/** The budget's share of so many storms; below a thousand with what chance adds to a count, above it without. */
function mostOf(reason: LeftReason, storms: number): number {
  const share = (BUDGET[reason] * storms) / PER;
  return Math.floor(storms >= PER ? share : share + LUCK * Math.sqrt(share));
}
