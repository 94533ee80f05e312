import { approve } from '#core/risk/risk-engine';
import { entryKeyOf, groupOf, ocaGroupOf, restOfGroups } from '#core/order/family';
import { stopsProtecting } from '#core/order/protection';
import type { AccountId, ConId, OrderKey, TriggerId } from '#domain/ids';
import { type Order, type OrderCause, type OrderIntent, type OrderLeg } from '#domain/order';
import { type Leg, orderRef } from '#domain/order-ref';
import type { Position } from '#domain/position';
import { formatPrice, type Price, roundToTick } from '#domain/price';
import { formatQuantity, QUANTITY_SCALE, type Quantity } from '#domain/quantity';
import { err, ok, type Result } from '#domain/result';
import { type Closing, log, positionKey } from './desk-state.ts';
import { mayTransmit } from './engine-table.ts';
import { commit, engineState, type Hall } from './hall.ts';
import { cancelOrders } from './kill.ts';
import { numberFault } from './manual-orders.ts';
import { changeOrder, modifyFault } from './modify.ts';
import { releaseApproved, writeOrders } from './place-orders.ts';
import { riskContext } from './risk-view.ts';
import type { Refusal } from './refusal.ts';

type Done = Result<number, Refusal>;

/** Exits that neither shrink nor go within this time stop the close: the operator decides. */
const PATIENCE_MS = 10_000;
/** A change that is not answered within this time is no longer waited for when the exit has to become smaller still. */
const ANSWER_MS = 3_000;
const AGAIN_MS = 500;

export function refuse(text: string): { readonly ok: false; readonly error: Refusal } {
  return err({ code: 'not-allowed-now', text });
}

export function sizeOf(position: Position): Quantity {
  return Math.abs(position.quantity) as Quantity;
}

/** Working orders of this desk or of a person that lower this position. Children of an entry that has not filled wait for it and lower nothing. */
export function exitsOf(hall: Hall, position: Position): readonly Order[] {
  const side = position.quantity > 0 ? 'SELL' : 'BUY';
  return hall.index.working().filter((order) => {
    if (order.contract.conId !== position.contract.conId || order.account !== position.account || order.side !== side) return false;
    const parent = order.parentKey === undefined ? undefined : hall.index.get(order.parentKey);
    return parent === undefined || parent.filled > 0;
  });
}

export function restOf(order: Order): number {
  return Math.max(0, order.quantity - order.filled);
}

/** Quantity that working exits can take in all: exits of one group cancel each other, so the largest of them counts. */
export function exiting(exits: readonly Order[]): number {
  return restOfGroups(exits);
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
  const size = sizeOf(position);
  const whole = Math.floor((size * percent) / 100 / QUANTITY_SCALE) * QUANTITY_SCALE;
  const quantity = (percent === 100 ? size : whole) as Quantity;
  if (quantity <= 0) return refuse(`${percent} % of ${formatQuantity(size)} is less than one; close all of it.`);
  const remaining = (size - quantity) as Quantity;
  const exits = exitsOf(hall, position);
  if (exits.some((order) => order.leg === 'F') || hall.index.queued().some((order) => order.leg === 'F' && order.contract.conId === conId))
    return err({ code: 'conflict', text: `A close of ${position.contract.symbol} is at the broker already; wait for it or cancel it.` });
  if (exiting(exits) <= remaining) return sendClose(hall, position, quantity, by);
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
  const closing: Closing = { key, account, conId, quantity, remaining, by, at: hall.ports.clock.now() };
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
  makeRoom(hall, exits, remaining, by);
  advanceClosings(hall);
  return ok(seq ?? 0);
}

/** Cancels or shrinks exits until they fit. An exit that cannot be changed is cancelled: too little protection is seen, too much is not. */
export function makeRoom(hall: Hall, exits: readonly Order[], remaining: number, by: string): void {
  let room = remaining;
  const groups = new Map<string, Order[]>();
  for (const order of exits) groups.set(groupOf(order), [...(groups.get(groupOf(order)) ?? []), order]);
  const gone: Order[] = [];
  for (const group of groups.values()) {
    const largest = Math.max(...group.map(restOf));
    const share = Math.min(room, largest);
    room -= share;
    for (const order of group) {
      if (restOf(order) <= share || order.state === 'CANCEL_PENDING') continue;
      const shrinks = share > 0 && modifyFault(hall, order) === undefined;
      const shrunk = shrinks && changeOrder(hall, order, { quantity: (order.filled + share) as Quantity }, by).ok;
      if (!shrunk) gone.push(order);
    }
  }
  if (gone.length > 0) cancelOrders(hall, gone, by);
}

/** Sends the closes whose way is free, and gives up those whose exits do not move. Called after news and by the timer. */
export function advanceClosings(hall: Hall): void {
  if (hall.stores.closings.size === 0) return;
  const now = hall.ports.clock.now();
  for (const closing of [...hall.stores.closings.values()]) {
    const position = hall.stores.positions.get(closing.key);
    if (position === undefined || position.quantity === 0) {
      endClosing(hall, closing, undefined);
      continue;
    }
    const exits = exitsOf(hall, position);
    const size = sizeOf(position);
    const room = size - exiting(exits);
    const quantity = Math.min(closing.quantity, size) as Quantity;
    if (room >= quantity && !exits.some((order) => order.state === 'MODIFY_PENDING')) {
      endClosing(hall, closing, undefined);
      const sent = sendClose(hall, position, quantity, closing.by);
      if (!sent.ok) endClosing(hall, closing, sent.error.text);
    } else if (now - closing.at > PATIENCE_MS) {
      endClosing(hall, closing, `its exits still work after ${PATIENCE_MS / 1_000} s; nothing was closed`);
    }
  }
}

