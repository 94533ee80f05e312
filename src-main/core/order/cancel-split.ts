import { isStopType, type Order, type OrderState } from '#domain/order';
import type { Position } from '#domain/position';
import { type Quantity, ZERO } from '#domain/quantity';
import { abs, max, min, minus } from '#domain/scaled';
import { onlyGlobally } from './addressable.ts';
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
 * what it does. Stops have the position first: confirmed ones, older before newer, then those that only may be there. A stop that is larger than
 * what is left for it stays and is made smaller, because a position with a stop that is too large is mended, and one without a stop is not. One
 * that nobody here can make smaller counts with the entries: the operator is told of it by name. A
 * target stays where it fits, or where it is no larger than the stop of its group, with which it cannot trade together.
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
    let room: Quantity = abs(position.quantity);
    const take = (most: Quantity): Quantity => {
      const share = min(room, most);
      room = minus(room, share);
      return share;
    };
    const groups = groupsAgainst(exits, position, index);
    const stopped = groups
      .filter(({ stops }) => stops.length > 0)
      .toSorted((one, other) => one.rank - other.rank || one.since - other.since)
      .filter(({ stops, stopTakes }) => (stopTakes <= room || !stops.some(onlyGlobally)) && stopTakes > 0 && take(stopTakes) > 0);
    for (const { stops } of stopped) for (const order of stops) kept.add(order);
    // Beyond its stop a target takes room of its own; a target alone takes all of its room.
    for (const { targets, stopTakes } of [...stopped, ...groups.filter(({ stops }) => stops.length === 0)])
      for (const order of targets) {
        const more = max(ZERO, minus(takesOf(index, order), stopTakes));
        if (more > room) continue;
        take(more);
        if (more > 0 || stopTakes > 0) kept.add(order);
      }
  }
  return kept;
}

/** Exits of one group: together they take no more than the largest of them. */
interface Group {
  readonly stops: readonly Order[];
  readonly targets: readonly Order[];
  readonly stopTakes: Quantity;
  /** 0 with a confirmed stop. */
  readonly rank: 0 | 1;
  readonly since: number;
}

function groupsAgainst(exits: readonly Order[], { account, contract, quantity }: Held, index: OrderLookup): readonly Group[] {
  const side = quantity > 0 ? 'SELL' : 'BUY';
  const groups = new Map<string, Order[]>();
  for (const order of exits) {
    if (order.account !== account || order.contract.conId !== contract.conId || order.side !== side) continue;
    const members = groups.get(groupOf(order));
    if (members === undefined) groups.set(groupOf(order), [order]);
    else members.push(order);
  }
  return [...groups.values()].map((members) => {
    const stops = members.filter((order) => isStopType(order.type));
    return {
      stops,
      targets: members.filter((order) => !isStopType(order.type)),
      stopTakes: stops.reduce((most, order) => max(most, takesOf(index, order)), ZERO),
      rank: stops.some((order) => CONFIRMED.has(order.state)) ? 0 : 1,
      since: Math.min(...members.map((order) => order.createdAt)),
    };
  });
}
