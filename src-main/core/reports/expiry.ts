import { moveOrder } from '#core/execution/transition';
import type { Tx } from '#core/commit/transaction';
import type { OrderKey } from '#domain/ids';
import type { Order } from '#domain/order';
import { dayKey, type SessionDetails, sessionAt } from '#domain/session-time';
import { type Effect, log, positionKey } from '#core/state/records';
import type { Slice } from '#core/state/desk-state';
import { cancelExplains } from './cancel-evidence.ts';

type Desk = Slice<'bracketCancels' | 'counters' | 'details' | 'exchange' | 'memos' | 'stores'>;

const HOUR = 3_600_000;
/** The desk's picture of the exchange's clock may lag behind by so much when IB's news of the close comes. */
const SKEW = 5_000;
/** No session ends later than this after an order came; longer ago, and outside of every session, it has ended. */
const LONGEST = 5 * 24 * HOUR;

/** Called with every committed change of an order. */
export function noteSince(desk: Desk, order: Order): void {
  if (desk.memos.of(order.key).since === undefined) desk.memos.note(order.key, 'since', desk.exchange.now());
}

export function noteGoodTill(desk: Desk, key: OrderKey, goodTill: number | undefined): void {
  if (goodTill === undefined) return;
  if (desk.memos.of(key).since === undefined) desk.memos.note(key, 'since', desk.exchange.now());
  desk.memos.note(key, 'goodTill', goodTill);
}

/**
 * IB's word for an order that ended with its session or at its date is `Cancelled`, as for any other cancel. It expired when nobody asked
 * for a cancel, no 202 came, and a session in which it could trade is over (GTD: its date has come).
 */
export function cancelledOrExpired(desk: Desk, order: Order): 'CANCELLED' | 'EXPIRED' {
  return !cancelExplains(desk, order) && isOver(desk, order) ? 'EXPIRED' : 'CANCELLED';
}

function isOver(desk: Desk, order: Order): boolean {
  const { since, goodTill } = desk.memos.of(order.key);
  const now = desk.exchange.now() + SKEW;
  if (order.tif === 'GTD') return goodTill !== undefined && now >= goodTill;
  if (order.tif !== 'DAY' || since === undefined) return false;
  const { contract } = order;
  const unknown: SessionDetails = { contract, timeZoneId: '', tradingHours: '', liquidHours: '' };
  return sessionEnded(since, now, desk.details.get(contract.conId) ?? unknown, order.outsideRth);
}

/** Whether a session in which such an order trades was open after `from` and has ended by `to`. Looks hour by hour: no session is shorter. */
function sessionEnded(from: number, to: number, details: SessionDetails, outsideRth: boolean): boolean {
  const isOpen = (at: number): boolean => {
    const { session } = sessionAt(at, details);
    return session === 'rth' || (outsideRth && session === 'extended');
  };
  if (to - from > LONGEST) return true;
  let seen = false;
  for (let at = from; at < to; at += HOUR) {
    const open = isOpen(at);
    if (seen && !open) return true;
    seen ||= open;
  }
  return seen && !isOpen(to);
}

/**
 * After complete lists that do not name an order IB once had: it worked for a day that is over, so it cannot be alive, and nobody told its
 * end. Only while the broker's position is the desk's: a difference could be its fill. True when it was settled so.
 */
export function lapses(desk: Desk, tx: Tx<Effect>, order: Order): boolean {
  if (order.ackedAt === undefined || order.state === 'PENDING_CANCEL' || !isOver(desk, order)) return false;
  // What ended today IB still lists as completed: missing there, it needs a look.
  const since = desk.memos.of(order.key).since ?? Infinity;
  if (!(dayKey(since) < dayKey(desk.exchange.now()))) return false;
  const position = tx.get(desk.stores.positions, positionKey(order.account, order.contract.conId));
  if ((position?.brokerQuantity ?? position?.quantity ?? 0) !== (position?.quantity ?? 0)) return false;
  const { absence: _none, change: _lapsed, ...rest } = order;
  moveOrder(desk, tx, order, 'lapse', {
    ...rest,
    updatedAt: tx.at,
    note: 'expired: its day is over, IB lists it nowhere, and nobody told its end',
  });
  log(
    tx,
    'alarm',
    `Expired: ${order.side} ${order.contract.symbol}. Its day is over and IB lists it nowhere; nobody told its end, so look at the position in TWS too.`,
    { kind: 'order', key: order.key },
  );
  return true;
}
