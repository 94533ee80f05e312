import { hadNothingToExit } from '#core/order/brackets';
import type { OrderKey } from '#domain/ids';
import { isStopType, isTerminal, isWorking, type Order, type OrderState } from '#domain/order';
import type { Position } from '#domain/position';
import { formatPrice } from '#domain/price';
import { formatQuantity, type Quantity, ZERO } from '#domain/quantity';
import { minus } from '#domain/scaled';
import { inHandOf, isCertain } from './closes.ts';
import { openedByTriggers, sizeOf, unprotectedOf } from './exits.ts';
import { log, type Offer, positionKey } from '#core/state/records';
import { commit, type Slice } from '#core/state/desk-state';
import { stopToEnlarge, tooMuchOf } from './resize-on-request.ts';

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

/** What IB is still about to say within this time is nothing to offer for. */
const GRACE_MS = 2_000;
/** An order whose fill was claimed and not yet told explains much; so does a stop that has just left. */
const CLAIM_GRACE_MS = 5_500;
const SENT_GRACE_MS = 4_000;
/** Exits that are too large are resized by the desk itself after fills; it is given the time. */
const RESIZE_GRACE_MS = 8_000;

interface Finding {
  readonly kind: Offer['kind'];
  readonly quantity: Quantity;
  readonly stop: Offer['stop'];
  readonly why: string;
  readonly graceMs: number;
  /** The operator's own doing is told in amber; everything else is an alarm. */
  readonly isOwnDoing: boolean;
}

/**
 * Looks after every position: is all of it covered by stops at the broker, do its exits fit, did an exit turn it around? What stays wrong
 * becomes a standing offer with an alarm. Nothing is sent by itself: a file or a reason of the desk's own never sends an order.
 */
export class CoverageWatch {
  readonly #desk: Desk;
  readonly #since = new Map<string, { readonly at: number; readonly cause: string }>();
  /** Positions that an exit opened, by the exit that did. */
  readonly #turned = new Map<string, OrderKey>();

  constructor(desk: Desk) {
    this.#desk = desk;
  }

  /** After an execution: `before` is the position as it was. */
  executed(position: Position, before: number, order: Order): void {
    const key = positionKey(position.account, position.contract.conId);
    const direction = order.side === 'BUY' ? 1 : -1;
    const isExit = order.leg === 'S' || order.leg === 'T' || order.leg === 'F';
    if (!isExit || Math.sign(position.quantity) !== direction || Math.sign(before) === direction) return;
    const { long, short } = openedByTriggers(this.#desk, position.account, position.contract.conId);
    if ((direction === 1 ? long : short) < Math.abs(position.quantity)) this.#turned.set(key, order.key);
  }

  /** With the timer. */
  look(now: number): void {
    const { link, reconciliation, stores } = this.#desk;
    if (!link.ready || link.upstream === 'down' || !reconciliation.done()) {
      this.#since.clear();
      return;
    }
    for (const [key, position] of [...stores.positions.entries()]) {
      const finding = this.#findingOf(key, position, now);
      if (finding === undefined) {
        this.#since.delete(key);
        this.#withdraw(key);
        continue;
      }
      const cause = `${finding.kind} ${finding.why}`;
      const since = this.#since.get(key);
      // What was offered for something else is over at once; the same for another reason stays until the new one is sure.
      if (stores.offers.get(key)?.kind !== finding.kind) this.#withdraw(key);
      if (since?.cause !== cause) this.#since.set(key, { at: now, cause });
      else if (now - since.at >= finding.graceMs) this.#offer(key, finding);
    }
  }

  #findingOf(key: string, position: Position, now: number): Finding | undefined {
    const desk = this.#desk;
    if (position.quantity === 0) this.#turned.delete(key);
    const inHand = inHandOf(desk, position, now);
    const turned = this.#turned.get(key);
    const by = turned === undefined ? undefined : desk.index.get(turned);
    if (by !== undefined && inHand < sizeOf(position) && (by.side === 'BUY') === position.quantity > 0)
      return {
        kind: 'flatten',
        quantity: sizeOf(position),
        stop: undefined,
        why: `its ${by.leg === 'T' ? 'target' : by.leg === 'S' ? 'stop' : 'close'} filled beyond what was held and turned the position around`,
        graceMs: GRACE_MS,
        isOwnDoing: false,
      };
    const tooMuch = this.#isMoving(key) ? ZERO : tooMuchOf(desk, position);
    if (tooMuch > 0)
      return {
        kind: 'resize-exits',
        quantity: tooMuch,
        stop: undefined,
        why: `its exits work for ${formatQuantity(tooMuch)} more than is held`,
        graceMs: RESIZE_GRACE_MS,
        isOwnDoing: false,
      };
    const open = minus(position.quantity === 0 ? ZERO : unprotectedOf(desk, position), inHand);
    return open > 0 ? unprotected(desk, position, open, now) : undefined;
  }

