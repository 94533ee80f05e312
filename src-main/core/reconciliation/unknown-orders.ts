import type { Tx } from '#core/commit/transaction';
import type { OrderKey } from '#domain/ids';
import type { Order, OrderAbsence, OrderState } from '#domain/order';
import { ZERO } from '#domain/quantity';
import { err, ok, type Result } from '#domain/result';
import { type Effect, log, positionKey } from '#core/state/records';
import { commit, type Slice } from '#core/state/desk-state';
import { amendOrder, moveOrder } from '#core/execution/transition';
import type { Refusal } from '#core/state/refusal';

type Desk = Slice<'cancelRetries' | 'coordinator' | 'counters' | 'index' | 'lookUpRetries' | 'reconciliation' | 'stores'>;

/** Complete lists in a row, and the time between the first and the last, that together prove that IB does not have the order. */
const LOOKS = 3;
const APART_MS = 10_000;
const LOOK_EVERY_MS = 5_000;
/** A list may have been made before what was told last. */
const LIST_LAG_MS = 2_000;
const AT_IB: ReadonlySet<OrderState> = new Set<OrderState>(['ACCEPTED', 'HELD', 'PARTIALLY_FILLED']);
/** A cancel or a change that IB has taken no note of. */
const UNANSWERED_MS = 10_000;

/**
 * After complete lists of one connection: an UNKNOWN order without a trace in open, completed and executed orders. Only the operator
 * settles it; nothing is ever sent again by the desk.
 */
export function noteAbsence(desk: Desk, tx: Tx<Effect>, order: Order): void {
  const position = tx.get(desk.stores.positions, positionKey(order.account, order.contract.conId))?.brokerQuantity ?? ZERO;
  const before = order.absence;
  const again = before !== undefined && before.position === position;
  const looks = again ? before.looks + 1 : 1;
  const since = again ? before.since : tx.at;
  const absence: OrderAbsence = { since, looks, position, isProven: looks >= LOOKS && tx.at - since >= APART_MS };
  amendOrder(desk, tx, order, {
    ...order,
    absence,
    updatedAt: tx.at,
    note: absence.isProven
      ? 'IB has no trace of it: settle it as not sent, or look in TWS'
      : `IB does not list it (${looks} of ${LOOKS} looks); asking again`,
  });
  if (absence.isProven && before?.isProven !== true)
    log(
      tx,
      'alarm',
      `IB has no trace of ${order.side} ${order.contract.symbol} in ${looks} complete lists over ${Math.round((tx.at - since) / 1_000)} s. Look in TWS, then settle it as not sent.`,
      { kind: 'order', key: order.key },
    );
}

/**
 * Whether the lists should be asked for again now: an UNKNOWN order is not settled, or a sent one was never answered. If so, that they are is
 * noted: the same question is asked ever more seldom.
 */
export function needsLookUp(desk: Desk, now: number): boolean {
  if (now - desk.reconciliation.lastRequestAt() < LOOK_EVERY_MS) return false;
  const due = desk.index.working().filter((order) => isUnanswered(desk, order, now));
  for (const { key } of due) desk.lookUpRetries.note(key, now);
  return due.length > 0;
}

function isUnanswered(desk: Desk, order: Order, now: number): boolean {
  const cancelled = desk.cancelRetries.since(order.key) ?? order.updatedAt;
  const silent =
    (order.state === 'PENDING_CANCEL' && order.ibStatus !== 'PendingCancel' && now - cancelled >= UNANSWERED_MS) ||
    (order.state === 'UNKNOWN' && order.absence?.isProven !== true) ||
    (order.state === 'SUBMITTED' && order.ackedAt === undefined && order.sentAt !== undefined && now - order.sentAt > LOOK_EVERY_MS) ||
    (order.state === 'PENDING_REPLACE' && now - order.updatedAt > UNANSWERED_MS);
  return silent && desk.lookUpRetries.isDue(order.key, now);
}

/**
 * The end of a list of open orders outside of a comparison: an order that works here and that it does not name has ended there, and nobody
 * told (the end of another program's order is told to that program). True when the complete lists should be asked for.
 */
export function missesListed(desk: Desk, now: number): boolean {
  const listed = desk.reconciliation.takeListed();
  if (desk.reconciliation.running() || now - desk.reconciliation.lastRequestAt() < LOOK_EVERY_MS) return false;
  return desk.index
    .working()
    .some(
      (order) => AT_IB.has(order.state) && order.ackedAt !== undefined && now - order.updatedAt > LIST_LAG_MS && !listed.has(order.key),
    );
}

/** Whether it is proven that IB does not have this order. */
export function isSettleable(order: Order): boolean {
  return order.state === 'UNKNOWN' && order.absence?.isProven === true;
}

/** The operator's word, possible only after the proof. */
export function settleOrder(desk: Desk, key: OrderKey, version: number, by: string): Result<number, Refusal> {
  const order = desk.index.get(key);
  if (order === undefined) return err({ code: 'not-found', text: 'There is no such order.' });
  if (order.updatedAt !== version) return err({ code: 'conflict', text: 'The order changed in the meantime; look at it again.' });
  if (order.state !== 'UNKNOWN')
    return err({ code: 'not-allowed-now', text: `The order is ${order.state}; only an UNKNOWN one is settled.` });
  if (order.absence?.isProven !== true)
    return err({
      code: 'not-allowed-now',
      text: `That IB does not have this order is not proven yet: ${order.absence?.looks ?? 0} of ${LOOKS} complete lists, ten seconds apart. Wait for them, or look in TWS.`,
    });
  const seq = commit(desk, 'risk-reducing', 'order.settle', { kind: 'command', text: `${by} settles it as not sent`, ref: key }, (tx) => {
    const now = tx.get(desk.stores.orders, key);
    if (now?.state !== 'UNKNOWN' || now.absence?.isProven !== true) return undefined;
    const { absence: _proof, ...rest } = now;
    moveOrder(desk, tx, now, 'settle', {
      ...rest,
      updatedAt: tx.at,
      note: `settled as not sent by ${by}`,
    });
    log(tx, 'warning', `${by} settled ${now.side} ${now.contract.symbol} as not sent.`, { kind: 'order', key });
    return tx.seq;
  });
  return seq === undefined ? err({ code: 'conflict', text: 'The order changed in the meantime; look at it again.' }) : ok(seq);
}
