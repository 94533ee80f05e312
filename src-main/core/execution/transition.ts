import type { Tx } from '#core/commit/transaction';
import { nextOrderState, type OrderEvent, settled, toldAs } from '#core/order/order-life';
import { count, type Slice } from '#core/state/desk-state';
import { type Effect, log } from '#core/state/records';
import { isWorking, type Order, type OrderState } from '#domain/order';

type Desk = Slice<'counters' | 'stores'>;

/** The only writer of orders. Every state comes from the life table; what is written beside it is said by the caller. */

/** What the desk believes has not left. The broker's word about such an order proves that it has. */
export const NOT_SENT: ReadonlySet<OrderState> = new Set<OrderState>(['INTENT', 'QUEUED', 'DENIED', 'ABORTED_BY_KILL']);

/** An order without its state, which the table gives. */
export type Unstated = Omit<Order, 'state'>;

/** An order comes into the book: written by a firing, taken over from the broker, or known from an earlier run. */
export function enterOrder(desk: Desk, tx: Tx<Effect>, order: Order): void {
  tx.set(desk.stores.orders, order.key, order);
}

/** Whatever is not its state: numbers, notes, what was asked of it. */
export function amendOrder(desk: Desk, tx: Tx<Effect>, { state }: Order, now: Unstated): Order {
  const amended: Order = { ...now, state };
  tx.set(desk.stores.orders, amended.key, amended);
  return amended;
}

/**
 * An act or a conclusion of the desk. Illegal ones are refused: nothing is written, it is counted and alarmed, and undefined tells the caller.
 */
export function moveOrder(desk: Desk, tx: Tx<Effect>, order: Order, event: OrderEvent, now: Unstated): Order | undefined {
  const state = nextOrderState(order.state, event);
  if (state === undefined) {
    refused(desk, tx, order, event);
    return undefined;
  }
  const moved: Order = { ...now, state };
  tx.set(desk.stores.orders, moved.key, moved);
  return moved;
}

/** Whether the broker's word that an order is `to` now fits into its life. */
export function isLegalWord(order: Order, to: OrderState): boolean {
  const event = toldAs(to);
  return event !== undefined && nextOrderState(order.state, event) !== undefined;
}

/**
 * The broker's word. It is evidence, so it is never refused as a whole: what it tells is written, and where its state does not fit into the
 * life of the order the desk has lost sight of it. A `listed` one that works becomes UNKNOWN then, and the caller looks it up
 * (`state: 'UNKNOWN'` where it was not); any other keeps its state. Both are counted and alarmed.
 */
export function tellOrder(
  desk: Desk,
  tx: Tx<Effect>,
  order: Order,
  to: OrderState | undefined,
  how: { readonly now: Unstated; readonly listed?: boolean },
): Order {
  const event = to === undefined || to === order.state ? undefined : toldAs(to);
  const next = event === undefined ? order.state : nextOrderState(order.state, event);
  const lost = next === undefined && how.listed === true && isWorking(order.state) ? nextOrderState(order.state, 'lose-sight') : undefined;
  const told: Order = settled({ ...how.now, state: next ?? lost ?? order.state });
  tx.set(desk.stores.orders, told.key, told);
  if (next === undefined && event !== undefined) refused(desk, tx, order, event, lost);
  return told;
}

function refused(desk: Desk, tx: Tx<Effect>, order: Order, event: OrderEvent, lost?: OrderState): void {
  count(desk, 'illegal order moves');
  log(
    tx,
    'alarm',
    lost === undefined
      ? `${order.side} ${order.contract.symbol} is ${order.state}; "${event}" does not belong there and was not followed. Look at it in TWS.`
      : `UNKNOWN: IB lists ${order.side} ${order.contract.symbol}, which was ${order.state}, as "${event}". It is looked up.`,
    { kind: 'order', key: order.key },
  );
}
