import { takesOf, waitsForEntry } from '#core/order/brackets';
import { entryKeyOf, restOfGroups } from '#core/order/oca-group';
import { stopsProtecting } from '#core/order/stop-coverage';
import type { DeskView } from '#core/state/desk-view';
import type { AccountId, ConId } from '#domain/ids';
import type { Order } from '#domain/order';
import type { Position } from '#domain/position';
import { type Quantity, ZERO } from '#domain/quantity';
import { abs, max, minus, negate, plus } from '#domain/scaled';

type View = Pick<DeskView, 'index' | 'stores'>;

export function sizeOf(position: Position): Quantity {
  return abs(position.quantity);
}

/** Working orders of this desk or of a person that lower this position. Children of an entry that has not filled wait for it and lower nothing. */
export function exitsOf(desk: View, position: Position): readonly Order[] {
  const side = position.quantity > 0 ? 'SELL' : 'BUY';
  return desk.index.working().filter((order) => {
    if (order.contract.conId !== position.contract.conId || order.account !== position.account || order.side !== side) return false;
    return !waitsForEntry(desk.index, order);
  });
}

/** Quantity that working exits can take in all: exits of one group cancel each other, so the largest of them counts. */
export function exiting(desk: View, exits: readonly Order[]): Quantity {
  return restOfGroups(exits, (order) => takesOf(desk.index, order));
}

/** Held, and covered by no stop that works at the broker. */
export function unprotectedOf(desk: View, position: Position): Quantity {
  return minus(sizeOf(position), stopsProtecting(desk.index, desk.index.working(), position));
}

/** What entries of triggers have opened and their own exits have not closed, by side. */
export function openedByTriggers(desk: View, account: AccountId, conId: ConId): { readonly long: Quantity; readonly short: Quantity } {
  let long = ZERO;
  let short = ZERO;
  for (const order of desk.stores.orders.values()) {
    if (order.contract.conId !== conId || order.account !== account || order.filled === 0 || order.triggerId === undefined) continue;
    const entryKey = entryKeyOf(order);
    const entry = entryKey === undefined ? order : desk.index.get(entryKey);
    if (entry?.leg !== 'E') continue;
    const opened = order === entry ? order.filled : negate(order.filled);
    if (entry.side === 'BUY') long = plus(long, opened);
    else short = plus(short, opened);
  }
  return { long: max(ZERO, long), short: max(ZERO, short) };
}

/** Only what this desk placed as an exit is taken back by itself; a person's order is a person's wish. */
export function isOwnExit(order: Order): boolean {
  return (order.leg === 'S' || order.leg === 'T') && order.origin !== 'manual' && order.origin !== 'foreign' && order.state !== 'UNKNOWN';
}
