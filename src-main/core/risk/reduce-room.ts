import { groupOf } from '#core/order/oca-group';
import { type Order, type OrderIntent, type OrderLeg, sameTrail } from '#domain/order';
import { type Quantity, ZERO } from '#domain/quantity';
import { minus, negate, plus } from '#domain/scaled';
import { pending } from './exposure.ts';
import type { RiskContext } from './risk-context.ts';

/** What a reducing order takes, what there is for it, and whether the one fits into the other. */
export interface ReduceRoom {
  /** What it still takes. */
  readonly rest: Quantity;
  /** Held on its side, with what the entry of a changed exit may still open. */
  readonly held: Quantity;
  /** Of it, what no other exit takes. */
  readonly free: Quantity;
  readonly fits: boolean;
  /** The same order, for less: whatever else works, it can only lower what may be traded. */
  readonly onlyShrinks: boolean;
}

/** The one rule for what only lowers exposure: no more than is held less what exits already. Risk asks it at the verdict, the gate at the write. */
export function reduceRoom(
  { legs: [leg], contract }: Pick<OrderIntent, 'legs' | 'contract'>,
  { position, working, takes, changed, coming = ZERO }: Pick<RiskContext, 'position' | 'working' | 'takes' | 'changed' | 'coming'>,
): ReduceRoom {
  const rest = minus(leg.quantity, changed?.filled ?? ZERO);
  const held = plus(leg.side === 'SELL' ? position : negate(position), coming);
  // What joins a group takes nothing besides it, as long as it is alone no more than what the others leave.
  const others = leg.ocaGroup === undefined ? working : working.filter((order) => groupOf(order) !== leg.ocaGroup);
  const free = minus(held, pending(others, contract.conId, leg.side, takes));
  const shrinks = changed !== undefined && onlyShrinks(leg, changed);
  return { rest, held, free, fits: shrinks || (held > 0 && rest <= free), onlyShrinks: shrinks };
}

function onlyShrinks(leg: OrderLeg, order: Order): boolean {
  // Where a trailing stop stands is IB's matter.
  const stands = leg.stop === order.stop || leg.type === 'TRAIL';
  return leg.quantity < order.quantity && leg.limit === order.limit && stands && sameTrail(leg.trail, order.trail);
}
