import { isChangeable } from '#core/execution/modify';
import { entryOf, isOpenEntry, openOf } from '#core/order/brackets';
import { groupOf, restOfGroups } from '#core/order/oca-group';
import { shutRefusal } from '#core/pretrade/transmit-gate';
import { commit, type Slice } from '#core/state/desk-state';
import { undecided } from '#core/state/found-at-start';
import { log, positionKey } from '#core/state/records';
import type { AccountId, ConId } from '#domain/ids';
import { ZERO_AMOUNT } from '#domain/money';
import { isStopType, type Order } from '#domain/order';
import type { Position } from '#domain/position';
import { ZERO_PRICE } from '#domain/price';
import { formatQuantity, type Quantity, trustedQuantity, ZERO } from '#domain/quantity';
import { max, min, minus, plus, sumOf } from '#domain/scaled';
import { coveredBy, resizeExits, restAfterChange } from './exit-sizes.ts';
import { exitsOf, isOwnExit, openedByTriggers } from './exits.ts';

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
  | 'scheduler'
  | 'stores'
  | 'unsentCancels'
  | 'unsentGlobalCancel'
>;

/** IB cancels the other exits of a group by itself, and tells positions a moment later than fills: both are given the time. */
const LOOK_AFTER_MS = 1_500;
/** The last looks are for what the broker told late. */
const LOOK_UNTIL_MS = 6_000;

/**
 * Working exits never exceed what there is to exit: what an external fill (a person in TWS, another program, a close by hand) has made
 * too large shrinks or goes, and the log says why. One look at a time per contract, again until nothing is left to do.
 */
export class ExitResizer {
  readonly #desk: Desk;
  /** Positions that are looked at again, and until when. */
  readonly #due = new Map<string, number>();
  readonly #told = new Set<string>();

  constructor(desk: Desk) {
    this.#desk = desk;
  }

  /** Something was filled, or the broker's word on the position has come. */
  due(account: AccountId, conId: ConId): void {
    const key = positionKey(account, conId);
    const isArranged = this.#due.has(key);
    this.#due.set(key, this.#desk.clock.now() + LOOK_UNTIL_MS);
    if (!isArranged) this.#arrange(account, conId);
  }

  /** The book has been compared: every contract with exits of this desk. */
  allDue(): void {
    for (const order of this.#desk.index.working()) if (isHeldToSize(this.#desk, order)) this.due(order.account, order.contract.conId);
  }

  #arrange(account: AccountId, conId: ConId): void {
    const { clock, scheduler } = this.#desk;
    const key = positionKey(account, conId);
    scheduler.after(LOOK_AFTER_MS, () => {
      const again = this.#resize(account, conId);
      if (again || clock.now() < (this.#due.get(key) ?? 0)) this.#arrange(account, conId);
      else this.#due.delete(key);
    });
  }

  /** True when it is worth looking again: something is on its way, or in the way. */
  #resize(account: AccountId, conId: ConId): boolean {
    const desk = this.#desk;
    const key = positionKey(account, conId);
    if (desk.stores.closings.has(key) || shutRefusal(desk) !== undefined || desk.coordinator.isBusy) return true;
    const contract = desk.index.working().find((order) => order.contract.conId === conId)?.contract;
    const position = desk.stores.positions.get(key) ?? (contract === undefined ? undefined : flat(account, contract));
    if (position === undefined) return false;
    // A book that differs from the broker's is no ground for taking protection away; C-36 deals with it.
    if (position.brokerQuantity !== undefined && position.brokerQuantity !== position.quantity) return true;
    // Under the latch the position alone decides: of brackets against each other the exits of one side have gone.
    const { long, short } = isKilling(desk) ? { long: ZERO, short: ZERO } : openedByTriggers(desk, account, conId);
    // Brackets of two triggers may stand against each other; each of their exits has its own entry to close.
    const sides = [
      this.#resizeSide({ ...position, quantity: trustedQuantity(1) }, plus(position.quantity, short), position.quantity),
      this.#resizeSide({ ...position, quantity: trustedQuantity(-1) }, minus(long, position.quantity), position.quantity),
    ];
    return sides.includes(true);
  }

  #resizeSide(side: Position, most: Quantity, held: Quantity): boolean {
    const desk = this.#desk;
    const all = exitsOf(desk, side).filter((order) => isHeldToSize(desk, order));
    const room = roomFor(desk, all, most);
    const key = positionKey(side.account, side.contract.conId);
    const told = `${key} ${side.quantity}`;
    if (minus(plus(room.there, room.theirs), room.most) <= 0) {
      this.#told.delete(told);
      return [...room.free, ...room.targets].some((order) => order.state === 'PENDING_REPLACE');
    }
    if (mustWait(desk, key, all, room)) return true;
    const how = { by: 'the desk' } as const;
    const { acted: freed, stuck } = resizeExits(desk, room.free, room.allowed, how);
    const left = max(ZERO, minus(room.most, min(room.there, room.allowed)));
    const acted = (room.theirs > left && resizeExits(desk, room.targets, left, how).acted) || freed;
    const figures = `${formatQuantity(held)} held, exits for ${formatQuantity(plus(room.there, room.theirs))} worked`;
    if (acted) this.#say(side, `${figures} after a fill from outside; what is too much is taken back.`);
    else if (stuck.length > 0 && !this.#told.has(told)) {
      this.#told.add(told);
      this.#say(side, `${figures}; its stop could not be made smaller and stays, so that what is held stays protected. Look at it.`);
    }
    return true;
  }

