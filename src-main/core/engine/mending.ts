import type { AccountId, ConId } from '#domain/ids';
import { isStopType, type Order } from '#domain/order';
import type { Position } from '#domain/position';
import { type Quantity, trustedQuantity, ZERO } from '#domain/quantity';
import { groupOf, restOf } from '#core/order/family';
import { err, ok, type Result } from '#domain/result';
import { max, minus, plus } from '#domain/scaled';
import { exiting, exitsOf, refuse, unprotectedOf } from './closing.ts';
import { positionKey } from './desk-state.ts';
import { makeRoom } from './fitting.ts';
import type { Hall } from './hall.ts';
import { changeOrder, modifyFault } from './modify.ts';
import type { Refusal } from './refusal.ts';
import { isOwnExit, openedByTriggers } from './trims.ts';

/** Exits of this desk on one side (1: what sells) that work for more than there is to exit there. 0 when they fit. */
function tooMuchOn(hall: Hall, position: Position, direction: 1 | -1): { readonly exits: readonly Order[]; readonly tooMuch: Quantity } {
  const { long, short } = openedByTriggers(hall, position.account, position.contract.conId);
  const allowed = max(ZERO, direction === 1 ? plus(position.quantity, short) : minus(long, position.quantity));
  const exits = exitsOf(hall, { ...position, quantity: trustedQuantity(direction) }).filter(isOwnExit);
  return { exits, tooMuch: max(ZERO, minus(exiting(hall, exits), allowed)) };
}

/** The larger excess of both sides: brackets of two triggers may stand against each other. Also of a position that is closed. */
export function tooMuchOf(hall: Hall, position: Position): Quantity {
  return max(tooMuchOn(hall, position, 1).tooMuch, tooMuchOn(hall, position, -1).tooMuch);
}

/** The one stop that can take over what none covers: alone on its side, and changeable now. */
export function stopToEnlarge(hall: Hall, position: Position): Order | undefined {
  const stops = exitsOf(hall, position).filter((order) => isStopType(order.type));
  const [stop] = stops;
  if (stop === undefined || stops.length > 1 || !isOwnExit(stop) || modifyFault(hall, stop) !== undefined) return undefined;
  return stop;
}

/** Exits become as large as what is held: too large ones shrink or go, a stop that covers too little grows, with the target of its group. */
export function mendExits(hall: Hall, account: AccountId, conId: ConId, by: string): Result<number, Refusal> {
  const position = hall.stores.positions.get(positionKey(account, conId));
  if (position === undefined) return err({ code: 'not-found', text: 'There is no such position.' });
  const sides = [tooMuchOn(hall, position, 1), tooMuchOn(hall, position, -1)].filter(({ tooMuch }) => tooMuch > 0);
  for (const { exits, tooMuch } of sides) makeRoom(hall, exits, minus(exiting(hall, exits), tooMuch), by);
  if (sides.length > 0) return ok(hall.coordinator.seq);
  if (position.quantity === 0) return err({ code: 'not-found', text: 'There is no such position.' });
  const open = unprotectedOf(hall, position);
  if (open <= 0) return refuse('The exits of this position are as large as it is.');
  const stop = stopToEnlarge(hall, position);
  if (stop === undefined) return refuse('No stop of this position can be enlarged now; protect what is open with a new one.');
  const done = changeOrder(hall, stop, { quantity: plus(stop.quantity, open) }, by);
  if (!done.ok) return done;
  for (const order of exitsOf(hall, position))
    if (order.key !== stop.key && isOwnExit(order) && groupOf(order) === groupOf(stop) && restOf(order) === restOf(stop))
      changeOrder(hall, order, { quantity: plus(order.quantity, open) }, by);
  return done;
}
