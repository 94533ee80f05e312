import { stateOfStatus } from '#core/order/ib-status';
import type { OrderKey } from '#domain/ids';
import type { OrderState } from '#domain/order';
import type { Slice } from '#core/state/desk-state';

type Desk = Slice<'broker' | 'memos'>;

/**
 * A single word may be older than the end that was told. It makes the desk ask, and only a list that was asked for then says whether the
 * order lives: `state` is what IB's word would make of it.
 */
export function namedAfterEnd(desk: Desk, key: OrderKey, state: OrderState): void {
  const known = desk.memos.of(key).reopening;
  const doubt = known === undefined ? { request: desk.broker.requestOpenOrders(), state: undefined } : { ...known, state };
  desk.memos.note(key, 'reopening', doubt);
}

/** Its end is told again: what named it as working before was older, and only what names it from here on counts. */
export function endedAgain(desk: Pick<Desk, 'memos'>, key: OrderKey, ibStatus: string): void {
  const doubt = desk.memos.of(key).reopening;
  if (doubt?.state !== undefined && stateOfStatus(ibStatus, 0, '') === 'CANCELLED')
    desk.memos.note(key, 'reopening', { ...doubt, state: undefined });
}

/** The end of a list of open orders: the ended orders that it names as working. */
export function takeReopened(desk: Desk, request: number): ReadonlyMap<OrderKey, OrderState> {
  const reopened = new Map<OrderKey, OrderState>();
  for (const key of desk.memos.having('reopening')) {
    const doubt = desk.memos.of(key).reopening;
    if (doubt === undefined) continue;
    if (request < doubt.request) desk.memos.note(key, 'reopening', { ...doubt, state: undefined });
    else {
      desk.memos.drop(key, 'reopening');
      if (doubt.state !== undefined) reopened.set(key, doubt.state);
    }
  }
  return reopened;
}

/** The connection is gone, and the list with it. */
export function forgetDoubts(desk: Desk): void {
  desk.memos.dropAll('reopening');
  desk.memos.dropAll('oldTerms');
}
