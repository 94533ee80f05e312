import { ocaGroupOf, restOfGroups } from '#core/order/family';
import { approve } from '#core/risk/risk-engine';
import { stopsProtecting } from '#core/order/protection';
import type { AccountId, ConId, OrderKey, TriggerId } from '#domain/ids';
import { isStopType, type Order, type OrderCause, type OrderIntent, type OrderLeg, type OrderState } from '#domain/order';
import { type Leg, orderRef } from '#domain/order-ref';
import type { Position } from '#domain/position';
import { formatPrice, type Price, roundToTick } from '#domain/price';
import { formatQuantity, type Quantity, QUANTITY_SCALE, units, ZERO } from '#domain/quantity';
import { err, ok, type Result } from '#domain/result';
import { abs, min, minus } from '#domain/scaled';
import { type Closing, log, positionKey } from './desk-state.ts';
import { mayTransmit } from './engine-table.ts';
import { takesOf, waitsForEntry } from './families.ts';
import { fitExits } from './fitting.ts';
import { shutFault } from './gate.ts';
import { attempt, commit, engineState, type Hall } from './hall.ts';
import { numberFault } from './manual-orders.ts';
import { changeOrder } from './modify.ts';
import { releaseApproved, writeOrders } from './place-orders.ts';
import { riskContext } from './risk-view.ts';
import type { Refusal } from './refusal.ts';

type Done = Result<number, Refusal>;

/** Exits that neither shrink nor go within this time stop the close: the operator decides. */
const PATIENCE_MS = 10_000;
/** How long a close waits for a book that is being compared, or for the connection, after its exits have gone. */
const SHUT_PATIENCE_MS = 30_000;
/** IB has confirmed it and holds its group; what is on its way in or out may not be there when the stop comes. */
const JOINABLE: ReadonlySet<OrderState> = new Set<OrderState>(['ACCEPTED', 'PARTIAL', 'HELD', 'MODIFY_PENDING']);

export function refuse(text: string): { readonly ok: false; readonly error: Refusal } {
  return err({ code: 'not-allowed-now', text });
}

export function sizeOf(position: Position): Quantity {
  return abs(position.quantity);
}

/** Working orders of this desk or of a person that lower this position. Children of an entry that has not filled wait for it and lower nothing. */
export function exitsOf(hall: Hall, position: Position): readonly Order[] {
  const side = position.quantity > 0 ? 'SELL' : 'BUY';
  return hall.index.working().filter((order) => {
    if (order.contract.conId !== position.contract.conId || order.account !== position.account || order.side !== side) return false;
    return !waitsForEntry(hall, order);
  });
}

/** Quantity that working exits can take in all: exits of one group cancel each other, so the largest of them counts. */
export function exiting(hall: Hall, exits: readonly Order[]): Quantity {
  return restOfGroups(exits, (order) => takesOf(hall, order));
}

/**
 * Closes a share of the live position with one reduce-only market order. Where working exits would then be able to turn the position
 * around they shrink or go first, and the close leaves when IB has said so.
 */
export function closePosition(hall: Hall, account: AccountId, conId: ConId, percent: 25 | 50 | 100, by: string): Done {
  const key = positionKey(account, conId);
  const position = hall.stores.positions.get(key);
  if (position === undefined || position.quantity === 0) return err({ code: 'not-found', text: 'There is no such position.' });
  if (hall.stores.closings.has(key)) return err({ code: 'conflict', text: `${position.contract.symbol} is being closed already.` });
  const state = engineState(hall);
  if (!mayTransmit(state, 'confirmed-flatten')) return refuse(`The desk is ${state}; a position cannot be closed from here in this state.`);
  if (!hall.details.has(conId))
    return refuse(`The contract details of ${position.contract.symbol} are not known yet; try again in a moment.`);
  // Asked before any exit is taken out of its way: a close that cannot leave must not cost the stop.
  const shut = shutFault(hall);
  if (shut !== undefined) return refuse(`${shut} The position and its exits stay as they are.`);
  const size = sizeOf(position);
  const whole = units(Math.floor((size * percent) / 100 / QUANTITY_SCALE));
  const quantity = percent === 100 ? size : whole;
  if (quantity <= 0) return refuse(`${percent} % of ${formatQuantity(size)} is less than one; close all of it.`);
  const remaining = minus(size, quantity);
  const exits = exitsOf(hall, position);
  if (exits.some((order) => order.leg === 'F') || hall.index.queued().some((order) => order.leg === 'F' && order.contract.conId === conId))
    return err({ code: 'conflict', text: `A close of ${position.contract.symbol} is at the broker already; wait for it or cancel it.` });
  if (exiting(hall, exits) <= remaining && !exits.some(isBeingChanged)) return sendClose(hall, position, quantity, by);
  const foreign = exits.find((order) => order.origin === 'foreign');
  if (foreign !== undefined)
    return refuse(
      `Another program has an exit of ${position.contract.symbol} working; cancel it there first, or the position could turn around.`,
    );
  const nameless = exits.find((order) => order.origin === 'manual' && numberFault(order) !== undefined);
  if (nameless !== undefined)
    return refuse(
      `An exit of ${position.contract.symbol} was typed into TWS and has no number yet; cancel it there first, or try again in a moment.`,
    );
  const closing = { key, account, conId, quantity, remaining, by };
  const seq = commit(
    hall,
    'risk-reducing',
    'position.close',
    { kind: 'command', text: `${by} closes ${percent} % of ${position.contract.symbol}`, ref: key },
    (tx) => {
      tx.set(hall.stores.closings, key, { ...closing, at: tx.at });
      log(tx, 'warning', `${by} closes ${formatQuantity(quantity)} ${position.contract.symbol}: its exits shrink or go first.`, {
        kind: 'position',
        key,
      });
      return tx.seq;
    },
  );
  advanceClosings(hall);
  return ok(seq ?? hall.coordinator.seq);
}

