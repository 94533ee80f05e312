import { createHash } from 'node:crypto';
import type { Entry } from './catalogue.ts';

/** Milliseconds of a day. */
const DAY = 86_400_000;

/** Moves from day to day and from commit to commit. @param now epoch ms @param commit its hash, or any word when there is none */
export function turnOf(now: number, commit: string): string {
  return `${Math.floor(now / DAY)}-${commit.slice(0, 10)}`;
}

/** `count` of the mutants that tests or named storms must see, the same for the same turn. */
export function sampleOf(entries: readonly Entry[], count: number, turn: string): readonly Entry[] {
  return entries
    .filter(({ tests, seeds, equivalent }) => equivalent === undefined && (tests.length > 0 || (seeds?.length ?? 0) > 0))
    .map((entry) => ({ entry, draw: createHash('sha256').update(`${turn} ${entry.id}`).digest('hex') }))
    .sort((a, b) => (a.draw < b.draw ? -1 : 1))
    .slice(0, count)
    .map(({ entry }) => entry);
}
