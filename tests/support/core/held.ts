import type { OrderId, OrderRef, PermId } from '#domain/ids';
import { units } from '#domain/quantity';
import { executedByHand } from './bracket.ts';
import type { CoreDesk } from './desk.ts';
import { DU, manualOrder } from './fixtures.ts';
import { IBM } from './trigger-fixtures.ts';

/** A person in TWS sells so many shares of IBM: an order this desk did not make, its execution, and the position that is `left`. */
export function soldByHand(desk: CoreDesk, quantity: number, left: number): void {
  const order = manualOrder({ side: 'SELL', quantity: units(quantity), orderId: 3 as OrderId, permId: 777 as PermId });
  desk.news({ kind: 'open-order', order });
  executedByHand(desk, 'SELL', quantity, { execId: `0009.${quantity}.01`, orderId: 3, permId: 777 });
  desk.position(left);
}

/** The three orders in which IB may tell of a fill. */
export const TOLD = ['status, then execution', 'execution, then status', 'execution only'] as const;

export function fillTold(desk: CoreDesk, told: (typeof TOLD)[number], ref: OrderRef, quantity: number, at: number): void {
  const whole = quantity === desk.broker.frameOf(ref).leg.quantity / 10_000;
  const status = (): void => {
    desk.status(ref, whole ? 'Filled' : 'Submitted', quantity);
  };
  if (told === 'status, then execution') status();
  desk.fill(ref, quantity, at);
  if (told === 'execution, then status') status();
}

/** What is offered for IBM now. */
export function offer(desk: CoreDesk) {
  return desk.stores.offers.get(`${DU}:${IBM.conId}`);
}
