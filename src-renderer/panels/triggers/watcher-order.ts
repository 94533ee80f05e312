import type { WatcherRow } from '#protocol/topics';
import { byFigure } from '../../view/table-view.ts';
import type { Sorting } from '../../ui/table.ts';

/** 0.1 % */
const NEAR_BASIS_POINTS = 10;

/** How far the price is from firing, in basis points. A crossing past its level has no such distance: the price must go back first. */
function awayOf(row: WatcherRow): number | null {
  return row.distanceBasisPoints === null || row.comesBackFirst ? null : Math.abs(row.distanceBasisPoints);
}

export function isNear(row: WatcherRow): boolean {
  const away = awayOf(row);
  return row.life === 'armed' && away !== null && away <= NEAR_BASIS_POINTS;
}

export const LIVE: ReadonlySet<string> = new Set(['armed', 'firing', 'paused', 'draft', 'locked']);

function byDistance(a: WatcherRow, b: WatcherRow): number {
  const left = LIVE.has(a.life) ? 0 : 1;
  const right = LIVE.has(b.life) ? 0 : 1;
  if (left !== right) return left - right;
  if (left === 1) return (b.firedAt ?? b.armedAt ?? 0) - (a.firedAt ?? a.armedAt ?? 0);
  return byFigure(awayOf, false)(a, b);
}

const FIGURES: Readonly<Record<string, (row: WatcherRow) => number | string | null>> = {
  state: (row) => row.life,
  symbol: (row) => row.symbol,
  rule: (row) => row.rule,
  does: (row) => row.side,
  last: (row) => row.last,
  distance: awayOf,
  age: (row) => (row.quoteAt === null ? null : -row.quoteAt),
};

export function arrangeWatchers(rows: readonly WatcherRow[], sorting: Sorting | null): readonly WatcherRow[] {
  const figure = sorting === null ? undefined : FIGURES[sorting.column];
  const order = figure === undefined ? byDistance : byFigure(figure, sorting?.down ?? false);
  return [...rows].sort((a, b) => (isNear(b) ? 1 : 0) - (isNear(a) ? 1 : 0) || order(a, b) || (a.id < b.id ? -1 : 1));
}
