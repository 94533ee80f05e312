import { approve } from '#core/risk/risk-engine';
import type { BrokerNotice, OpenOrderNews, OrderAddress } from '#core/ports/broker';
import type { Tx } from '#core/commit/transaction';
import { type OrderKey, type OrderRef, orderRefOf } from '#domain/ids';
import {
  type Order,
  type OrderIntent,
  type OrderLeg,
  type OrderState,
  type OrderType,
  sameTrail,
  type TimeInForce,
  type Trail,
} from '#domain/order';
import { trailText } from '#domain/order-text';
import { formatPrice, type Price, roundToTick } from '#domain/price';
import { formatQuantity, type Quantity } from '#domain/quantity';
import { err, ok, type Result } from '#domain/result';
import { type Effect, log } from '#core/state/records';
import { mayTransmit } from '#core/state/engine-state';
import { attempt, commit, engineState, type Slice } from '#core/state/desk-state';
import { noteRequestedTerms, termsOf } from './external-change.ts';
import { numberRefusal } from '#core/order/addressable';
import { statedPrices } from '#core/order/stated-prices';
import { latchedChangeRefusal } from '#core/pretrade/latched-change';
import { riskContext } from '#core/pretrade/read-risk-context';
import { reduceRefusal } from '#core/pretrade/reduce-refusal';
import type { Refusal } from '#core/state/refusal';
import { moveOrder, tellOrder } from './transition.ts';
import { quantityRefusal } from '#domain/trigger-terms';

type Desk = Slice<
  | 'accounts'
  | 'board'
  | 'broker'
  | 'clock'
  | 'coordinator'
  | 'counters'
  | 'details'
  | 'exchange'
  | 'index'
  | 'journal'
  | 'latch'
  | 'link'
  | 'memos'
  | 'ordersOut'
  | 'recentSends'
  | 'reconciliation'
  | 'rules'
  | 'stores'
>;

export interface NewTerms {
  readonly limit?: Price;
  readonly stop?: Price;
  readonly trail?: Trail;
  readonly quantity?: Quantity;
}

const CHANGEABLE: ReadonlySet<OrderState> = new Set<OrderState>(['ACCEPTED', 'HELD', 'PARTIALLY_FILLED']);
/** A listing with the old terms that comes later than this says that IB did not take the change. */
const TAKEN_WITHIN_MS = 3_000;

type PriceTerm = 'limit' | 'stop' | 'trail';

/** The prices that an order of each type has. Types that are missing are not this desk's to change. */
const PRICES_OF: Readonly<Partial<Record<string, readonly PriceTerm[]>>> = {
  MKT: [],
  LMT: ['limit'],
  STP: ['stop'],
  'STP LMT': ['limit', 'stop'],
  TRAIL: ['trail'],
} satisfies Readonly<Record<OrderType, readonly PriceTerm[]>>;

const LACKS: Readonly<Record<PriceTerm, string>> = {
  limit: 'has no limit price',
  stop: 'has no stop price of its own',
  trail: 'does not trail',
};
const PRICE_TERMS: readonly PriceTerm[] = ['limit', 'stop', 'trail'];

function refuse(text: string): { readonly ok: false; readonly error: Refusal } {
  return err({ code: 'not-allowed-now', text });
}

/** Whether the order itself can get new terms; the link may still be in the way. */
export function isChangeable(order: Order): boolean {
  return CHANGEABLE.has(order.state) && order.origin !== 'foreign' && numberRefusal(order) === undefined;
}

/** Why this order cannot get new terms now; undefined when it can. A sentence. */
export function modifyRefusal(desk: Desk, order: Order): string | undefined {
  if (order.state === 'PENDING_REPLACE') return 'A change of this order is on its way already; wait for IB to answer it.';
  if (!CHANGEABLE.has(order.state)) return `The order is ${order.state}; only one that works at the broker can be changed.`;
  if (order.origin === 'foreign') return 'Another program placed this order; change it there or in TWS.';
  const nameless = numberRefusal(order);
  if (nameless !== undefined) return nameless;
  if (!desk.link.ready) return desk.link.problem?.text ?? 'The connection to TWS is not ready; the order stays as it is.';
  if (desk.link.upstream === 'down') return 'TWS has lost its connection to IB; the order stays as it is.';
  if (!desk.reconciliation.done()) return 'The book is being compared with the broker; try again in a moment.';
  return undefined;
}

