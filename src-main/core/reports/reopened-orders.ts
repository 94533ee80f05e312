import type { OrderKey } from '#domain/ids';
import type { OrderState } from '#domain/order';
import type { DeskState } from '#core/state/desk-state';

/** An order that has ended here and that IB names as working: what a list says of it that was asked for because of that. */
interface Doubt {
  readonly request: number;
  readonly state: OrderState | undefined;
}

const doubts = new WeakMap<DeskState, Map<OrderKey, Doubt>>();

/**
 * A single word may be older than the end that was told. It makes the desk ask, and only a list that was asked for then says whether the
 * order lives: `state` is what IB's word would make of it.
 */
export function namedAfterEnd(desk: DeskState, key: OrderKey, state: OrderState): void {
  const doubted = doubts.get(desk) ?? new Map<OrderKey, Doubt>();
  doubts.set(desk, doubted);
  const known = doubted.get(key);
  doubted.set(key, known === undefined ? { request: desk.ports.broker.requestOpenOrders(), state: undefined } : { ...known, state });
}

/** The end of a list of open orders: the ended orders that it names as working. */
export function takeReopened(desk: DeskState, request: number): ReadonlyMap<OrderKey, OrderState> {
  const revived = new Map<OrderKey, OrderState>();
  for (const [key, doubt] of doubts.get(desk) ?? []) {
    if (request < doubt.request) doubts.get(desk)?.set(key, { ...doubt, state: undefined });
    else {
      doubts.get(desk)?.delete(key);
      if (doubt.state !== undefined) revived.set(key, doubt.state);
    }
  }
  return revived;
}

/** The connection is gone, and the list with it. */
export function forgetDoubts(desk: DeskState): void {
  doubts.delete(desk);
}
