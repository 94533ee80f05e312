import type { AccountId, ConId } from '#domain/ids';
import { isStopType, type Order } from '#domain/order';
import type { Position } from '#domain/position';
import { type Quantity, trustedQuantity, ZERO } from '#domain/quantity';
import { awakeOf } from '#core/order/brackets';
import { groupOf, restOf } from '#core/order/oca-group';
import { err, ok, type Result } from '#domain/result';
import { max, minus, plus } from '#domain/scaled';
import { exiting, exitsOf, isOwnExit, openedByTriggers, unprotectedOf } from './exits.ts';
import { type Refusal, refuseNow } from '#core/state/refusal';
import { positionKey } from '#core/state/records';
import { makeRoom } from './exit-sizes.ts';
import type { Slice } from '#core/state/desk-state';
import { changeOrder, modifyRefusal } from '#core/execution/modify';

type Desk = Slice<
  | 'accounts'
  | 'board'
  | 'broker'
  | 'cancelRetries'
  | 'clock'
  | 'coordinator'
  | 'counters'
  | 'details'
  | 'exchange'
  | 'index'
  | 'journal'
  | 'latch'
  | 'latencies'
  | 'link'
  | 'memos'
  | 'ordersOut'
  | 'recentSends'
  | 'reconciliation'
  | 'resizeAttempts'
  | 'rules'
  | 'stores'
  | 'unsentCancels'
  | 'unsentGlobalCancel'
>;

/** Exits of this desk on one side (1: what sells) that work for more than there is to exit there. 0 when they fit. */
function tooMuchOn(desk: Desk, position: Position, direction: 1 | -1): { readonly exits: readonly Order[]; readonly tooMuch: Quantity } {
  const { long, short } = openedByTriggers(desk, position.account, position.contract.conId);
  const allowed = max(ZERO, direction === 1 ? plus(position.quantity, short) : minus(long, position.quantity));
  const exits = exitsOf(desk, { ...position, quantity: trustedQuantity(direction) }).filter(isOwnExit);
  return { exits, tooMuch: max(ZERO, minus(exiting(desk, exits), allowed)) };
}

/** The larger excess of both sides: brackets of two triggers may stand against each other. Also of a position that is closed. */
export function tooMuchOf(desk: Desk, position: Position): Quantity {
  return max(tooMuchOn(desk, position, 1).tooMuch, tooMuchOn(desk, position, -1).tooMuch);
}

/** The one stop that can take over what none covers: alone on its side, changeable now, and not held back by an entry that works. */
export function stopToEnlarge(desk: Desk, position: Position): Order | undefined {
  const stops = exitsOf(desk, position).filter((order) => isStopType(order.type));
  const [stop] = stops;
  if (stop === undefined || stops.length > 1 || !isOwnExit(stop) || modifyRefusal(desk, stop) !== undefined) return undefined;
  // Under the kill switch no exit grows; what is open gets a stop of its own.
  if (desk.latch.isSet() || awakeOf(desk.index, stop) !== undefined) return undefined;
  return stop;
}

/** Exits become as large as what is held: too large ones shrink or go, a stop that covers too little grows, with the target of its group. */
export function resizeExitsNow(desk: Desk, account: AccountId, conId: ConId, by: string): Result<number, Refusal> {
  const position = desk.stores.positions.get(positionKey(account, conId));
  if (position === undefined) return err({ code: 'not-found', text: 'There is no such position.' });
  const sides = [tooMuchOn(desk, position, 1), tooMuchOn(desk, position, -1)].filter(({ tooMuch }) => tooMuch > 0);
  for (const { exits, tooMuch } of sides) makeRoom(desk, exits, minus(exiting(desk, exits), tooMuch), by);
  if (sides.length > 0) return ok(desk.coordinator.seq);
  if (position.quantity === 0) return err({ code: 'not-found', text: 'There is no such position.' });
  const open = unprotectedOf(desk, position);
  if (open <= 0) return refuseNow('The exits of this position are as large as it is.');
  const stop = stopToEnlarge(desk, position);
  if (stop === undefined) return refuseNow('No stop of this position can be enlarged now; protect what is open with a new one.');
  const done = changeOrder(desk, stop, { quantity: plus(stop.quantity, open) }, by);
  if (!done.ok) return done;
  for (const order of exitsOf(desk, position))
    if (order.key !== stop.key && isOwnExit(order) && groupOf(order) === groupOf(stop) && restOf(order) === restOf(stop))
      changeOrder(desk, order, { quantity: plus(order.quantity, open) }, by);
  return done;
}