/** An exit only lowers exposure: its side is against the position and it was placed as one, or takes no more than is held with its new terms. */
function isExit(desk: Desk, order: Order, leg: OrderLeg): boolean {
  if (order.leg === 'S' || order.leg === 'T' || order.leg === 'F') return true;
  // An entry stays one beside a position of the other side: its own exits wait for it.
  if (order.leg === 'E') return false;
  const position = desk.stores.positions.get(`${order.account}:${order.contract.conId}`);
  const held = position === undefined ? 0 : order.side === 'SELL' ? position.quantity : 0 - position.quantity;
  return held > 0 && leg.quantity - order.filled <= held;
}

/** Manual orders carry no reference of ours; on the wire they keep none that could be taken for one. */
function referenceOf(order: Order): OrderRef {
  return order.ref ?? orderRefOf(`by hand ${order.permId ?? order.orderId ?? 0}`);
}

/** New terms under the order's own id. What is left out stays. The row shows IB's terms until IB has said the new ones. */
export function modifyOrder(desk: Desk, key: OrderKey, version: number, terms: NewTerms, by: string): Result<number, Refusal> {
  const order = desk.index.get(key);
  if (order === undefined) return err({ code: 'not-found', text: 'There is no such order.' });
  if (order.updatedAt !== version) return err({ code: 'conflict', text: 'The order changed in the meantime; look at it again.' });
  // The operator writes whole units; what the desk itself makes smaller may have to follow a fraction that is held.
  const fraction =
    terms.quantity === undefined || terms.quantity === order.quantity ? undefined : quantityRefusal(terms.quantity, order.contract);
  if (fraction !== undefined) return err({ code: 'invalid-input', text: fraction });
  return changeOrder(desk, order, terms, by);
}

export function changeOrder(desk: Desk, order: Order, terms: NewTerms, by: string): Result<number, Refusal> {
  const refusal = modifyRefusal(desk, order) ?? termsRefusal(order, terms);
  if (refusal !== undefined) return refuse(refusal);
  const leg = changedLeg(desk, order, terms);
  const intent: OrderIntent = {
    account: order.account,
    contract: order.contract,
    purpose: isExit(desk, order, leg) ? 'reduce' : 'entry',
    origin: 'operator',
    changes: order.key,
    legs: [leg],
  };
  const closed = gateRefusal(desk, order, intent);
  if (closed !== undefined) return refuse(closed);
  const words = changeText(order, leg);
  const outcome = attempt(desk, 'order', 'order.modify', { kind: 'command', text: `${by}: ${words}`, ref: order.key }, (tx) => {
    const now = tx.get(desk.stores.orders, order.key);
    const address = now === undefined ? undefined : addressOf(now);
    if (now === undefined || address === undefined || !CHANGEABLE.has(now.state))
      return 'The order changed in the meantime; look at it again.';
    const verdict = approve(intent, riskContext(desk, tx, intent, undefined, undefined), tx.seq);
    if (!('verdict' in verdict)) return `${verdict.control}: ${verdict.text}`;
    noteRequestedTerms(desk, order.key, [termsOf(now), termsOf(leg)], tx.at);
    moveOrder(desk, tx, now, 'replace', {
      ...now,
      change: { quantity: leg.quantity, ...statedPrices(leg), from: now.state, at: tx.at },
      updatedAt: tx.at,
      note: `change sent: ${words}`,
    });
    tx.effect({ kind: 'modify', key: order.key, address, approved: verdict });
    log(tx, 'info', `${by} changes ${order.side} ${order.contract.symbol}: ${words}`, { kind: 'order', key: order.key });
    return tx.seq;
  });
  if (outcome.kind === 'failed') return refuse('The change could not be recorded; nothing was sent.');
  if (outcome.kind === 'deferred') return ok(desk.coordinator.seq);
  return typeof outcome.value === 'string' ? refuse(outcome.value) : ok(outcome.value);
}

