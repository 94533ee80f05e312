import type { ClientId, ExecId, OrderId, OrderRef, PermId } from '#domain/ids';
import type { TriggerId } from '#domain/ids';
import { units } from '#domain/quantity';
import { CoreDesk } from './core-desk.ts';
import { DU, manualOrder } from './core-fixtures.ts';
import { IBM, px } from './trigger-fixtures.ts';

export const BRACKET = { target: { kind: 'price', price: px(182) }, stop: { kind: 'price', price: px(179) } } as const;

export interface Held {
  readonly desk: CoreDesk;
  readonly id: TriggerId;
  readonly entry: OrderRef;
  readonly target: OrderRef;
  readonly stop: OrderRef;
}

/** A bracket for 100 IBM at the broker, its legs acknowledged, nothing filled. */
export function sentBracket(): Held {
  const desk = new CoreDesk();
  const { id, entry } = desk.fired(BRACKET);
  const [target, stop] = [desk.ref(id, 'T'), desk.ref(id, 'S')];
  desk.openOrder(entry);
  acknowledged(desk, target, 'PreSubmitted');
  acknowledged(desk, stop, 'PreSubmitted');
  return { desk, id, entry, target, stop };
}

/** 100 IBM long at 180.02, with the target and the stop of its bracket working at the broker in one group. */
export function heldBracket(): Held {
  const held = sentBracket();
  const { desk, entry, target, stop } = held;
  desk.fills(entry, 100, 180.02);
  acknowledged(desk, target, 'Submitted');
  acknowledged(desk, stop, 'PreSubmitted');
  // Past the time in which a fill by hand may be in the opening positions already.
  desk.wait(13_500);
  compared(desk, 100);
  desk.quote(180.5);
  return held;
}

/** As IB lists it, with the group that it was placed in. */
export function acknowledged(desk: CoreDesk, ref: OrderRef, ibStatus: string, more: Parameters<CoreDesk['openOrder']>[2] = {}): void {
  const { ocaGroup, trail } = desk.broker.frameOf(ref).leg;
  desk.openOrder(ref, ibStatus, { ...(ocaGroup === undefined ? {} : { ocaGroup }), ...(trail === undefined ? {} : { trail }), ...more });
}

/** The desk's comparison after a burst of fills: the broker holds this much. */
export function compared(desk: CoreDesk, quantity: number): void {
  desk.wait(2_500);
  desk.position(quantity);
  desk.end('positions');
}

/** A person in TWS sells; the execution comes with an order this desk did not make. */
export function soldByHand(desk: CoreDesk, quantity: number, left: number): void {
  const order = manualOrder({ side: 'SELL', quantity: units(quantity), orderId: 3 as OrderId, permId: 777 as PermId });
  desk.news({ kind: 'open-order', order });
  desk.news({
    kind: 'execution',
    execution: {
      execId: `0009.${quantity}.01` as ExecId,
      account: DU,
      conId: IBM.conId,
      side: 'SELL',
      quantity: units(quantity),
      price: px(180.4),
      cumQuantity: units(quantity),
      avgPrice: px(180.4),
      orderId: order.orderId,
      permId: order.permId,
      clientId: 0 as ClientId,
      time: '20131008  10:31:00',
      at: desk.clock.now(),
    },
    contract: IBM,
    live: true,
  });
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
