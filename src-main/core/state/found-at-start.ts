import { orderKeyOf } from '#domain/ids';
import { isWorking } from '#domain/order';
import type { DeskView } from './desk-view.ts';
import type { Found } from './records.ts';

type View = Pick<DeskView, 'index' | 'stores'>;

/** Not decided, and still there. */
export function undecided(desk: View): readonly Found[] {
  return [...desk.stores.found.values()].filter((found) => found.decision === undefined && isThere(desk, found));
}

export function isThere(desk: View, found: Found): boolean {
  if (found.kind === 'position') return (desk.stores.positions.get(found.subject)?.quantity ?? 0) !== 0;
  const order = desk.index.get(orderKeyOf(found.subject));
  return order !== undefined && isWorking(order.state);
}
