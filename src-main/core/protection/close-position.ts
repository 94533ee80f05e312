import { numberRefusal } from '#core/order/addressable';
import { reduceRefusal } from '#core/pretrade/reduce-refusal';
import { commit, type Slice } from '#core/state/desk-state';
import { type Closing, log, positionKey } from '#core/state/records';
import { type Refusal, refuseNow } from '#core/state/refusal';
import type { AccountId, ConId } from '#domain/ids';
import type { Order } from '#domain/order';
import type { Position } from '#domain/position';
import { formatQuantity, type Quantity, QUANTITY_SCALE, units, ZERO } from '#domain/quantity';
import { err, ok, type Result } from '#domain/result';
import { min, minus } from '#domain/scaled';
import { closesOf, closeText } from './closes.ts';
import { resizeExits } from './exit-sizes.ts';
import { exiting, exitsOf, sizeOf, unprotectedOf } from './exits.ts';
import { sendExit } from './send-exit.ts';

type Desk = Slice<
  | 'accounts'
  | 'board'
  | 'broker'
  | 'cancelRetries'
  | 'clock'
  | 'coordinator'
  | 'counters'
  | 'details'
  | 'exchange'
  | 'index'
  | 'journal'
  | 'latch'
  | 'latencies'
  | 'link'
  | 'memos'
  | 'ordersOut'
  | 'recentSends'
  | 'reconciliation'
  | 'resizeAttempts'
  | 'rules'
  | 'stores'
  | 'unsentCancels'
  | 'unsentGlobalCancel'
>;

export type Done = Result<number, Refusal>;

/** Exits that neither shrink nor go within this time stop the close: the operator decides. */
const PATIENCE_MS = 10_000;
/** How long a close waits for a book that is being compared, or for the connection, after its exits have gone. */
const SHUT_PATIENCE_MS = 30_000;

/**
 * Closes a share of the live position with one reduce-only market order. Where working exits would then be able to turn the position
 * around they shrink or go first, and the close leaves when IB has said so.
 */
export function closePosition(desk: Desk, account: AccountId, conId: ConId, percent: 25 | 50 | 100, by: string): Done {
  const key = positionKey(account, conId);
  const position = desk.stores.positions.get(key);
  if (position === undefined || position.quantity === 0) return err({ code: 'not-found', text: 'There is no such position.' });
  const refusal = closeRefusal(desk, key, position);
  if (refusal !== undefined) return err(refusal);
  const { symbol } = position.contract;
  const size = sizeOf(position);
  const whole = units(Math.floor((size * percent) / 100 / QUANTITY_SCALE));
  const quantity = percent === 100 ? size : whole;
  if (quantity <= 0) return refuseNow(`${percent} % of ${formatQuantity(size)} is less than one; close all of it.`);
  const remaining = minus(size, quantity);
  const exits = exitsOf(desk, position);
  const closes = closesOf(desk, position);
  if (closes.length > 0) return err({ code: 'conflict', text: closeText(closes, position) });
  if (isWayFree(desk, exits, remaining)) return sendClose(desk, position, quantity, by);
  const outOfReach = outOfReachRefusal(exits, symbol);
  if (outOfReach !== undefined) return refuseNow(outOfReach);
  const seq = commit(
    desk,
    'risk-reducing',
    'position.close',
    { kind: 'command', text: `${by} closes ${percent} % of ${symbol}`, ref: key },
    (tx) => {
      tx.set(desk.stores.closings, key, { key, account, conId, quantity, remaining, by, at: tx.at });
      log(tx, 'warning', `${by} closes ${formatQuantity(quantity)} ${symbol}: its exits shrink or go first.`, { kind: 'position', key });
      return tx.seq;
    },
  );
  advanceCloses(desk);
  return ok(seq ?? desk.coordinator.seq);
}

/** Why no close of this position can begin now; undefined when it can. */
function closeRefusal(desk: Desk, key: string, { contract }: Position): Refusal | undefined {
  if (desk.stores.closings.has(key)) return { code: 'conflict', text: `${contract.symbol} is being closed already.` };
  // Read before any exit is taken out of its way: a close that cannot leave must not cost the stop.
  const shut = reduceRefusal(desk);
  if (shut !== undefined) return refuseNow(`${shut} The position and its exits stay as they are.`).error;
  if (!desk.details.has(contract.conId))
    return refuseNow(`The contract details of ${contract.symbol} are not known yet; try again in a moment.`).error;
  return undefined;
}