  /** Exits shrink or go for a close, or give way to a stop that trails: both end by themselves, with an alarm where they fail. */
  #isMoving(key: string): boolean {
    const { closings, trailings } = this.#desk.stores;
    return closings.has(key) || [...trailings.values()].some((trailing) => trailing.position === key);
  }

  #offer(key: string, finding: Finding): void {
    const desk = this.#desk;
    const { kind, quantity, stop, why } = finding;
    const before = desk.stores.offers.get(key);
    /* eslint-disable desk/no-read-of-prose -- the words are held against themselves: the same ones are not told twice, nothing reads what they say */
    if (before?.kind === kind && before.quantity === quantity && before.stop === stop && before.why === why) return;
    const isNews = before?.kind !== kind || before.why !== why || quantity > before.quantity;
    /* eslint-enable desk/no-read-of-prose */
    commit(desk, 'risk-reducing', 'position.offer', { kind: 'system', text: `${kind}: ${why}`, ref: key }, (tx) => {
      const position = tx.get(desk.stores.positions, key);
      if (position === undefined) return;
      tx.set(desk.stores.offers, key, { key, kind, quantity, ...(stop === undefined ? {} : { stop }), why, at: tx.at });
      if (!isNews) return;
      const { symbol } = position.contract;
      const word =
        kind === 'flatten'
          ? `REVERSED ${formatQuantity(position.quantity)}`
          : kind === 'protect'
            ? `UNPROTECTED ${formatQuantity(quantity)}`
            : 'EXITS DO NOT FIT';
      log(tx, finding.isOwnDoing ? 'warning' : 'alarm', `${word} ${symbol}: ${why}. ${proposal(finding)} Nothing is sent by itself.`, {
        kind: 'position',
        key,
      });
    });
  }

  #withdraw(key: string): void {
    const desk = this.#desk;
    if (!desk.stores.offers.has(key)) return;
    commit(desk, 'housekeeping', 'position.offer-ends', { kind: 'system', text: 'nothing is left to mend', ref: key }, (tx) => {
      if (tx.has(desk.stores.offers, key)) tx.delete(desk.stores.offers, key);
    });
  }
}

function proposal({ kind, stop }: Finding): string {
  if (kind === 'flatten') return 'Flatten it in the positions panel.';
  if (kind === 'resize-exits') return 'Mend it in the positions panel.';
  return stop === undefined
    ? 'Protect it in the positions panel.'
    : `The stop at ${formatPrice(stop)} is offered again in the positions panel.`;
}

/** What the book knows of how a position came without a stop. */
interface StopHistory {
  /** The newest stop order against the position. */
  readonly newest: Order | undefined;
  /** An entry that opened it. */
  readonly entered: Order | undefined;
  /** A fill was claimed and not yet told. */
  readonly claimed: boolean;
  /** A close that nobody can count on any more: lost out of sight, held, going, or ended without it. */
  readonly close: Order | undefined;
}

/** Held without a stop: what became of the stop that was placed, and what is offered instead. */
function unprotected(desk: Desk, position: Position, open: Quantity, now: number): Finding {
  const history = stopHistory(desk, position, now);
  const { newest, entered, close } = history;
  const enlarges =
    close === undefined && newest !== undefined && !isTerminal(newest.state) && stopToEnlarge(desk, position)?.key === newest.key;
  const withoutStop = entered === undefined ? 'no stop of this desk is known' : 'its entry filled without a stop';
  return {
    kind: enlarges ? 'resize-exits' : 'protect',
    quantity: open,
    stop: newest?.stop,
    why: close !== undefined ? `its close ${becameOf(close)}` : newest === undefined ? withoutStop : whatBecameOf(newest, enlarges),
    graceMs: graceMsOf(history, now),
    isOwnDoing: isOwnDoing(history, position) && !isTakenForSize(desk, history, now),
  };
}

