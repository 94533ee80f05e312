import { CELLS } from './reachable.ts';

/** So much of what may be is visited, in per cent, by so many storms; fewer are not judged by it. */
export const WANTED = { percent: 95, storms: 2_000 } as const;

export interface CoverageShare {
  /** Cells of the whole table. */
  readonly cells: number;
  readonly reachable: number;
  readonly visited: number;
  /** Per cent of the reachable. */
  readonly percent: number;
  /** Reachable, and never visited. */
  readonly missed: readonly string[];
}

/** `visited`: how often, by cell. What cannot be does not count, visited or not: its visit is a violation of its own. */
export function shareOf(visited: ReadonlyMap<string, number>, cells: ReadonlyMap<string, string | undefined> = CELLS): CoverageShare {
  const reachable = [...cells].flatMap(([cell, why]) => (why === undefined ? [cell] : []));
  const missed = reachable.filter((cell) => !visited.has(cell));
  const seen = reachable.length - missed.length;
  return {
    cells: cells.size,
    reachable: reachable.length,
    visited: seen,
    percent: reachable.length === 0 ? 100 : (100 * seen) / reachable.length,
    missed,
  };
}

/** True where so many storms should have visited more. */
export function isTooLittle({ percent }: CoverageShare, storms: number): boolean {
  return storms >= WANTED.storms && percent < WANTED.percent;
}