/**
 * The order as it shall be: the asked terms on the tick, the others as they stand. Rounded as a new order is: a limit pays or asks no worse
 * than was written, a stop stands no further from the market.
 */
function changedLeg(desk: Desk, order: Order, terms: NewTerms): OrderLeg {
  const tick = desk.details.get(order.contract.conId)?.minTick;
  const onTick = (price: Price): Price => (tick === undefined ? price : roundToTick(price, tick, tighter(order.side)));
  return {
    ref: referenceOf(order),
    leg: order.leg ?? 'E',
    side: order.side,
    type: order.type,
    quantity: terms.quantity ?? order.quantity,
    tif: order.tif as TimeInForce,
    outsideRth: order.outsideRth,
    ...statedPrices({
      limit: terms.limit === undefined ? order.limit : onTick(terms.limit),
      stop: terms.stop === undefined ? standing(order, tick) : onTick(terms.stop),
      trail: terms.trail ?? order.trail,
    }),
    ...(order.ocaGroup === undefined ? {} : { ocaGroup: order.ocaGroup }),
  };
}

/** Why the desk lets no such change leave now; undefined when it does. What only lowers exposure is changed in every state. */
function gateRefusal(desk: Desk, order: Order, { purpose, legs: [leg] }: OrderIntent): string | undefined {
  const isLatched = desk.latch.isSet();
  if (purpose === 'reduce') return reduceRefusal(desk) ?? (isLatched ? latchedChangeRefusal(desk, order, leg) : undefined);
  if (isLatched) return `The kill switch is set (${desk.latch.reason()}).`;
  const state = engineState(desk);
  return mayTransmit(state, 'operator-entry') ? undefined : `The desk is ${state}; no entry can be changed in this state.`;
}

/** Why the order cannot get these terms; undefined when it can. A sentence. */
function termsRefusal(order: Order, terms: NewTerms): string | undefined {
  const misfit = typeRefusal(order, terms);
  if (misfit !== undefined) return misfit;
  if (terms.quantity !== undefined && terms.quantity <= order.filled)
    return `${formatQuantity(order.filled)} of it are filled already; cancel it instead, or choose a larger quantity.`;
  return asItStands(order, terms) ? 'These are the terms that the order has.' : undefined;
}

/** Whether a price is asked that orders of this type do not have. */
function typeRefusal({ type }: Order, terms: NewTerms): string | undefined {
  const has = PRICES_OF[type];
  if (has === undefined) return `This desk does not change ${type} orders; change it in TWS.`;
  const lacking = PRICE_TERMS.find((price) => terms[price] !== undefined && !has.includes(price));
  return lacking === undefined ? undefined : `A ${type} order ${LACKS[lacking]}.`;
}

/** Nothing that is asked differs from what the order has. */
function asItStands(order: Order, terms: NewTerms): boolean {
  return (
    (terms.limit ?? order.limit) === order.limit &&
    (terms.stop ?? order.stop) === order.stop &&
    (terms.trail === undefined || sameTrail(terms.trail, order.trail)) &&
    (terms.quantity ?? order.quantity) === order.quantity
  );
}

function changeText(order: Order, leg: OrderLeg): string {
  const parts: string[] = [];
  if (leg.limit !== undefined && leg.limit !== order.limit) parts.push(`limit ${priceOr(order.limit)} → ${formatPrice(leg.limit)}`);
  if (leg.stop !== undefined && leg.stop !== order.stop) parts.push(`stop ${priceOr(order.stop)} → ${formatPrice(leg.stop)}`);
  if (leg.trail !== undefined && !sameTrail(leg.trail, order.trail))
    parts.push(`trails by ${trailText(order.trail)} → ${trailText(leg.trail)}`);
  if (leg.quantity !== order.quantity) parts.push(`quantity ${formatQuantity(order.quantity)} → ${formatQuantity(leg.quantity)}`);
  return parts.join(', ');
}

/** Where a trailing order goes on from: IB's last word, on the tick, towards the market. IB moves it from there, never back. */
function standing(order: Order, tick: Price | undefined): Price | undefined {
  if (order.type !== 'TRAIL' || order.stop === undefined || tick === undefined) return order.stop;
  return roundToTick(order.stop, tick, tighter(order.side));
}