function stopHistory(desk: Desk, position: Position, now: number): StopHistory {
  const side = position.quantity > 0 ? 'SELL' : 'BUY';
  const isItsOwn = ({ contract, account }: Order): boolean => contract.conId === position.contract.conId && account === position.account;
  const orders = [...desk.stores.orders.values()].filter(isItsOwn);
  let newest: Order | undefined;
  for (const order of orders) {
    if (order.leg !== 'S' || order.side !== side || !isStopType(order.type)) continue;
    // The stop of another entry that has not filled was never this position's.
    if (hadNothingToExit(desk.index, order)) continue;
    if (newest === undefined || order.createdAt > newest.createdAt) newest = order;
  }
  return {
    newest,
    entered: orders.findLast((order) => order.leg === 'E' && order.side !== side && order.filled > 0),
    claimed: orders.some((order) => isClaimed(order)),
    close: orders.findLast((order) => order.leg === 'F' && order.side === side && hasFailed(order, newest, now)),
  };
}

/** It may be alive and cannot be counted on; or it ended without the operator's word, and the stop had gone for it. */
function hasFailed(close: Order, stop: Order | undefined, now: number): boolean {
  if (!isTerminal(close.state)) return !isCertain(close, now);
  if (close.state === 'FILLED' || close.cancelAskedAt !== undefined || stop?.cancelAskedAt === undefined) return false;
  return close.createdAt >= stop.cancelAskedAt;
}

/** IB's status counts it as filled, and its executions have not been told. */
function isClaimed(order: Order): boolean {
  return order.ibStatus === 'Filled' && order.filled < order.quantity && isWorking(order.state);
}

function graceMsOf({ newest, claimed }: StopHistory, now: number): number {
  if (claimed) return CLAIM_GRACE_MS;
  const justSent = newest?.state === 'SUBMITTED' && now - (newest.sentAt ?? newest.createdAt) < SENT_GRACE_MS;
  return justSent ? SENT_GRACE_MS : GRACE_MS;
}

/** Cancelled here while all of it was held: the operator knows. An entry of an earlier run had perhaps a stop; nobody here knows. */
function isOwnDoing({ newest, entered, close }: StopHistory, position: Position): boolean {
  if (close !== undefined) return close.state === 'PENDING_CANCEL' && close.cancelAskedAt !== undefined;
  if (newest === undefined) return entered === undefined || entered.sentAt !== undefined;
  const cancelledAt = newest.cancelAskedAt;
  if (cancelledAt === undefined || position.updatedAt > cancelledAt) return false;
  return newest.state === 'CANCELLED' || newest.state === 'PENDING_CANCEL';
}

/** Its cancel was asked for because it was too large and could not shrink: nobody wished what is held to be bare. */
function isTakenForSize({ resizeAttempts }: Desk, { newest, close }: StopHistory, now: number): boolean {
  if (close !== undefined || newest?.cancelAskedAt === undefined) return false;
  return resizeAttempts.isTried(newest.key, ZERO, now, newest.cancelAskedAt);
}

/** The end of a sentence about a stop or a close in this state; a cancel is told by whose it was. */
const BECAME: Readonly<Partial<Record<OrderState, string>>> = {
  REJECTED: 'was rejected',
  CANCELLED: 'was cancelled',
  EXPIRED: 'has expired',
  FILLED: 'has filled, and more is held',
  DENIED: 'was not sent',
  ABORTED_BY_KILL: 'was not sent',
  UNKNOWN: 'is UNKNOWN; look in TWS',
  INACTIVE: 'is held by IB as Inactive',
  HELD: 'is held by IB',
  PENDING_CANCEL: 'is being cancelled',
  SUBMITTED: 'is not confirmed by IB',
  QUEUED: 'is not confirmed by IB',
  INTENT: 'is not confirmed by IB',
};

function whatBecameOf(stop: Order, isSmall: boolean): string {
  const name = `its stop${stop.stop === undefined ? '' : ` at ${formatPrice(stop.stop)}`}`;
  if (isSmall) return `${name} covers only ${formatQuantity(minus(stop.quantity, stop.filled))}`;
  return `${name} ${becameOf(stop)}`;
}

function becameOf({ state, cancelAskedAt }: Order): string {
  if (state === 'CANCELLED' && cancelAskedAt === undefined) return 'was cancelled at IB';
  return BECAME[state] ?? 'does not cover it';
}
