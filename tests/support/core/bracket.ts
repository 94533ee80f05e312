import type { ClientId, ExecId, OrderId, OrderRef, PermId, TriggerId } from '#domain/ids';
import { units } from '#domain/quantity';
import type { TriggerAction } from '#domain/trigger';
import { CoreDesk } from './desk.ts';
import { DU } from './fixtures.ts';
import { IBM, px } from './trigger-fixtures.ts';

/** A target at 182.00 and a stop at 179.00. */
export const BRACKET = { target: { kind: 'price', price: px(182) }, stop: { kind: 'price', price: px(179) } } as const;

/** Past the time in which a fill by hand may be in the opening positions already, ms. */
const PAST_OPENING_MS = 16_000;

export interface BracketDesk {
  readonly desk: CoreDesk;
  readonly id: TriggerId;
  readonly entry: OrderRef;
  readonly target: OrderRef;
  readonly stop: OrderRef;
}

/** A bracket for 100 IBM at the broker, its legs acknowledged in their group, nothing filled. */
export function sentBracket(does: Partial<TriggerAction> = BRACKET, desk = new CoreDesk()): BracketDesk {
  const { id, entry } = desk.fired(does);
  const [target, stop] = [desk.ref(id, 'T'), desk.ref(id, 'S')];
  desk.openOrder(entry);
  acknowledged(desk, target, 'PreSubmitted');
  acknowledged(desk, stop, 'PreSubmitted');
  return { desk, id, entry, target, stop };
}

/** 100 IBM long at 180.02, with the target and the stop of its bracket working at the broker in one group; quoted at 180.50. */
export function heldBracket(on = new CoreDesk()): BracketDesk {
  const held = sentBracket(BRACKET, on);
  const { desk, entry, target, stop } = held;
  desk.fills(entry, 100, 180.02);
  acknowledged(desk, target, 'Submitted');
  acknowledged(desk, stop, 'PreSubmitted');
  confirmed(desk, 100, PAST_OPENING_MS);
  desk.quote(180.5);
  return held;
}

/** 100 IBM long at 180.02 without any exit; `last` is the quote in dollars. */
export function heldBare(last = 180.5): CoreDesk {
  const desk = new CoreDesk();
  const { entry } = desk.fired();
  desk.fills(entry, 100, 180.02);
  confirmed(desk, 100, PAST_OPENING_MS);
  desk.quote(last);
  return desk;
}

/** As IB lists it, with the group that it was placed in. */
export function acknowledged(desk: CoreDesk, ref: OrderRef, ibStatus: string, more: Parameters<CoreDesk['openOrder']>[2] = {}): void {
  const { ocaGroup, trail } = desk.broker.frameOf(ref).leg;
  desk.openOrder(ref, ibStatus, { ...(ocaGroup === undefined ? {} : { ocaGroup }), ...(trail === undefined ? {} : { trail }), ...more });
}

/** So many milliseconds on, by default those after a burst of fills, the desk compares: the broker holds so many shares of IBM. */
export function confirmed(desk: CoreDesk, shares: number, afterMs = 2_500): void {
  desk.wait(afterMs);
  desk.position(shares);
  desk.end('positions');
}

/** A person in TWS trades so many shares of IBM at 180.40 under these numbers: the desk hears the execution alone. */
export function executedByHand(
  desk: CoreDesk,
  side: 'BUY' | 'SELL',
  shares: number,
  ids: { readonly execId: string; readonly orderId: number; readonly permId: number; readonly live?: boolean },
): void {
  desk.news({
    kind: 'execution',
    execution: {
      execId: ids.execId as ExecId,
      account: DU,
      conId: IBM.conId,
      side,
      quantity: units(shares),
      price: px(180.4),
      cumQuantity: units(shares),
      avgPrice: px(180.4),
      orderId: ids.orderId as OrderId,
      permId: ids.permId as PermId,
      clientId: 0 as ClientId,
      time: '20131008  10:31:00',
      at: desk.clock.now(),
    },
    contract: IBM,
    live: ids.live ?? true,
  });
}