function isBeingChanged(order: Order): boolean {
  return order.state === 'MODIFY_PENDING';
}

/** Takes every close that waits as far as it gets. Called after news and by the timer. */
export function advanceClosings(hall: Hall): void {
  // From inside an effect nothing could be committed before this went on, and a close would be sent twice: the next news takes it further.
  if (hall.coordinator.isBusy) return;
  for (const key of [...hall.stores.closings.keys()]) {
    // Read anew: the one before may have moved this one too.
    const closing = hall.stores.closings.get(key);
    if (closing !== undefined) advanceClosing(hall, closing);
  }
}

function advanceClosing(hall: Hall, closing: Closing): void {
  const age = hall.ports.clock.now() - closing.at;
  const position = hall.stores.positions.get(closing.key);
  const killedAt = hall.stores.engine.get('desk')?.kill?.startedAt;
  // A kill ends what waits: nothing of it may leave later.
  if (hall.latch.isSet() && killedAt !== undefined && closing.at <= killedAt) {
    endClosing(hall, closing, 'the kill switch was set');
    return;
  }
  if (position === undefined || position.quantity === 0) {
    endClosing(hall, closing, undefined);
    return;
  }
  const exits = exitsOf(hall, position);
  const size = sizeOf(position);
  const quantity = min(closing.quantity, size);
  const isFree = exiting(hall, exits) <= size - quantity && !exits.some(isBeingChanged);
  // The gate would refuse it now: what has gone of the exits has gone, so it is waited for, but not for ever.
  const shut = closeFault(hall);
  if (shut !== undefined) {
    if (age > SHUT_PATIENCE_MS) giveUp(hall, closing, shut);
    return;
  }
  if (isFree) {
    const sent = sendClose(hall, position, quantity, closing.by);
    if (sent.ok) endClosing(hall, closing, undefined);
    else giveUp(hall, closing, sent.error.text);
    return;
  }
  if (age > PATIENCE_MS) giveUp(hall, closing, `its exits still work after ${PATIENCE_MS / 1_000} s; nothing was closed.`);
  else fitExits(hall, exits, minus(size, quantity), { by: closing.by, oneByOne: true, since: closing.at });
}

/** Why no close can leave now; undefined when it can. */
function closeFault(hall: Hall): string | undefined {
  const state = engineState(hall);
  return mayTransmit(state, 'confirmed-flatten') ? shutFault(hall) : `The desk is ${state}.`;
}

function endClosing(hall: Hall, closing: Closing, trouble: string | undefined): void {
  commit(hall, 'risk-reducing', 'position.close-ends', { kind: 'system', text: trouble ?? 'the way is free', ref: closing.key }, (tx) => {
    if (tx.has(hall.stores.closings, closing.key)) tx.delete(hall.stores.closings, closing.key);
    if (trouble !== undefined) log(tx, 'alarm', `Not closed: ${trouble}. Look at its exits.`, { kind: 'position', key: closing.key });
  });
}

