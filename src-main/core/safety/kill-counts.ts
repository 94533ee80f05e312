import type { Slice } from '#core/state/desk-state';
import type { KillRecord } from '#core/state/records';
import { onlyGlobally } from '#core/order/addressable';
import { isTerminal, isWorking, type Order } from '#domain/order';

type Desk = Slice<'index' | 'unsentCancels' | 'unsentGlobalCancel'>;

export type CancelCounts = Pick<KillRecord, 'left' | 'cancelsSent' | 'cancelsUnsent' | 'cancelled'>;

/**
 * What became of the cancels that a kill has wished for. Each order counts once, however often it was asked for: sent when its bytes left the
 * socket, unsent while it works and they did not, confirmed when the broker has ended it otherwise than by a fill.
 */
export function countCancels(desk: Desk, { targets, left }: Pick<KillRecord, 'targets' | 'left'>): CancelCounts {
  const gone = new Set(left);
  let cancelsUnsent = 0;
  let cancelled = 0;
  for (const key of targets) {
    const order = desk.index.get(key);
    if (order === undefined) continue;
    if (hasLeft(desk, order)) gone.add(key);
    else if (isWorking(order.state) && !gone.has(key)) cancelsUnsent += 1;
    if (isTerminal(order.state) && order.state !== 'FILLED') cancelled += 1;
  }
  return { left: [...gone], cancelsSent: gone.size, cancelsUnsent, cancelled };
}

function hasLeft(desk: Desk, order: Order): boolean {
  if (order.cancelAskedAt === undefined) return false;
  return onlyGlobally(order) ? !desk.unsentGlobalCancel : !desk.unsentCancels.isHere(order.key);
}
