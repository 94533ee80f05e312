import { isTerminal, type Order } from '#domain/order';
import type { OrderView } from '#simulator/model/order-view';
import type { JudgedBroker, JudgedLife, Written } from './judged.ts';

interface Part {
  readonly rest: number;
  /** Orders of one group at IB, the exits of one bracket among them, cancel each other. */
  readonly group: string | undefined;
  /** Set for the exit of a bracket: how much of it is there to leave. */
  readonly open: number | undefined;
}

/**
 * Worst case of one side if everything on it fills. Orders of one group take in no more than the largest of them, and the exits of a bracket
 * never more than the entry has filled and other exits have not closed: what the entry may still fill, it takes to the other side first.
 */
function worst(held: number, parts: readonly Part[], direction: 1 | -1): number {
  let sum = direction * held;
  const groups = new Map<string, number>();
  for (const { rest, group, open } of parts) {
    const takes = Math.min(rest, Math.max(0, open ?? rest));
    if (group === undefined) sum += takes;
    else groups.set(group, Math.max(groups.get(group) ?? 0, takes));
  }
  for (const rest of groups.values()) sum += rest;
  return sum;
}

/** As the desk's book has it: everything that is not over, UNKNOWN and queued orders included. Units of 1e-4 share. */
export function deskExposure(life: Pick<JudgedLife, 'stores'>, conId: number, direction: 1 | -1): number {
  const side = direction === 1 ? 'BUY' : 'SELL';
  const held = [...life.stores.positions.values()].find((position) => position.contract.conId === conId)?.quantity ?? 0;
  const orders = [...life.stores.orders.values()];
  const parts = orders
    .filter((order) => order.contract.conId === conId && order.side === side && !isTerminal(order.state))
    .map((order) => ({ rest: Math.max(0, Math.max(order.quantity, changeOf(order)) - order.filled), ...exitOf(order, orders) }));
  return worst(held, parts, direction);
}

/** A raise that has left may have been taken. */
function changeOf(order: Order): number {
  return order.change?.quantity ?? 0;
}

/** After a restart the book no longer knows parents; the references still do. */
function exitOf(order: Order, orders: readonly Order[]): Pick<Part, 'group' | 'open'> {
  if (order.ref === undefined || (order.leg !== 'T' && order.leg !== 'S')) return { group: order.ocaGroup, open: undefined };
  const family = order.ref.slice(0, -1);
  const legs = orders.filter((other) => other.ref?.startsWith(family) === true);
  const entry = legs.find((other) => other.leg === 'E');
  if (entry === undefined) return { group: order.ocaGroup, open: undefined };
  const open = entry.filled - legs.reduce((sum, leg) => sum + (leg === entry ? 0 : leg.filled), 0);
  return { group: order.ocaGroup ?? `OCA-${family}E`, open };
}

/** As it truly is: the ledger's position, what works there, and what is on the wire on its way there. */
export function trueExposure(tws: JudgedBroker, written: Iterable<Written>, conId: number, direction: 1 | -1): number {
  const side = direction === 1 ? 'BUY' : 'SELL';
  const held = tws.ledger.position(conId)?.quantity ?? 0;
  const { orders } = tws.ledger;
  const parts: Part[] = tws.exchange.register
    .active()
    .filter((order) => order.contract.conId === conId && order.action === side && !order.done)
    .map((order) => ({ rest: order.remaining, ...trueExitOf(order, orders) }));
  for (const frame of written)
    if (frame.travelling && frame.parent && frame.conId === conId && frame.direction === direction)
      parts.push({ rest: frame.quantity, group: undefined, open: undefined });
  return worst(held, parts, direction);
}

function trueExitOf(order: OrderView, orders: readonly OrderView[]): Pick<Part, 'group' | 'open'> {
  const group = order.ocaGroup === '' ? undefined : order.ocaGroup;
  const entry = order.parentPermId === 0 ? undefined : orders.find((other) => other.permId === order.parentPermId);
  if (entry === undefined) return { group, open: undefined };
  const exited = orders.reduce((sum, other) => sum + (other.parentPermId === entry.permId ? other.filled : 0), 0);
  return { group: group ?? `parent ${entry.permId}`, open: entry.filled - exited };
}
