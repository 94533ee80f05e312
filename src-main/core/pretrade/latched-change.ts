import { coverageWith } from '#core/order/stop-coverage';
import { onlyTightens } from '#core/order/tightening';
import type { Slice } from '#core/state/desk-state';
import { positionKey } from '#core/state/records';
import type { Order, OrderLeg } from '#domain/order';
import { formatQuantity } from '#domain/quantity';
import { abs, min } from '#domain/scaled';

type Desk = Slice<'index' | 'latch' | 'stores'>;

/**
 * Why an exit may not get these terms under the kill switch; a sentence, undefined when it may. It may only tighten or shrink, and what stops
 * cover never becomes less; of a position that is being closed, what the close leaves is to be covered.
 */
export function latchedChangeRefusal(desk: Desk, order: Order, leg: OrderLeg): string | undefined {
  const set = `The kill switch is set (${desk.latch.reason()})`;
  if (!onlyTightens(order, leg))
    return `${set}: an exit may only move towards the market or become smaller. Re-arm the desk for anything else.`;
  const key = positionKey(order.account, order.contract.conId);
  const position = desk.stores.positions.get(key);
  if (position === undefined) return undefined;
  const { before, after } = coverageWith(desk.index, desk.index.working(), position, order, leg.quantity);
  const stays = desk.stores.closings.get(key)?.remaining ?? abs(position.quantity);
  return after >= min(before, stays)
    ? undefined
    : `${set}: with this change stops would cover ${formatQuantity(after)} of ${formatQuantity(abs(position.quantity))} ${order.contract.symbol}, and they cover ${formatQuantity(before)} now.`;
}