function endClosing(hall: Hall, closing: Closing, trouble: string | undefined): void {
  commit(hall, 'risk-reducing', 'position.close-ends', { kind: 'system', text: trouble ?? 'the way is free', ref: closing.key }, (tx) => {
    if (tx.has(hall.stores.closings, closing.key)) tx.delete(hall.stores.closings, closing.key);
    if (trouble !== undefined) log(tx, 'alarm', `Not closed: ${trouble}. Look at its exits.`, { kind: 'position', key: closing.key });
  });
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
  const outcome = commit(
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
  if (outcome === undefined) return refuse('The order could not be recorded; nothing was sent.');
  return typeof outcome === 'string' ? refuse(outcome) : ok(outcome);
}

/** Held, and covered by no stop that works at the broker. */
export function unprotectedOf(hall: Hall, position: Position): Quantity {
  return (sizeOf(position) - stopsProtecting(hall.index.working(), position)) as Quantity;
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
  const group = groupToJoin(hall, position, quantity);
  if (!group.ok) return group;
  const sent = sendExit(
    hall,
    position,
    { leg: 'S', type: 'STP', quantity, stop: level, tif: 'GTC', outsideRth: true, ...group.value },
    `${by} protects ${formatQuantity(quantity)} ${position.contract.symbol} with a stop at ${formatPrice(level)}.`,
  );
  return sent.ok ? ok(sent.value.seq) : sent;
}

/**
 * The OCA group that a new stop has to join, because a target works that would otherwise close the position a second time; empty where
 * there is room besides what works.
 */
export function groupToJoin(hall: Hall, position: Position, quantity: Quantity): Result<{ readonly ocaGroup?: string }, Refusal> {
  const exits = exitsOf(hall, position);
  const size = sizeOf(position);
  if (exiting(exits) + quantity <= size) return ok({});
  for (const { ocaGroup } of exits) {
    if (ocaGroup === undefined) continue;
    if (exiting(exits.filter((order) => order.ocaGroup !== ocaGroup)) + quantity <= size) return ok({ ocaGroup });
  }
  return refuse(
    `Working exits would close ${position.contract.symbol} a second time besides a new stop, and none of them has a group at IB that it could join. Cancel one of them first.`,
  );
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

/**
 * Working exits never exceed what there is to exit: what a fill from outside (a person in TWS, another program, a close by hand) has made
 * too large shrinks or goes, and the log says why. Called a moment after fills, because IB cancels the other exits of a group by itself.
 */
export function trimExits(hall: Hall, account: AccountId, conId: ConId): void {
  const key = positionKey(account, conId);
  const position = hall.stores.positions.get(key);
  if (position === undefined || hall.stores.closings.has(key) || !hall.link.ready || hall.reconciliation.isOpening()) return;
  // A book that differs from the broker's is no ground for taking protection away; C-36 deals with it.
  if (position.brokerQuantity !== undefined && position.brokerQuantity !== position.quantity) return;
  const { long, short } = openedByTriggers(hall, account, conId);
  // Brackets of two triggers may stand against each other; each of their exits has its own entry to close.
  trimSide(hall, { ...position, quantity: 1 as Quantity }, Math.max(0, position.quantity + short), position.quantity);
  trimSide(hall, { ...position, quantity: -1 as Quantity }, Math.max(0, long - position.quantity), position.quantity);
}

function trimSide(hall: Hall, side: Position, allowed: number, held: number): void {
  const exits = exitsOf(hall, side).filter(isOwnExit);
  // What is on its way out, or on its way to a smaller quantity, is counted as what it will be: it is not told and not cancelled again.
  const coming = exits
    .filter((order) => order.state !== 'CANCEL_PENDING')
    .map((order) => ({ ...order, quantity: order.change?.quantity ?? order.quantity }));
  if (exiting(coming) <= allowed) return;
  const now = hall.ports.clock.now();
  if (exits.some((order) => order.change !== undefined && now - order.change.at < ANSWER_MS)) {
    hall.ports.scheduler.after(AGAIN_MS, () => trimExits(hall, side.account, side.contract.conId));
    return;
  }
  const key = positionKey(side.account, side.contract.conId);
  commit(hall, 'risk-reducing', 'exits.trim', { kind: 'broker', text: 'exits exceed the position', ref: key }, (tx) => {
    log(
      tx,
      'alarm',
      `${side.contract.symbol}: ${formatQuantity(held as Quantity)} held after a fill from outside, exits for ${formatQuantity(exiting(exits) as Quantity)} worked; what is too much is taken back.`,
      { kind: 'position', key },
    );
  });
  makeRoom(hall, exits, allowed, 'the desk');
}

/** What entries of triggers have opened and their own exits have not closed, by side. */
export function openedByTriggers(hall: Hall, account: AccountId, conId: ConId): { readonly long: number; readonly short: number } {
  let long = 0;
  let short = 0;
  for (const order of hall.stores.orders.values()) {
    if (order.contract.conId !== conId || order.account !== account || order.filled === 0 || order.triggerId === undefined) continue;
    const entryKey = entryKeyOf(order);
    const entry = entryKey === undefined ? order : hall.index.get(entryKey);
    if (entry?.leg !== 'E') continue;
    const opened = order === entry ? order.filled : 0 - order.filled;
    if (entry.side === 'BUY') long += opened;
    else short += opened;
  }
  return { long: Math.max(0, long), short: Math.max(0, short) };
}

/** Only what this desk placed as an exit is taken back by itself; a person's order is a person's wish. */
export function isOwnExit(order: Order): boolean {
  return (order.leg === 'S' || order.leg === 'T') && order.origin !== 'manual' && order.origin !== 'foreign' && order.state !== 'UNKNOWN';
}
