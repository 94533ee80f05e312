import { isCancellable } from '#core/execution/cancel';
import { isChangeable } from '#core/execution/modify';
import { takesOf, waitsForEntry } from '#core/order/brackets';
import { stopKind } from '#core/order/stop-kind';
import { isSettleable } from '#core/reconciliation/unknown-orders';
import type { DeskView } from '#core/state/desk-view';
import { contractLabel } from '#domain/contract';
import { type OrderKey, orderKeyOf } from '#domain/ids';
import { isWorking, type Order } from '#domain/order';
import { trailText } from '#domain/order-text';
import { formatPrice } from '#domain/price';
import { formatQuantity, ZERO } from '#domain/quantity';
import type { OrderRow } from '#protocol/topics';
import { brokerTime, decimalsOf } from './row-figures.ts';

/** As it was called when it fired: the trigger may have been renamed since, or be gone. */
function triggerName(view: DeskView, { cause, parentKey, triggerId }: Order): string | undefined {
  const fired = cause ?? (parentKey === undefined ? undefined : view.stores.orders.get(parentKey)?.cause);
  if (fired?.triggerName !== undefined || triggerId === undefined) return fired?.triggerName;
  return view.earlierOrders.nameOf(triggerId) ?? view.stores.triggers.get(triggerId)?.spec.name;
}

export function originText(view: DeskView, order: Order): string {
  const name = triggerName(view, order);
  switch (order.origin) {
    case 'trigger': {
      const who = name ?? order.triggerId ?? 'earlier run';
      return order.leg === 'S' ? `stop of ${who}` : order.leg === 'T' ? `target of ${who}` : who;
    }
    case 'operator':
      return order.leg === 'F' ? 'flatten by you' : 'by you';
    case 'manual':
      return 'MANUAL in TWS';
    case 'foreign':
      return `FOREIGN client ${order.clientId ?? '?'}`;
  }
}

function whyText(order: Order, decimals: number): string {
  const tick = order.cause?.tick;
  if (order.parentKey !== undefined) return order.leg === 'S' ? 'protects the entry' : 'OCA with the stop';
  if (tick === undefined) return order.cause?.sentence ?? order.note ?? '';
  const from = tick.previous === undefined ? '' : `${formatPrice(tick.previous, decimals)} → `;
  return `${tick.field} ${from}${formatPrice(tick.price, decimals)}`;
}

/** IB does not hold references unique: two orders that carry one are cancelled together, and each row says so. */
function noteText(view: DeskView, order: Order): string | null {
  const twin = view.index.twinsOf(order).find(({ state }) => isWorking(state));
  if (twin === undefined) return order.note ?? null;
  return `TWIN: IB has another order with this reference (permId ${twin.permId ?? '?'}); a cancel goes to both. ${order.note ?? ''}`.trimEnd();
}

/** A stop that has joined the group of a target belongs to the same entry as that. */
function parentKeyOf(view: DeskView, order: Order): OrderKey | null {
  const named = order.ocaGroup?.startsWith('OCA-') === true ? orderKeyOf(order.ocaGroup.slice('OCA-'.length)) : undefined;
  const joined = named !== undefined && named !== order.key && view.index.get(named) !== undefined ? named : undefined;
  return order.parentKey ?? joined ?? null;
}

export function orderRow(view: DeskView, order: Order): OrderRow {
  const decimals = decimalsOf(view, order.contract.conId);
  const working = isWorking(order.state);
  return {
    key: order.key,
    parentKey: parentKeyOf(view, order),
    state: order.state,
    ibStatus: order.ibStatus ?? null,
    conId: order.contract.conId,
    symbol: contractLabel(order.contract),
    side: order.side,
    type: order.type,
    tif: order.tif,
    quantity: order.quantity,
    filled: order.filled,
    limit: order.limit ?? null,
    stop: order.stop ?? null,
    trail: order.trail === undefined ? null : trailText(order.trail),
    group: order.ocaGroup ?? null,
    stopKind: working ? (stopKind(order) ?? null) : null,
    avgFillPrice: order.avgFillPrice ?? null,
    decimals,
    origin: order.origin,
    originText: originText(view, order),
    why: whyText(order, decimals),
    note: noteText(view, order),
    orderId: order.orderId ?? null,
    permId: order.permId ?? null,
    ref: order.ref ?? null,
    working,
    isEntry: order.leg === 'E',
    waits: working && waitsForEntry(view.index, order),
    takes: working ? takesOf(view.index, order) : ZERO,
    cancellable: isCancellable(order),
    modifiable: isChangeable(order),
    settleable: isSettleable(order),
    createdAt: order.createdAt,
    createdTime: order.createdTime ?? brokerTime(view, order.createdAt),
    isOlder: order.isOlder === true,
    updatedAt: order.updatedAt,
    version: order.updatedAt,
  };
}

/** One line for lists of consequences: `SELL 120 AIG STP 47.90`. */
export function orderLine(view: DeskView, order: Order): string {
  const decimals = decimalsOf(view, order.contract.conId);
  const price = order.limit ?? order.stop;
  return `${order.side} ${formatQuantity(order.quantity)} ${contractLabel(order.contract)} ${order.type}${order.trail === undefined ? '' : ` ${trailText(order.trail)}`}${price === undefined ? '' : ` ${formatPrice(price, decimals)}`}`;
}
