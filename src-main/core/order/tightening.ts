import type { Order, OrderLeg } from '#domain/order';

/**
 * Whether an exit with these terms acts no later than it does now, and for no more: its stop stands nearer the market or where it was, its
 * limit asks for no more, it trails no further behind, and it is not larger. The one meaning of "tightens or shrinks" for every type.
 */
export function onlyTightens(order: Order, leg: OrderLeg): boolean {
  if (leg.side !== order.side || leg.type !== order.type || leg.quantity > order.quantity) return false;
  // Towards the market: a selling stop up, a selling limit down.
  const way = leg.side === 'SELL' ? 1 : -1;
  switch (leg.type) {
    case 'MKT':
      return true;
    case 'LMT':
      return nearer(order.limit, leg.limit, 0 - way);
    case 'STP':
      return nearer(order.stop, leg.stop, way);
    case 'STP LMT':
      return nearer(order.stop, leg.stop, way) && roomOf(leg, way) >= roomOf(order, way);
    case 'TRAIL':
      return trailsNoFurther(order, leg);
  }
}

function nearer(before: number | undefined, after: number | undefined, way: number): boolean {
  return before !== undefined && after !== undefined && (after - before) * way >= 0;
}

/** How far beyond its stop a stop-limit still trades; with less room it may be left behind. NaN, and so never enough, without both prices. */
function roomOf({ stop, limit }: Pick<OrderLeg, 'stop' | 'limit'>, way: number): number {
  return stop === undefined || limit === undefined ? Number.NaN : (stop - limit) * way;
}

/** Where it stands is IB's matter; two kinds of distance cannot be compared. */
function trailsNoFurther({ trail: before }: Order, { trail: after }: OrderLeg): boolean {
  if (before === undefined || after === undefined) return false;
  if (before.kind === 'amount') return after.kind === 'amount' && after.amount <= before.amount;
  return after.kind === 'percent' && after.basisPoints <= before.basisPoints;
}
