import { amendOrder, enterOrder, moveOrder } from './transition.ts';
import { moveTrigger } from './trigger-transition.ts';
import type { Tx } from '#core/commit/transaction';
import { stopsProtecting } from '#core/order/stop-coverage';
import type { ApprovedOrder, SendOutcome } from '#core/ports/broker';
import type { RecentSend } from '#core/risk/risk-context';
import { type ClientId, orderIdOf, type OrderKey, orderKeyOf, type OrderRef } from '#domain/ids';
import { isWorking, type Order, type OrderCause, type OrderIntent } from '#domain/order';
import { formatQuantity, ZERO } from '#domain/quantity';
import { abs, minus } from '#domain/scaled';
import { type Effect, log, positionKey } from '#core/state/records';
import { commit, count, type Slice } from '#core/state/desk-state';
import { step } from '#core/state/records';

type Desk = Slice<
  'broker' | 'clock' | 'coordinator' | 'counters' | 'index' | 'latch' | 'latencies' | 'link' | 'ordersOut' | 'recentSends' | 'stores'
>;

/** orderRef is the desk's key for its own orders. */
function keyOf(ref: OrderRef): OrderKey {
  return orderKeyOf(ref);
}

/** Writes one order per leg in the given state, with the verdict as its note; the first leg is the parent of the others. */
export function writeOrders(desk: Desk, tx: Tx<Effect>, intent: OrderIntent, state: 'QUEUED' | 'DENIED', cause: OrderCause): void {
  const [parent] = intent.legs;
  const note = state === 'DENIED' ? cause.verdict : `approved: ${cause.verdict}`;
  // A denial says nothing of an order that exists under this reference already, perhaps sent by an earlier run.
  if (state === 'DENIED' && intent.legs.some((leg) => tx.has(desk.stores.orders, keyOf(leg.ref)))) return;
  for (const leg of intent.legs) {
    const order: Order = {
      key: keyOf(leg.ref),
      ref: leg.ref,
      ...(intent.triggerId === undefined ? {} : { triggerId: intent.triggerId }),
      leg: leg.leg,
      ...(leg === parent ? {} : { parentKey: keyOf(parent.ref) }),
      account: intent.account,
      contract: intent.contract,
      side: leg.side,
      type: leg.type,
      tif: leg.tif,
      quantity: leg.quantity,
      ...(leg.limit === undefined ? {} : { limit: leg.limit }),
      ...(leg.stop === undefined ? {} : { stop: leg.stop }),
      ...(leg.trail === undefined ? {} : { trail: leg.trail }),
      ...(leg.ocaGroup === undefined ? {} : { ocaGroup: leg.ocaGroup }),
      outsideRth: leg.outsideRth,
      state,
      filled: ZERO,
      origin: intent.origin,
      createdAt: tx.at,
      updatedAt: tx.at,
      note,
      // The exits of a bracket have the entry's reasons; they are kept once, with the parent.
      ...(leg === parent ? { cause } : {}),
    };
    enterOrder(desk, tx, order);
  }
}

/** Remembers the send for the rate and duplicate controls and lets the approved order leave after the commit. */
export function releaseApproved(desk: Desk, tx: Tx<Effect>, approved: ApprovedOrder): void {
  const [entry] = approved.value.legs;
  const send: RecentSend = {
    at: approved.approvedAt,
    account: approved.value.account,
    conId: approved.value.contract.conId,
    side: entry.side,
    quantity: entry.quantity,
    type: entry.type,
    price: entry.limit ?? entry.stop ?? null,
  };
  for (const key of desk.recentSends.surplus(send.at)) tx.delete(desk.stores.sends, key);
  tx.set(desk.stores.sends, tx.seq, send);
  tx.effect({ kind: 'place', approved });
}

