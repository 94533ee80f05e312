import { isStopType, type Order, type OrderState } from '#domain/order';
import type { Position } from '#domain/position';
import { type Quantity, ZERO } from '#domain/quantity';
import { abs, max, min, minus } from '#domain/scaled';
import { hadNothingToExit, takesOf } from './brackets.ts';
import { groupOf } from './oca-group.ts';
import type { OrderLookup } from './order-index.ts';

/** What a cancelling takes away beside entries: `keep` leaves the exits of what is held, `cancel` takes them too. */
export type ExitChoice = 'keep' | 'cancel';

export interface CancelSplit {
  /** What may raise exposure, what exits more than is held, and what protects nothing. */
  readonly entries: readonly Order[];
  /** Stops and targets of what is held: their groups together fit the position. */
  readonly protective: readonly Order[];
}

type Held = Pick<Position, 'account' | 'contract' | 'quantity'>;

/** An exit that is on its way out, or that waits in TWS for a person, protects nothing: it goes. */
const MAY_STAY: ReadonlySet<OrderState> = new Set<OrderState>([
  'SUBMITTED',
  'UNKNOWN',
  'ACCEPTED',
  'HELD',
  'PARTIALLY_FILLED',
  'PENDING_REPLACE',
]);
/** Confirmed by IB; it comes before what only may be there. */
const CONFIRMED: ReadonlySet<OrderState> = new Set<OrderState>(['ACCEPTED', 'HELD', 'PARTIALLY_FILLED', 'PENDING_REPLACE']);

/**
 * The one split of working orders for everything that cancels more than one order, and for everything that says beforehand or afterwards
 * what it does. Groups with a confirmed stop have the position first, older ones before newer, then stops that only may be there, then
 * targets. The last group that finds room may be larger than what is left for it: it stays and is made smaller, because a position with a stop
 * that is too large is mended, and one without a stop is not.
 *
 * `positions` undefined: the book has not been compared with the broker's. Nobody can say then that an exit protects nothing, so each of them
 * stays until it is known.
 */
export function splitForCancel(orders: readonly Order[], positions: Iterable<Held> | undefined, index: OrderLookup): CancelSplit {
  const exits = orders.filter((order) => MAY_STAY.has(order.state) && isExit(order) && !hadNothingToExit(index, order));
  const kept = positions === undefined ? new Set(exits) : fitting(exits, positions, index);
  return { entries: orders.filter((order) => !kept.has(order)), protective: orders.filter((order) => kept.has(order)) };
}

/** Placed as a stop or a target; of a person or another program, what has the form of one. Never a close: that is no protection. */
function isExit(order: Order): boolean {
  if (order.leg !== undefined) return order.leg === 'S' || order.leg === 'T';
  return isStopType(order.type) || order.type === 'LMT';
}

function fitting(exits: readonly Order[], positions: Iterable<Held>, index: OrderLookup): ReadonlySet<Order> {
  const kept = new Set<Order>();
  for (const position of positions) {
    const side = position.quantity > 0 ? 'SELL' : 'BUY';
    const groups = new Map<string, Order[]>();
    for (const order of exits) {
      if (order.account !== position.account || order.contract.conId !== position.contract.conId || order.side !== side) continue;
      const group = groupOf(order);
      const members = groups.get(group);
      if (members === undefined) groups.set(group, [order]);
      else members.push(order);
    }
    let room: Quantity = abs(position.quantity);
    for (const group of [...groups.values()].toSorted((one, other) => rankOf(one) - rankOf(other) || ageOf(one) - ageOf(other))) {
      const takes = group.reduce((most, order) => max(most, takesOf(index, order)), ZERO);
      if (room <= 0 || takes <= 0) continue;
      for (const order of group) kept.add(order);
      room = minus(room, min(room, takes));
    }
  }
  return kept;
}

function rankOf(group: readonly Order[]): number {
  const stops = group.filter((order) => isStopType(order.type));
  if (stops.some((order) => CONFIRMED.has(order.state))) return 0;
  return stops.length > 0 ? 1 : 2;
}

function ageOf(group: readonly Order[]): number {
  return Math.min(...group.map((order) => order.createdAt));
}
