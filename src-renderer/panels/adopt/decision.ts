import type { RowKey } from '#protocol/stream';
import type { AdoptionRow } from '#protocol/topics';

export type Decision = AdoptionRow['decisions'][number];

export const DECISIONS: readonly Decision[] = ['adopt', 'ignore', 'cancel'];

export const DECISION_WORDS: Readonly<Record<Decision, { readonly word: string; readonly letter: string; readonly means: string }>> = {
  adopt: {
    word: 'Adopt',
    letter: 'A',
    means: 'you know of it and it is meant: it counts, it is shown, and it can be changed and closed from here',
  },
  ignore: { word: 'Ignore', letter: 'I', means: 'somebody else looks after it: it stays as it is, but it is still shown and counted' },
  cancel: { word: 'Cancel', letter: 'C', means: 'the order is not wanted: a cancel is sent at once' },
};

/** Why a decision is not offered for this row. */
export function notOffered(row: AdoptionRow, decision: Decision): string {
  if (decision === 'cancel' && row.kind === 'position')
    return `${row.text} is a position: adopt or ignore it here, and close it under Positions.`;
  if (decision === 'cancel') return `${row.text} cannot be cancelled from here: cancel it where it was placed, or ignore it.`;
  return `${DECISION_WORDS[decision].word} is not offered for ${row.text}.`;
}

/** The row to stand on after some went: the same one, else the first below it that is left, else the last above it. */
export function nextAfter(before: readonly RowKey[], now: readonly RowKey[], active: RowKey | null): RowKey | null {
  if (active === null) return now[0] ?? null;
  const left = new Set(now);
  if (left.has(active)) return active;
  const from = before.indexOf(active);
  const below = before.slice(from + 1).find((key) => left.has(key));
  return below ?? before.slice(0, Math.max(0, from)).findLast((key) => left.has(key)) ?? now[0] ?? null;
}
