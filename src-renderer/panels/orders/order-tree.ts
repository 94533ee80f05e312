import type { OrderRow } from '#protocol/topics';
import { isProtective } from '../../format/order-word.ts';

/** What the order of the rows is made of. */
export const ARRANGED = ['key', 'parentKey', 'ref', 'state', 'working', 'createdAt'] as const satisfies readonly (keyof OrderRow)[];
type Arranged = Pick<OrderRow, (typeof ARRANGED)[number]>;

/** Brackets stay together, the parent first. Brackets with something unsettled or working come first, then the newest. */
export function arrangeOrders<R extends Arranged>(rows: readonly R[], order?: (a: R, b: R) => number): readonly R[] {
  const present = new Set(rows.map((row) => row.key));
  const children = new Map<string, R[]>();
  const parents: R[] = [];
  for (const row of rows) {
    if (row.parentKey === null || !present.has(row.parentKey)) parents.push(row);
    else {
      const bracket = children.get(row.parentKey);
      if (bracket === undefined) children.set(row.parentKey, [row]);
      else bracket.push(row);
    }
  }
  const rank = (row: R): number => {
    const bracket = [row, ...(children.get(row.key) ?? [])];
    if (bracket.some((member) => member.state === 'UNKNOWN')) return 0;
    return bracket.some((member) => member.working) ? 1 : 2;
  };
  const ranks = new Map(parents.map((row) => [row.key, rank(row)]));
  parents.sort(
    (a, b) => order?.(a, b) ?? ((ranks.get(a.key) ?? 0) - (ranks.get(b.key) ?? 0) || b.createdAt - a.createdAt || (a.key < b.key ? -1 : 1)),
  );
  return parents.flatMap((row) => [row, ...(children.get(row.key) ?? []).sort(childFirst)]);
}

/** The stop before the target: the leg that protects is the one to look at. */
function childFirst(a: Arranged, b: Arranged): number {
  return Number(isProtective(b)) - Number(isProtective(a)) || a.createdAt - b.createdAt;
}