/** What a close leaves open that did not come to its end is said in the same breath. */
function giveUp(hall: Hall, closing: Closing, why: string): void {
  const position = hall.stores.positions.get(closing.key);
  const open = position === undefined ? ZERO : unprotectedOf(hall, position);
  const naked =
    position === undefined || open <= 0
      ? ''
      : ` UNPROTECTED ${formatQuantity(open)} ${position.contract.symbol}: protect it or close it again.`;
  endClosing(hall, closing, `${why.replace(/\.$/, '')}.${naked}`.replace(/\.$/, ''));
}

function sendClose(hall: Hall, position: Position, quantity: Quantity, by: string): Done {
  const sent = sendExit(
    hall,
    position,
    { leg: 'F', type: 'MKT', quantity, tif: 'DAY', outsideRth: false },
    `${by} closed ${formatQuantity(quantity)} of ${formatQuantity(sizeOf(position))} ${position.contract.symbol} by hand.`,
  );
  return sent.ok ? ok(sent.value.seq) : sent;
}

export interface SentExit {
  readonly seq: number;
  readonly key: OrderKey;
}

/** One reduce-only order of the operator's hand. Its reference holds the commit's number, which never repeats, also not after a restart. */
export function sendExit(
  hall: Hall,
  position: Position,
  exit: Omit<OrderLeg, 'ref' | 'side'>,
  sentence: string,
): Result<SentExit, Refusal> {
  const { account, contract } = position;
  const key = positionKey(account, contract.conId);
  const kind: Leg = exit.leg;
  const id = `${kind}${contract.conId.toString(36).toUpperCase().padStart(7, '0').slice(-7)}` as TriggerId;
  const outcome = attempt(
    hall,
    'risk-reducing',
    kind === 'F' ? 'position.flatten' : 'position.protect',
    { kind: 'command', text: sentence, ref: key },
    (tx) => {
      const ref = orderRef({ triggerId: id, gen: Math.floor(tx.seq / 1_000_000) + 1, fire: tx.seq % 1_000_000, leg: kind });
      const leg: OrderLeg = {
        ...exit,
        side: position.quantity > 0 ? 'SELL' : 'BUY',
        ref,
        // Its own group at first: whatever shall replace or accompany it can join.
        ...(kind === 'S' && exit.ocaGroup === undefined ? { ocaGroup: ocaGroupOf(ref) } : {}),
      };
      const intent: OrderIntent = { account, contract, purpose: 'reduce', origin: 'operator', legs: [leg] };
      const verdict = approve(intent, riskContext(hall, tx, intent, undefined, undefined), tx.seq);
      if (!('verdict' in verdict)) return verdict.text;
      const cause: OrderCause = { sentence, verdict: verdict.verdict, approvedSeq: tx.seq, decidedAt: tx.at };
      writeOrders(hall, tx, intent, 'QUEUED', cause, `approved: ${verdict.verdict}`);
      log(tx, 'warning', sentence, { kind: 'position', key });
      releaseApproved(hall, tx, verdict);
      return { seq: tx.seq, key: ref as string as OrderKey };
    },
  );
  if (outcome.kind === 'failed') return refuse('The order could not be recorded; nothing was sent.');
  // Only from inside an effect, where nobody waits for the answer.
  if (outcome.kind === 'deferred')
    return err({ code: 'conflict', text: 'The order is being recorded; look at the orders before you ask again.' });
  return typeof outcome.value === 'string' ? refuse(outcome.value) : ok(outcome.value);
}

/** Held, and covered by no stop that works at the broker. */
export function unprotectedOf(hall: Hall, position: Position): Quantity {
  return minus(sizeOf(position), stopsProtecting(hall.index.working(), position));
}

/** A stop at the broker for what no stop covers. */
export function protectPosition(hall: Hall, account: AccountId, conId: ConId, stop: Price, by: string): Done {
  const position = hall.stores.positions.get(positionKey(account, conId));
  if (position === undefined || position.quantity === 0) return err({ code: 'not-found', text: 'There is no such position.' });
  const state = engineState(hall);
  if (!mayTransmit(state, 'confirmed-reduce')) return refuse(`The desk is ${state}; no stop can be placed in this state.`);
  const details = hall.details.get(conId);
  if (details === undefined) return refuse(`The contract details of ${position.contract.symbol} are not known yet; try again in a moment.`);
  const quantity = unprotectedOf(hall, position);
  if (quantity <= 0) return refuse('Stops at the broker cover the whole position already.');
  const long = position.quantity > 0;
  // Towards the market, so that it protects no less than what was written.
  const level = roundToTick(stop, details.minTick, long ? 'up' : 'down');
  const fault = firesAtOnce(hall, position, level);
  if (fault !== undefined) return refuse(fault);
  const shut = shutFault(hall);
  if (shut !== undefined) return refuse(shut);
  const parts = placesForStop(hall, position, quantity);
  if (parts === undefined) return noRoom(position);
  let last: Done = refuse('Stops at the broker cover the whole position already.');
  for (const part of parts) {
    const sent = sendExit(
      hall,
      position,
      { leg: 'S', type: 'STP', ...part, stop: level, tif: 'GTC', outsideRth: true },
      `${by} protects ${formatQuantity(part.quantity)} ${position.contract.symbol} with a stop at ${formatPrice(level)}.`,
    );
    if (!sent.ok) return sent;
    last = ok(sent.value.seq);
  }
  return last;
}