/** The exits fit into what the close leaves, and no change of them is under way. */
function isWayFree(desk: Desk, exits: readonly Order[], remaining: Quantity): boolean {
  return exiting(desk, exits) <= remaining && !exits.some((order) => order.state === 'PENDING_REPLACE');
}

/** Exits that this desk can neither shrink nor cancel stay in the way of a close; a sentence. */
function outOfReachRefusal(exits: readonly Order[], symbol: string): string | undefined {
  if (exits.some((order) => order.origin === 'foreign'))
    return `Another program has an exit of ${symbol} working; cancel it there first, or the position could turn around.`;
  if (exits.some((order) => order.origin === 'manual' && numberRefusal(order) !== undefined))
    return `An exit of ${symbol} was typed into TWS and has no number yet; cancel it there first, or try again in a moment.`;
  return undefined;
}

/** Takes every close that waits as far as it gets. Called after news and by the timer. */
export function advanceCloses(desk: Desk): void {
  // From inside an effect nothing could be committed before this went on, and a close would be sent twice: the next news takes it further.
  if (desk.coordinator.isBusy) return;
  for (const key of [...desk.stores.closings.keys()]) {
    // Read anew: the one before may have moved this one too.
    const close = desk.stores.closings.get(key);
    if (close !== undefined) advanceClose(desk, close);
  }
}

function advanceClose(desk: Desk, close: Closing): void {
  const age = desk.clock.now() - close.at;
  const position = desk.stores.positions.get(close.key);
  if (position === undefined || position.quantity === 0) {
    endClose(desk, close, undefined);
    return;
  }
  const exits = exitsOf(desk, position);
  const size = sizeOf(position);
  const quantity = min(close.quantity, size);
  // The gate would refuse it now: what has gone of the exits has gone, so it is waited for, but not for ever.
  const shut = reduceRefusal(desk);
  if (shut !== undefined) {
    if (age > SHUT_PATIENCE_MS) giveUp(desk, close, shut);
    return;
  }
  if (isWayFree(desk, exits, minus(size, quantity))) {
    const sent = sendClose(desk, position, quantity, close.by);
    if (sent.ok) endClose(desk, close, undefined);
    else giveUp(desk, close, sent.error.text);
    return;
  }
  if (age > PATIENCE_MS) giveUp(desk, close, `its exits still work after ${PATIENCE_MS / 1_000} s; nothing was closed.`);
  else resizeExits(desk, exits, minus(size, quantity), { by: close.by, oneByOne: true, since: close.at });
}

function endClose(desk: Desk, close: Closing, trouble: string | undefined): void {
  commit(desk, 'risk-reducing', 'position.close-ends', { kind: 'system', text: trouble ?? 'the way is free', ref: close.key }, (tx) => {
    if (tx.has(desk.stores.closings, close.key)) tx.delete(desk.stores.closings, close.key);
    if (trouble !== undefined) log(tx, 'alarm', `Not closed: ${trouble}. Look at its exits.`, { kind: 'position', key: close.key });
  });
}

/** What a close leaves open that did not come to its end is said in the same breath. */
function giveUp(desk: Desk, close: Closing, why: string): void {
  const position = desk.stores.positions.get(close.key);
  const open = position === undefined ? ZERO : unprotectedOf(desk, position);
  const naked =
    position === undefined || open <= 0
      ? ''
      : ` UNPROTECTED ${formatQuantity(open)} ${position.contract.symbol}: protect it or close it again.`;
  endClose(desk, close, `${why.replace(/\.$/, '')}.${naked}`.replace(/\.$/, ''));
}

function sendClose(desk: Desk, position: Position, quantity: Quantity, by: string): Done {
  const sent = sendExit(
    desk,
    position,
    { leg: 'F', type: 'MKT', quantity, tif: 'DAY', outsideRth: false },
    `${by} closed ${formatQuantity(quantity)} of ${formatQuantity(sizeOf(position))} ${position.contract.symbol} by hand.`,
  );
  return sent.ok ? ok(sent.value.seq) : sent;
}
