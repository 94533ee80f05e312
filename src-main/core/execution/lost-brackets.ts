import { amendOrder } from './transition.ts';
import type { OrderKey } from '#domain/ids';
import { isTerminal, type Order } from '#domain/order';
import { log } from '#core/state/records';
import { commit, type Slice } from '#core/state/desk-state';

type Desk = Slice<'bracketCancels' | 'clock' | 'coordinator' | 'counters' | 'index' | 'link' | 'stores'>;

/** Missing from the lists for so long, of a connection that stood all the time. */
const MISSING_MS = 1_000;
/** TWS answers every cancel, also one that finds nothing: one without an answer for so long was lost. */
const ANSWERED_WITHIN_MS = 4_000;

/**
 * I-27: a bracket of which IB lists no leg, although it may have left. Its last leg may be lost, and then TWS holds the first ones
 * untransmitted, shown to nobody, until a person presses "Transmit". Cancels of such legs leave once for each connection, and again while
 * nothing answers them; what IB never had answers that it is unknown. A bracket of which anything is known to live is left alone: its exits are protection.
 */
export function cancelBrokenBrackets(desk: Desk): void {
  const now = desk.clock.now();
  const due = desk.index
    .working()
    .filter((order) => order.state === 'UNKNOWN' && now - (order.sentAt ?? Number.NEGATIVE_INFINITY) >= MISSING_MS)
    .filter((order) => order.origin === 'trigger' || order.origin === 'operator')
    .filter((order) => isCancelDue(desk, order.key, now) && isLostBracket(bracketOf(desk, order)));
  if (due.length === 0) return;
  const again = new Set(due.filter(({ key }) => desk.bracketCancels.get(key)?.epoch === desk.link.epoch).map(({ key }) => key));
  for (const { key } of due) desk.bracketCancels.set(key, { epoch: desk.link.epoch, at: now, answered: false });
  commit(desk, 'risk-reducing', 'bracket.broken', { kind: 'system', text: 'IB lists no leg of it' }, (tx) => {
    for (const { key } of due) {
      const order = tx.get(desk.stores.orders, key);
      if (order?.state !== 'UNKNOWN' || order.orderId === undefined || order.clientId === undefined) continue;
      amendOrder(desk, tx, order, {
        ...order,
        updatedAt: tx.at,
        note: 'IB does not list its bracket; cancelled in case TWS holds it untransmitted',
      });
      tx.effect({ kind: 'cancel', key, address: { clientId: order.clientId, orderId: order.orderId } });
      if (order.parentKey === undefined && !again.has(key))
        log(
          tx,
          'alarm',
          `IB lists no leg of the bracket ${order.side} ${order.contract.symbol}; in case TWS holds a part of it untransmitted, its legs are being cancelled.`,
          { kind: 'order', key },
        );
    }
  });
}

function isCancelDue(desk: Desk, key: OrderKey, now: number): boolean {
  const last = desk.bracketCancels.get(key);
  return last?.epoch !== desk.link.epoch || (!last.answered && now - last.at >= ANSWERED_WITHIN_MS);
}

/** IB said something about an order whose bracket was cancelled so: it has the cancel. */
export function bracketCancelAnswered(desk: Desk, key: OrderKey): void {
  const last = desk.bracketCancels.get(key);
  if (last !== undefined) desk.bracketCancels.set(key, { ...last, answered: true });
}

function bracketOf(desk: Desk, order: Order): readonly Order[] {
  const parent = order.parentKey ?? order.key;
  return [...desk.stores.orders.values()].filter((other) => other.key === parent || other.parentKey === parent);
}

function isLostBracket(family: readonly Order[]): boolean {
  return (
    // Of an entry that nobody here knows nobody can say that it has not filled.
    family.some(({ key, parentKey }) => parentKey === undefined && family.some((leg) => leg.parentKey === key)) &&
    family.every((leg) => leg.filled === 0 && (leg.state === 'UNKNOWN' || (isTerminal(leg.state) && leg.state !== 'FILLED')))
  );
}