function noRoom({ contract }: Position): { readonly ok: false; readonly error: Refusal } {
  return refuse(
    `Working exits would close ${contract.symbol} a second time besides a new stop, and none of them has a group at IB that it could join. Cancel one of them first.`,
  );
}

/**
 * Where a stop for so much can stand so that it never closes the position a second time: beside what works where there is room, and else in
 * the OCA group of a target that has no stop, as large as that, because IB shrinks or cancels the one as the other fills. Undefined: nowhere.
 */
function placesForStop(
  hall: Hall,
  position: Position,
  quantity: Quantity,
): readonly { readonly quantity: Quantity; readonly ocaGroup?: string }[] | undefined {
  const exits = exitsOf(hall, position);
  const parts: { readonly quantity: Quantity; readonly ocaGroup?: string }[] = [];
  let left = quantity;
  for (const ocaGroup of new Set(exits.map((order) => order.ocaGroup))) {
    const group = exits.filter((order) => order.ocaGroup === ocaGroup);
    const joinable = ocaGroup !== undefined && group.every((order) => !isStopType(order.type) && JOINABLE.has(order.state));
    const part = joinable ? min(left, exiting(hall, group)) : ZERO;
    if (part <= 0 || ocaGroup === undefined) continue;
    parts.push({ quantity: part, ocaGroup });
    left = minus(left, part);
  }
  if (left <= 0) return parts;
  if (exiting(hall, exits) + left > sizeOf(position)) return undefined;
  return [...parts, { quantity: left }];
}

/**
 * The OCA group that a new stop has to join, because a target works that would otherwise close the position a second time; empty where
 * there is room besides what works.
 */
export function groupToJoin(hall: Hall, position: Position, quantity: Quantity): Result<{ readonly ocaGroup?: string }, Refusal> {
  const exits = exitsOf(hall, position);
  const size = sizeOf(position);
  if (exiting(hall, exits) + quantity <= size) return ok({});
  for (const { ocaGroup } of exits) {
    if (ocaGroup === undefined) continue;
    const others = exits.filter((order) => order.ocaGroup !== ocaGroup);
    if (exiting(hall, others) + quantity <= size) return ok({ ocaGroup });
  }
  return noRoom(position);
}

export function firesAtOnce(hall: Hall, position: Position, level: Price): string | undefined {
  const quote = hall.board.quote(position.contract.conId);
  const long = position.quantity > 0;
  const market = long ? quote?.bid : quote?.ask;
  if (market === undefined) return `${position.contract.symbol} has no market now, so nobody can tell whether the stop would fire at once.`;
  const beyond = long ? level >= market : level <= market;
  return beyond
    ? `A stop at ${formatPrice(level)} would fire at once: the market is at ${formatPrice(market)}. Close the position instead.`
    : undefined;
}

/** Moves the position's stops to its average price, rounded to the side that loses less. */
export function breakeven(hall: Hall, account: AccountId, conId: ConId, by: string): Done {
  const position = hall.stores.positions.get(positionKey(account, conId));
  if (position === undefined || position.quantity === 0) return err({ code: 'not-found', text: 'There is no such position.' });
  const details = hall.details.get(conId);
  if (details === undefined) return refuse(`The contract details of ${position.contract.symbol} are not known yet; try again in a moment.`);
  const level = roundToTick(position.averagePrice, details.minTick, position.quantity > 0 ? 'up' : 'down');
  const fault = firesAtOnce(hall, position, level);
  if (fault !== undefined) return refuse(fault);
  const stops = exitsOf(hall, position).filter((order) => order.type === 'STP' && order.stop !== level);
  if (stops.length === 0) return refuse('No plain stop of this position works at the broker; protect it first.');
  let last = 0;
  for (const order of stops) {
    const changed = changeOrder(hall, order, { stop: level }, by);
    if (!changed.ok) return changed;
    last = changed.value;
  }
  return ok(last);
}