  #say({ account, contract }: Position, text: string): void {
    const key = positionKey(account, contract.conId);
    commit(this.#desk, 'risk-reducing', 'exits.resize', { kind: 'broker', text: 'exits exceed the position', ref: key }, (tx) => {
      log(tx, 'alarm', `${contract.symbol}: ${text}`, { kind: 'position', key });
    });
  }
}

/** What exits of one side work for, and what they may. */
interface Room {
  /** Exits that no entry bounds. */
  readonly free: readonly Order[];
  /** Targets without a stop of entries that work: they give way to what protects. */
  readonly targets: readonly Order[];
  /** What all of these may take beside the stops of entries that work. */
  readonly most: Quantity;
  /** What the free ones work for, and what of it may stay. */
  readonly there: Quantity;
  readonly allowed: Quantity;
  /** What the targets work for. */
  readonly theirs: Quantity;
}

function roomFor(desk: Desk, all: readonly Order[], most: Quantity): Room {
  const bound = boundByEntries(desk, all);
  const free = all.filter((order) => !bound.has(groupOf(order)) && order.state !== 'PENDING_CANCEL' && !isIgnored(desk, order));
  const withStop = new Set(all.filter((order) => isStopType(order.type)).map(groupOf));
  const targets = all.filter((order) => bound.has(groupOf(order)) && !withStop.has(groupOf(order)) && !isIgnored(desk, order));
  const takenBy = (isMeant: (group: string) => boolean): Quantity =>
    sumOf(bound, ([group, takes]) => (isMeant(group) ? takes : ZERO), ZERO);
  const stopped = takenBy((group) => withStop.has(group));
  const theirs = takenBy((group) => !withStop.has(group));
  const besideStops = max(ZERO, minus(most, stopped));
  const allowed = max(minus(besideStops, theirs), min(besideStops, coveredBy(free)));
  return { free, targets, most: besideStops, there: restOfGroups(free, restAfterChange), allowed, theirs };
}

/** IB itself bounds the exits of an entry that works: they are let alone. What each of these groups may take now is theirs. */
function boundByEntries(desk: Desk, all: readonly Order[]): ReadonlyMap<string, Quantity> {
  const bound = new Map<string, Quantity>();
  for (const order of all)
    if (isOpenEntry(entryOf(desk.index, order))) {
      const takes = min(restAfterChange(order), openOf(desk.index, order) ?? ZERO);
      bound.set(groupOf(order), max(bound.get(groupOf(order)) ?? ZERO, takes));
    }
  // What has joined such a group by hand is not bounded by its entry.
  for (const order of all)
    if (bound.has(groupOf(order)) && !isOpenEntry(entryOf(desk.index, order)))
      bound.set(groupOf(order), max(bound.get(groupOf(order)) ?? ZERO, restAfterChange(order)));
  return bound;
}

/** The operator has to decide first, or IB has to answer. */
function mustWait(desk: Desk, key: string, all: readonly Order[], { free, targets }: Room): boolean {
  const names = new Set([key, ...[...free, ...targets].map((order) => order.key as string)]);
  if (!isKilling(desk) && undecided(desk).some(({ subject }) => names.has(subject))) return true;
  // One at a time: what is under way may change what the next one has to do.
  if (all.some((order) => order.state === 'PENDING_REPLACE')) return true;
  // Nothing is taken away for a stop that IB has not confirmed, and that stop is not taken away either.
  return all.some((order) => order.state === 'SUBMITTED' && isStopType(order.type));
}

/** A kill that left exits: they must not open a position, whatever the operator still has to say of them. It would have taken them otherwise. */
function isKilling(desk: Desk): boolean {
  return desk.latch.isSet() && desk.stores.engine.get('desk')?.kill !== undefined;
}

/**
 * An exit of this desk; after a kill of everything that kept exits also what a person has typed into TWS before it was verified. The kill would
 * have taken it otherwise, so it may not open a position either.
 */
function isHeldToSize(desk: Desk, order: Order): boolean {
  if (isOwnExit(order)) return true;
  const kill = desk.stores.engine.get('desk')?.kill;
  if (!desk.latch.isSet() || kill?.scope !== 'all' || kill.exits !== 'keep') return false;
  const isTyped = order.origin === 'manual' && (isStopType(order.type) || order.type === 'LMT');
  return isTyped && isChangeable(order) && order.createdAt < (kill.verifiedAt ?? Number.POSITIVE_INFINITY);
}

function flat(account: AccountId, contract: Position['contract']): Position {
  return {
    account,
    contract,
    quantity: ZERO,
    averagePrice: ZERO_PRICE,
    realized: ZERO_AMOUNT,
    commission: ZERO_AMOUNT,
    updatedAt: 0,
  };
}

/** Found at the start, and the operator said that the desk shall not concern itself with it. */
function isIgnored(desk: Desk, order: Order): boolean {
  return !isKilling(desk) && desk.stores.found.get(`order:${order.key}`)?.decision === 'ignore';
}
