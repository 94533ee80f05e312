import { groupOf, restOf, restOfGroups } from '#core/order/oca-group';
import { isStopType, type Order, type OrderState } from '#domain/order';
import { type Quantity, ZERO } from '#domain/quantity';
import { max, min, minus, plus } from '#domain/scaled';
import type { Slice } from '#core/state/desk-state';
import { cancelOrders } from '#core/execution/cancel';
import { changeOrder, isChangeable } from '#core/execution/modify';

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

/** What IB has not confirmed yet, or nobody knows about: only time tells what can be done with it. */
const UNSETTLED: ReadonlySet<OrderState> = new Set<OrderState>(['SUBMITTED', 'UNKNOWN', 'PENDING_REPLACE', 'PENDING_CANCEL']);

/** An exit and how much of it may stay. */
interface Share {
  readonly order: Order;
  readonly share: Quantity;
}

/** What an order takes once the change that is under way has been taken. */
export function restAfterChange(order: Order): Quantity {
  return order.state === 'PENDING_REPLACE' && order.change !== undefined
    ? max(ZERO, minus(order.change.quantity, order.filled))
    : restOf(order);
}

/** What the stops of these exits cover, each group by its largest. One that only may be there protects nothing. */
export function coveredBy(exits: readonly Order[]): Quantity {
  return restOfGroups(exits.filter(isStanding), restAfterChange);
}

function largest(group: readonly Order[]): Quantity {
  return group.reduce((most, order) => max(most, restAfterChange(order)), ZERO);
}

function isStanding(order: Order): boolean {
  return isStopType(order.type) && (isChangeable(order) || order.state === 'PENDING_REPLACE');
}

/**
 * What may stay of each group: what its stop covers comes first in every group, for a position can do without a target. A group is no
 * larger than its stop before the stops of all groups have their share.
 */
function sharesOf(exits: readonly Order[], allowed: Quantity): readonly Share[] {
  const groups = new Map<string, Order[]>();
  for (const order of exits) groups.set(groupOf(order), [...(groups.get(groupOf(order)) ?? []), order]);
  let room = max(ZERO, allowed);
  const take = (most: Quantity): Quantity => {
    const share = min(room, most);
    room = minus(room, share);
    return share;
  };
  const parts = [...groups.values()].map((group) => ({ group, covered: coveredBy(group), share: ZERO }));
  for (const part of parts) part.share = take(part.covered);
  for (const part of parts.toSorted((one, other) => Number(one.covered === 0) - Number(other.covered === 0)))
    part.share = plus(part.share, take(minus(largest(part.group), part.share)));
  const shares = parts.flatMap(({ group, share }) => group.map((order) => ({ order, share })));
  // Targets before stops: what protects goes last.
  return shares.toSorted((one, other) => Number(isStopType(one.order.type)) - Number(isStopType(other.order.type)));
}

export interface ExitsResized {
  /** Something was changed or cancelled now. */
  readonly acted: boolean;
  /** Stops that are too large and cannot be made smaller; they are never cancelled while something is held for them. */
  readonly stuck: readonly Order[];
}

/**
 * Who resizes exits and why. `oneByOne`: stops are not touched before every target fits, so that what does not succeed leaves the position
 * protected. `since`: what was tried after this moment (ms) is not tried again.
 */
interface ResizeOrder {
  readonly by: string;
  readonly oneByOne?: boolean;
  readonly since?: number;
}

/**
 * Makes exits fit into what is allowed: they shrink, and only what cannot shrink, or has nothing left to exit, is cancelled. A change under
 * way is waited for, never followed by a cancel.
 */
export function resizeExits(desk: Desk, exits: readonly Order[], allowed: Quantity, how: ResizeOrder): ExitsResized {
  const gone: Order[] = [];
  const stuck: Order[] = [];
  let shrunk = false;
  let targetsWait = false;
  for (const { order, share } of sharesOf(exits, allowed)) {
    const isStop = isStopType(order.type);
    if (isStop && targetsWait && how.oneByOne === true) break;
    if (restAfterChange(order) <= share) {
      targetsWait ||= !isStop && order.state === 'PENDING_REPLACE';
      continue;
    }
    targetsWait ||= !isStop;
    const outcome = resizeExit(desk, order, share, how);
    if (outcome === 'goes') gone.push(order);
    else if (outcome === 'stuck') stuck.push(order);
    else shrunk ||= outcome === 'shrunk';
  }
  if (gone.length > 0) cancelOrders(desk, gone, how.by);
  return { acted: shrunk || gone.length > 0, stuck };
}

/** What becomes of one exit that is larger than its share; `goes` is for the caller to cancel. */
function resizeExit(desk: Desk, order: Order, share: Quantity, how: ResizeOrder): 'waits' | 'shrunk' | 'stuck' | 'goes' {
  if (order.state === 'PENDING_CANCEL' || order.state === 'PENDING_REPLACE') return 'waits';
  if (share > 0) {
    if (UNSETTLED.has(order.state)) return 'waits';
    if (shrink(desk, order, share, how)) return 'shrunk';
    if (mustStay(order)) return 'stuck';
  }
  return isNewAttempt(desk, order, ZERO, how) ? 'goes' : 'waits';
}

function shrink(desk: Desk, order: Order, share: Quantity, how: ResizeOrder): boolean {
  if (!isChangeable(order) || !isNewAttempt(desk, order, share, how)) return false;
  return changeOrder(desk, order, { quantity: plus(order.filled, share) }, how.by).ok;
}

/** A stop that cannot be made smaller stays while something is held for it; an entry, or one that may be dead at IB, is none. */
function mustStay(order: Order): boolean {
  return isStopType(order.type) && order.leg !== 'E' && order.state !== 'INACTIVE';
}

/** Notes the attempt; false when it has been made already. */
function isNewAttempt(desk: Desk, order: Order, size: Quantity, how: ResizeOrder): boolean {
  const { resizeAttempts } = desk;
  const now = desk.clock.now();
  if (resizeAttempts.isTried(order.key, size, now, how.since)) return false;
  resizeAttempts.note(order.key, size, now);
  return true;
}

/** Makes exits fit into `remaining`, all at once. */
export function makeRoom(desk: Desk, exits: readonly Order[], remaining: Quantity, by: string): void {
  resizeExits(desk, exits, remaining, { by });
}