/** The outbox's hand: exactly once per approved order, after its commit is in the journal. */
export function dispatchPlace(desk: Desk, approved: ApprovedOrder, durable: boolean): void {
  if (!durable) {
    notSent(
      desk,
      approved.value.legs.map((leg) => leg.ref),
      'The journal could not record this order, so it was not sent.',
    );
    return;
  }
  desk.ordersOut.approve(approved.value.legs);
  let outcome: SendOutcome;
  try {
    outcome = desk.broker.place(approved);
  } catch (defect) {
    lostTrack(desk, approved);
    throw defect;
  }
  if (outcome.kind === 'refused')
    notSent(
      desk,
      approved.value.legs.map((leg) => leg.ref),
      outcome.reason,
      desk.latch.isSet(),
    );
  else if (outcome.kind === 'sent') orderSent(desk, outcome.legs, outcome.at);
  else orderWaits(desk, approved);
}

/** The broker port broke while it held the order. Nobody knows whether it left: UNKNOWN, looked up, never sent again. */
function lostTrack(desk: Desk, approved: ApprovedOrder): void {
  const [entry] = approved.value.legs;
  commit(desk, 'risk-reducing', 'order.unknown', { kind: 'system', text: 'the broker port broke', ref: entry.ref }, (tx) => {
    for (const leg of approved.value.legs) {
      const order = tx.get(desk.stores.orders, keyOf(leg.ref));
      if (order?.state !== 'QUEUED') continue;
      moveOrder(desk, tx, order, 'lose-sight', {
        ...order,
        updatedAt: tx.at,
        note: 'a defect hid whether it left; look in TWS',
      });
    }
    log(tx, 'alarm', `UNKNOWN: a defect hid whether ${entry.side} ${approved.value.contract.symbol} left. Look in TWS.`, {
      kind: 'order',
      key: entry.ref,
    });
    step(tx, desk.stores, 'sent', 'An order may be at the broker.');
  });
  desk.broker.requestOpenOrders();
}

/** Handed over, waiting for a message slot: the desk goes on watching, the order stays QUEUED and counts as exposure. */
function orderWaits(desk: Desk, approved: ApprovedOrder): void {
  commit(desk, 'order', 'order.waits', { kind: 'system', text: 'waits for a message slot', ref: approved.value.legs[0].ref }, (tx) => {
    step(tx, desk.stores, 'sent', 'An order waits for a message slot.');
  });
}

export function orderSent(
  desk: Desk,
  legs: readonly { readonly ref: OrderRef; readonly orderId: number; readonly clientId: ClientId }[],
  at: number,
): void {
  const monotonic = desk.clock.monotonic();
  for (const leg of legs) desk.latencies.sent(keyOf(leg.ref), monotonic);
  const last = legs.at(-1);
  commit(
    desk,
    'risk-reducing',
    'order.sent',
    { kind: 'system', text: 'The order left the program', ...(last === undefined ? {} : { ref: last.ref }) },
    (tx) => {
      for (const leg of legs) {
        const order = tx.get(desk.stores.orders, keyOf(leg.ref));
        if (order === undefined) continue;
        const ids = { orderId: orderIdOf(leg.orderId), clientId: leg.clientId };
        markSent(desk, tx, order, ids, at);
      }
      leftBehind(desk, tx, legs);
      step(tx, desk.stores, 'sent', 'Orders are at the broker.');
    },
  );
}

/** The broker may have answered before this commit: then only the ids are new. What nobody wants any more is called back at once. */
function markSent(desk: Desk, tx: Tx<Effect>, order: Order, ids: Required<Pick<Order, 'orderId' | 'clientId'>>, at: number): void {
  const subject = { kind: 'order', key: order.key } as const;
  const thoughtUnsent = order.state === 'DENIED' || order.state === 'ABORTED_BY_KILL';
  const now = { ...order, ...ids, sentAt: at, updatedAt: tx.at };
  if (thoughtUnsent || (desk.latch.isSet() && !isExitOfItsOwn(order) && (order.state === 'QUEUED' || isWorking(order.state)))) {
    moveOrder(desk, tx, order, 'call-back', { ...now, cancelAskedAt: tx.at, note: 'cancel sent' });
    tx.effect({ kind: 'cancel', key: order.key, address: ids });
    if (thoughtUnsent)
      log(
        tx,
        'alarm',
        `${order.side} ${order.contract.symbol} left the program although it was counted as not sent; it is being cancelled.`,
        subject,
      );
  } else if (order.state !== 'QUEUED') amendOrder(desk, tx, order, { ...now, note: order.note ?? '' });
  else if (desk.link.ready) moveOrder(desk, tx, order, 'send', { ...now, note: 'sent, waiting for the first answer' });
  else {
    // The connection may have gone in the very act of writing: then nobody knows how far it came.
    moveOrder(desk, tx, order, 'lose-sight', { ...now, note: 'the connection was lost as it left; it is looked up' });
    log(tx, 'alarm', `UNKNOWN: the connection was lost as ${order.side} ${order.contract.symbol} left.`, subject);
  }
}

