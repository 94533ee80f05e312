import type { Slice } from '#core/state/desk-state';
import type { TriggerId } from '#domain/ids';
import { parseOrderRef } from '#domain/order-ref';

/** The generation of the next arming. The file of the last run may be older than its last arming; the orders that the broker still tells of are not. */
export function nextGeneration(desk: Slice<'index' | 'stores'>, id: TriggerId): number {
  let newest = desk.stores.triggers.get(id)?.gen ?? 0;
  for (const { ref } of desk.index.ofTrigger(id)) newest = Math.max(newest, ref === undefined ? 0 : (parseOrderRef(ref)?.gen ?? 0));
  return newest + 1;
}
