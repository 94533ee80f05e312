import { numberRefusal, onlyGlobally } from '#core/order/addressable';
import { commit, count, type Slice } from '#core/state/desk-state';
import { step } from '#core/state/records';
import type { Refusal } from '#core/state/refusal';
import type { OrderKey } from '#domain/ids';
import { isWorking, type Order } from '#domain/order';
import { err, ok, type Result } from '#domain/result';
import { notSent } from './submit.ts';
import { moveOrder } from './transition.ts';

type Desk = Slice<
  | 'broker'
  | 'cancelRetries'
  | 'clock'
  | 'coordinator'
  | 'counters'
  | 'index'
  | 'latch'
  | 'latencies'
  | 'link'
  | 'ordersOut'
  | 'recentSends'
  | 'stores'
  | 'unsentCancels'
  | 'unsentGlobalCancel'
>;

/**
 * `globally`: no cancel of its own leaves, because only the global cancel of the same act reaches it. `keepsExits`: the act leaves the exits of
 * what is held, so a stop that IB takes along is put back.
 */
export function cancelInside(
  desk: Desk,
  tx: Parameters<typeof step>[0],
  target: Order,
  { globally = false, keepsExits = false }: { readonly globally?: boolean; readonly keepsExits?: boolean } = {},
): void {
  const order = tx.get(desk.stores.orders, target.key);
  if (order === undefined || !isWorking(order.state)) return;
  const { orderId, clientId } = order;
  if (!globally && (orderId === undefined || clientId === undefined)) return;
  const asked = askedAt(order, tx.at, keepsExits && !isTaken(order));
  // Lost sight of, it stays so, and its row goes on saying what is known.
  moveOrder(desk, tx, order, 'cancel', order.state === 'UNKNOWN' ? asked : { ...asked, updatedAt: tx.at, note: 'cancel sent' });
  desk.cancelRetries.note(order.key, desk.clock.now());
  if (globally || orderId === undefined || clientId === undefined) return;
  tx.effect({
    kind: 'cancel',
    key: order.key,
    address: { clientId, orderId, ...(order.permId === undefined ? {} : { permId: order.permId }) },
  });
}

function askedAt(order: Order, at: number, keepsExits: boolean): Order {
  const { cancelKeepsExits: _before, ...rest } = order;
  return { ...rest, cancelAskedAt: at, ...(keepsExits ? { cancelKeepsExits: true as const } : {}) };
}

/** An exit that somebody has cancelled for its own sake: an act that keeps exits and asks for it again does not bring it back. */
function isTaken({ leg, cancelAskedAt, cancelKeepsExits }: Order): boolean {
  return (leg === 'S' || leg === 'T') && cancelAskedAt !== undefined && cancelKeepsExits !== true;
}

/**
 * After a reconnect, before anything else: cancels that found no socket, or may have died with it. Orders of other programs are reached by
 * the global cancel of a kill alone.
 */
export function resendCancels(desk: Desk): void {
  const due: Order[] = [];
  for (const key of desk.unsentCancels.keys()) {
    const order = desk.index.get(key);
    if (order !== undefined && isWorking(order.state) && order.origin !== 'foreign') due.push(order);
    else desk.unsentCancels.neverLeaves(key);
  }
  if (due.length === 0 && !desk.unsentGlobalCancel) return;
  commit(desk, 'risk-reducing', 'cancels.again', { kind: 'system', text: 'cancels that may not have left' }, (tx) => {
    for (const order of due) cancelInside(desk, tx, order, { globally: onlyGlobally(order), keepsExits: order.cancelKeepsExits === true });
    if (desk.unsentGlobalCancel) tx.effect({ kind: 'global-cancel' });
  });
}

/**
 * Cancels of the operator: one order, all own, or all (`globally`, which reaches other programs' orders too). Two orders of one reference go
 * together, for nobody knows which of them was wished. Legal in every state.
 */
export function cancelOrders(desk: Desk, orders: readonly Order[], by: string, globally = false, keepsExits = false): number {
  let sent = 0;
  const targets = new Map(orders.flatMap((order) => [order, ...desk.index.twinsOf(order)]).map((order) => [order.key, order]));
  // A change that still waits would leave after the cancel.
  const changing = [...targets.values()].flatMap(({ state, ref }) => (state === 'PENDING_REPLACE' && ref !== undefined ? [ref] : []));
  if (changing.length > 0) desk.broker.drop(changing, `cancelled by ${by}`);
  const seq = commit(desk, 'risk-reducing', 'orders.cancel', { kind: 'command', text: `cancel by ${by}` }, (tx) => {
    for (const target of targets.values()) {
      const order = tx.get(desk.stores.orders, target.key);
      if (order === undefined || !isWorking(order.state)) continue;
      desk.cancelRetries.forget(order.key);
      cancelInside(desk, tx, order, { globally: globally && onlyGlobally(order), keepsExits });
      sent += 1;
    }
    if (globally) tx.effect({ kind: 'global-cancel' });
    return tx.seq;
  });
  count(desk, 'cancels', sent);
  return seq ?? 0;
}

/** One order that has not left. It goes with all legs of its bracket, because IB gets them together or not at all. */
function cancelWaiting(desk: Desk, key: OrderKey, by: string): Result<number, Refusal> {
  const order = desk.index.get(key);
  const reason = `Cancelled by ${by} before it left.`;
  const dropped = order?.ref === undefined ? [] : desk.broker.drop([order.ref], reason);
  notSent(desk, dropped, reason);
  if (dropped.length === 0) return err({ code: 'not-allowed-now', text: 'This order is just leaving; cancel it in a moment.' });
  return ok(desk.coordinator.seq);
}

/** Whether a screen offers to cancel this order; `cancelOrder` says why it cannot be. */
export function isCancellable(order: Order): boolean {
  if (order.state === 'QUEUED') return true;
  return isWorking(order.state) && order.orderId !== undefined && order.state !== 'PENDING_CANCEL' && order.origin !== 'foreign';
}

/**
 * The operator's cancel of one order: dropped while it waits here, cancelled at the broker once it has left, refused where this desk cannot
 * name it there. The commit's number.
 */
export function cancelOrder(desk: Desk, key: OrderKey, by: string): Result<number, Refusal> {
  const order = desk.index.get(key);
  if (order === undefined) return err({ code: 'not-found', text: 'There is no such order.' });
  if (order.state === 'QUEUED' || order.state === 'INTENT') return cancelWaiting(desk, key, by);
  if (order.origin === 'foreign')
    return err({
      code: 'not-allowed-now',
      text: 'Another program placed this order; cancel it there or in TWS, or cancel all with the scope "all".',
    });
  const nameless = numberRefusal(order);
  if (nameless !== undefined)
    return err({
      code: 'not-allowed-now',
      text: order.origin === 'manual' ? nameless : 'This order has not left the program; there is nothing to cancel at the broker.',
    });
  return ok(cancelOrders(desk, [order], by));
}