/** Up for what sells, down for what buys: so no limit is worse and no stop further away than was written. */
function tighter(side: Order['side']): 'up' | 'down' {
  return side === 'SELL' ? 'up' : 'down';
}

function priceOr(price: Price | undefined): string {
  return price === undefined ? '—' : formatPrice(price);
}

/** Undefined for an order without a number, which nobody can change by it. */
function addressOf({ clientId, orderId, permId }: Order): OrderAddress | undefined {
  return clientId === undefined || orderId === undefined ? undefined : { clientId, orderId, ...(permId === undefined ? {} : { permId }) };
}

/** The outbox's hand. What does not leave takes the order back to where it was. */
export function dispatchModify(desk: Desk, effect: Extract<Effect, { kind: 'modify' }>, durable: boolean): void {
  if (!durable) {
    changeOver(desk, effect.key, 'the journal could not record the change, so it was not sent', true);
    return;
  }
  desk.ordersOut.amend(effect.approved.value.legs[0]);
  const outcome = desk.broker.modify(effect.address, effect.approved);
  if (outcome.kind !== 'refused') return;
  desk.ordersOut.forgetChange(effect.approved.value.legs[0].ref);
  changeOver(desk, effect.key, `not changed: ${outcome.reason}`, true);
}

/** A change that waited for a message slot and was dropped. */
export function changeNotSent(desk: Desk, refs: readonly OrderRef[], reason: string): void {
  for (const order of desk.index.working())
    if (order.state === 'PENDING_REPLACE' && refs.includes(referenceOf(order))) changeOver(desk, order.key, `not changed: ${reason}`, true);
}

function changeOver(desk: Desk, key: OrderKey, note: string, alarm: boolean): void {
  commit(desk, 'risk-reducing', 'order.not-modified', { kind: 'system', text: note, ref: key }, (tx) => {
    const order = tx.get(desk.stores.orders, key);
    if (order?.state !== 'PENDING_REPLACE') return;
    withdrawChange(tx, desk, order, note, alarm);
  });
}

function withdrawChange(tx: Tx<Effect>, desk: Desk, order: Order, note: string, alarm: boolean): Order {
  const { change, ...rest } = order;
  const back = tellOrder(desk, tx, order, order.filled > 0 ? 'PARTIALLY_FILLED' : (change?.from ?? 'ACCEPTED'), {
    now: { ...rest, note, updatedAt: tx.at },
  });
  if (alarm) log(tx, 'alarm', `${order.side} ${order.contract.symbol} keeps its terms: ${note}.`, { kind: 'order', key: order.key });
  return back;
}

/** IB refused a change (104, 105, 110 …): the order lives on with its old terms. True when the notice was about one. */
export function changeRefused(desk: Desk, order: Order, notice: BrokerNotice): boolean {
  const refuses = notice.disposition === 'refused-change' || notice.disposition === 'reject';
  if (order.state !== 'PENDING_REPLACE' || !refuses) return false;
  changeOver(desk, order.key, `IB ${notice.code}: ${notice.text}`, true);
  desk.broker.requestOpenOrders();
  return true;
}

/** Where a listing leads an order whose change is under way: it is taken when the listing names the new terms. */
export function changeListed(order: Order, news: OpenOrderNews, at: number): 'taken' | 'refused' | 'waits' {
  const { change } = order;
  if (change === undefined) return 'taken';
  const taken =
    (news.quantity === 0 || news.quantity === change.quantity) &&
    (change.limit === undefined || news.limit === change.limit) &&
    // IB moves the stop of a trailing order by itself.
    (change.stop === undefined || change.trail !== undefined || news.stop === change.stop) &&
    (change.trail === undefined || sameTrail(news.trail, change.trail));
  if (taken) return 'taken';
  return at - change.at > TAKEN_WITHIN_MS ? 'refused' : 'waits';
}

/** A change without an answer is looked up; the listing decides. */
export function followChanges(desk: Desk, now: number): void {
  const waiting = desk.index
    .working()
    .some((order) => order.change !== undefined && order.state === 'PENDING_REPLACE' && now - order.change.at > TAKEN_WITHIN_MS + 1_000);
  if (waiting && desk.link.ready) desk.broker.requestOpenOrders();
}
