import { protects, stopsProtecting } from '#core/order/stop-coverage';
import { isStopType, type Order } from '#domain/order';
import type { Position } from '#domain/position';
import { workingSize } from '#simulator/engine/matching';
import type { WorkingOrder } from '#simulator/engine/working-order';
import type { JudgedBroker, JudgedLife } from './judged.ts';
import { isAlive } from './truth.ts';

/**
 * What the desk shows as protected is what the broker would do: if the price went through the stops now, the simulator would reduce the
 * position by that much. Units of 1e-4 share.
 */

const CONFIRMED: ReadonlySet<Order['state']> = new Set<Order['state']>(['ACCEPTED', 'PARTIALLY_FILLED', 'HELD', 'PENDING_REPLACE']);

/** Why the desk may show less than is so, and by how much at most. It may never show more. */
export type ShownLess = 'not in the book' | 'not confirmed to the desk' | 'its change is under way';

interface Shield {
  readonly symbol: string;
  readonly held: number;
  /** What the simulator would take of the position. */
  readonly truly: number;
  readonly shown: number;
  readonly less: ReadonlyMap<ShownLess, number>;
  /** What the desk counts of orders of other programs: TWS tells it of those only when it asks. */
  readonly foreign: number;
}

/** Every position whose quantity the desk has right. */
function shields(tws: JudgedBroker, life: Pick<JudgedLife, 'deskState' | 'stores'>): readonly Shield[] {
  const found: Shield[] = [];
  const { index } = life.deskState;
  const byPerm = new Map<number, Order>();
  for (const order of life.stores.orders.values()) if (order.permId !== undefined) byPerm.set(order.permId, order);
  for (const position of life.stores.positions.values()) {
    const truth = tws.ledger.position(position.contract.conId)?.quantity ?? 0;
    if (truth === 0 || truth !== position.quantity) continue;
    const stops = stopsOf(tws, position);
    const less = new Map<ShownLess, number>();
    for (const stop of stops) {
      const why = shownLess(byPerm.get(stop.permId));
      if (why !== undefined) less.set(why, (less.get(why) ?? 0) + wouldTake(tws, stop));
    }
    found.push({
      symbol: position.contract.symbol,
      held: Math.abs(truth),
      truly: Math.min(
        Math.abs(truth),
        largestOfGroups(stops, (stop) => wouldTake(tws, stop)),
      ),
      shown: stopsProtecting(index, index.working(), position),
      less,
      foreign: index
        .working()
        .filter((order) => order.origin === 'foreign' && order.contract.conId === position.contract.conId)
        .reduce((sum, order) => sum + protects(index, order), 0),
    });
  }
  return found;
}

/** Stops that TWS works against the position, of whoever placed them. */
function stopsOf(tws: JudgedBroker, { contract, quantity }: Position): readonly WorkingOrder[] {
  const side = quantity > 0 ? 'SELL' : 'BUY';
  return tws.exchange.register
    .active()
    .filter((order) => order.contract.conId === contract.conId && order.action === side && !order.done && isStopType(order.type));
}

function wouldTake(tws: JudgedBroker, order: WorkingOrder): number {
  // A cancel that is under way may come first.
  if (!isAlive(order)) return 0;
  return workingSize(order, order.parent === undefined ? [] : tws.exchange.register.childrenOf(order.parent));
}

function largestOfGroups(orders: readonly WorkingOrder[], of: (order: WorkingOrder) => number): number {
  const groups = new Map<string, number>();
  for (const order of orders) {
    const group = order.ocaGroup === '' ? `${order.permId}` : order.ocaGroup;
    groups.set(group, Math.max(groups.get(group) ?? 0, of(order)));
  }
  return [...groups.values()].reduce((sum, one) => sum + one, 0);
}

function shownLess(order: Order | undefined): ShownLess | undefined {
  if (order === undefined) return 'not in the book';
  if (!CONFIRMED.has(order.state)) return 'not confirmed to the desk';
  return order.state === 'PENDING_REPLACE' ? 'its change is under way' : undefined;
}

/** After the quiet: what is shown and what is so are equal but for what is named; empty when they are. */
export function shieldDiffers(tws: JudgedBroker, life: Pick<JudgedLife, 'deskState' | 'stores'>): readonly string[] {
  return shields(tws, life).flatMap(({ symbol, held, truly, shown, less, foreign }) => {
    const excused = [...less.values()].reduce((sum, one) => sum + one, 0);
    if (shown - foreign <= truly && truly - shown <= excused) return [];
    return [
      `A1: the desk shows ${shown / 10_000} of ${held / 10_000} ${symbol} as protected, the simulator would take ${truly / 10_000}; excused is ${excused / 10_000} (${[...less.keys()].join(', ')})`,
    ];
  });
}

/** At any moment at which everything has been told: never is more shown than is so. */
export function falseShield(tws: JudgedBroker, life: Pick<JudgedLife, 'deskState' | 'stores'>): readonly string[] {
  return shields(tws, life).flatMap(({ symbol, held, truly, shown, foreign }) =>
    shown - foreign <= truly
      ? []
      : [
          `A1: the desk shows ${shown / 10_000} of ${held / 10_000} ${symbol} as protected, the simulator would take ${truly / 10_000} of it now`,
        ],
  );
}