/** A close or a stop without an entry: it only lowers exposure, so the kill switch does not call it back as it leaves. */
function isExitOfItsOwn({ leg, parentKey }: Order): boolean {
  return (leg === 'F' || leg === 'S') && parentKey === undefined;
}

/** Legs whose parent left without them: the wire broke in between. They never reached the broker. */
function leftBehind(desk: Desk, tx: Tx<Effect>, legs: readonly { readonly ref: OrderRef }[]): void {
  const sent = new Set(legs.map((leg) => keyOf(leg.ref)));
  for (const { key } of desk.index.queued()) {
    const order = tx.get(desk.stores.orders, key);
    if (order?.state !== 'QUEUED' || order.parentKey === undefined || !sent.has(order.parentKey) || sent.has(key)) continue;
    moveOrder(desk, tx, order, 'deny', { ...order, updatedAt: tx.at, note: 'its parent left without it' });
    if (order.ref !== undefined) desk.ordersOut.withdraw([order.ref]);
    log(tx, 'alarm', `Not sent: ${order.side} ${order.contract.symbol} ${order.type}; its entry left without it. Check the protection.`, {
      kind: 'order',
      key,
    });
  }
}

/** A close made room for itself: what it leaves open is said with its end. */
function nakedText(desk: Desk, { account, contract }: Order): string {
  const position = desk.stores.positions.get(positionKey(account, contract.conId));
  if (position === undefined) return '';
  const open = minus(abs(position.quantity), stopsProtecting(desk.index, desk.index.working(), position));
  return open > 0 ? ` UNPROTECTED ${formatQuantity(open)} ${contract.symbol}: protect it or close it again.` : '';
}

/** Nothing of it left: DENIED, or ABORTED_BY_KILL when a kill dropped it. */
export function notSent(desk: Desk, refs: readonly OrderRef[], reason: string, byKill = false): void {
  if (refs.length === 0) return;
  count(desk, 'orders not sent', refs.length);
  desk.ordersOut.withdraw(refs);
  commit(
    desk,
    byKill ? 'kill' : 'risk-reducing',
    'order.not-sent',
    { kind: 'system', text: reason, ...(refs[0] === undefined ? {} : { ref: refs[0] }) },
    (tx) => {
      for (const ref of refs) {
        const order = tx.get(desk.stores.orders, keyOf(ref));
        if (order === undefined || (order.state !== 'QUEUED' && order.state !== 'INTENT')) continue;
        moveOrder(desk, tx, order, byKill ? 'abort' : 'deny', { ...order, updatedAt: tx.at, note: reason });
        if (order.leg === 'E' || order.leg === 'F')
          log(
            tx,
            'alarm',
            `Not sent: ${order.side} ${order.contract.symbol}. ${reason}${order.leg === 'F' ? nakedText(desk, order) : ''}`,
            { kind: 'order', key: order.key },
          );
        const trigger = order.triggerId === undefined ? undefined : tx.get(desk.stores.triggers, order.triggerId);
        if (trigger !== undefined && order.leg === 'E' && trigger.life === 'fired')
          moveTrigger(desk, tx, trigger, ['refused'], { ...trigger, reason, updatedAt: tx.at });
      }
      step(tx, desk.stores, 'denied', reason);
    },
  );
}
