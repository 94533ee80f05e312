import { entryKeyOf, groupOf, restOfGroups } from '#core/order/family';
import type { AccountId, ConId } from '#domain/ids';
import { isStopType, type Order } from '#domain/order';
import type { Position } from '#domain/position';
import { formatQuantity, type Quantity, trustedQuantity, ZERO } from '#domain/quantity';
import { max, min, minus, negate, plus, sumOf } from '#domain/scaled';
import { ZERO_PRICE } from '#domain/price';
import { ZERO_AMOUNT } from '#domain/money';
import { undecided } from './adoption.ts';
import { exitsOf } from './closing.ts';
import { log, positionKey } from './desk-state.ts';
import { entryOf, isOpenEntry, openOf } from './families.ts';
import { coveredBy, fitExits, restAfterChange } from './fitting.ts';
import { shutFault } from './gate.ts';
import { commit, type Hall } from './hall.ts';

/** IB cancels the other exits of a group by itself, and tells positions a moment later than fills: both are given the time. */
const LOOK_AFTER_MS = 1_500;
/** The last looks are for what the broker told late. */
const LOOK_UNTIL_MS = 6_000;

/**
 * Working exits never exceed what there is to exit: what a fill from outside (a person in TWS, another program, a close by hand) has made
 * too large shrinks or goes, and the log says why. One look at a time per contract, again until nothing is left to do.
 */
export class Trims {
  readonly #hall: Hall;
  /** Positions that are looked at again, and until when. */
  readonly #due = new Map<string, number>();
  readonly #told = new Set<string>();

  constructor(hall: Hall) {
    this.#hall = hall;
  }

  /** Something was filled, or the broker's word on the position has come. */
  due(account: AccountId, conId: ConId): void {
    const key = positionKey(account, conId);
    const isArranged = this.#due.has(key);
    this.#due.set(key, this.#hall.ports.clock.now() + LOOK_UNTIL_MS);
    if (!isArranged) this.#arrange(account, conId);
  }

  /** The book has been compared: every contract with exits of this desk. */
  allDue(): void {
    for (const order of this.#hall.index.working()) if (isOwnExit(order)) this.due(order.account, order.contract.conId);
  }

  #arrange(account: AccountId, conId: ConId): void {
    const { clock, scheduler } = this.#hall.ports;
    const key = positionKey(account, conId);
    scheduler.after(LOOK_AFTER_MS, () => {
      const again = this.#trim(account, conId);
      if (again || clock.now() < (this.#due.get(key) ?? 0)) this.#arrange(account, conId);
      else this.#due.delete(key);
    });
  }

  /** True when it is worth looking again: something is on its way, or in the way. */
  #trim(account: AccountId, conId: ConId): boolean {
    const hall = this.#hall;
    const key = positionKey(account, conId);
    if (hall.stores.closings.has(key) || shutFault(hall) !== undefined || hall.reconciliation.isOpening() || hall.coordinator.isBusy)
      return true;
    const contract = hall.index.working().find((order) => order.contract.conId === conId)?.contract;
    const position = hall.stores.positions.get(key) ?? (contract === undefined ? undefined : flat(account, contract));
    if (position === undefined) return false;
    // A book that differs from the broker's is no ground for taking protection away; C-36 deals with it.
    if (position.brokerQuantity !== undefined && position.brokerQuantity !== position.quantity) return true;
    const { long, short } = openedByTriggers(hall, account, conId);
    // Brackets of two triggers may stand against each other; each of their exits has its own entry to close.
    const sides = [
      this.#trimSide({ ...position, quantity: trustedQuantity(1) }, plus(position.quantity, short), position.quantity),
      this.#trimSide({ ...position, quantity: trustedQuantity(-1) }, minus(long, position.quantity), position.quantity),
    ];
    return sides.includes(true);
  }

  #trimSide(side: Position, most: Quantity, held: Quantity): boolean {
    const hall = this.#hall;
    const all = exitsOf(hall, side).filter(isOwnExit);
    // IB itself bounds the exits of an entry that works: they are let alone, and what they may take now is theirs.
    const bound = new Map<string, Quantity>();
    for (const order of all)
      if (isOpenEntry(entryOf(hall, order))) {
        const takes = min(restAfterChange(order), openOf(hall, order) ?? ZERO);
        bound.set(groupOf(order), max(bound.get(groupOf(order)) ?? ZERO, takes));
      }
    // What has joined such a group by hand is not bounded by its entry.
    for (const order of all)
      if (bound.has(groupOf(order)) && !isOpenEntry(entryOf(hall, order)))
        bound.set(groupOf(order), max(bound.get(groupOf(order)) ?? ZERO, restAfterChange(order)));
    const free = all.filter((order) => !bound.has(groupOf(order)) && order.state !== 'CANCEL_PENDING' && !isIgnored(hall, order));
    // Among them targets without a stop: they give way to what protects.
    const withStop = new Set(all.filter((order) => isStopType(order.type)).map(groupOf));
    const targets = all.filter((order) => bound.has(groupOf(order)) && !withStop.has(groupOf(order)) && !isIgnored(hall, order));
    const takenBy = (isMeant: (group: string) => boolean): Quantity =>
      sumOf(bound, ([group, takes]) => (isMeant(group) ? takes : ZERO), ZERO);
    const stopped = takenBy((group) => withStop.has(group));
    const room = max(ZERO, minus(most, stopped));
    const theirs = takenBy((group) => !withStop.has(group));
    const allowed = max(minus(room, theirs), min(room, coveredBy(free)));
    const there = restOfGroups(free, restAfterChange);
    const tooMuch = minus(plus(there, theirs), room);
    const exits = [...free, ...targets];
    const key = positionKey(side.account, side.contract.conId);
    if (tooMuch <= 0) {
      this.#told.delete(`${key} ${side.quantity}`);
      return exits.some((order) => order.state === 'MODIFY_PENDING');
    }
    const names = new Set([key, ...exits.map((order) => order.key as string)]);
    if (undecided(hall).some(({ subject }) => names.has(subject))) return true;
    // One at a time: what is under way may change what the next one has to do.
    if (all.some((order) => order.state === 'MODIFY_PENDING')) return true;
    // Nothing is taken away for a stop that IB has not confirmed, and that stop is not taken away either.
    if (all.some((order) => order.state === 'SUBMITTED' && isStopType(order.type))) return true;
    const how = { by: 'the desk' } as const;
    const { acted: freed, stuck } = fitExits(hall, free, allowed, how);
    const left = max(ZERO, minus(room, min(there, allowed)));
    const acted = (theirs > left && fitExits(hall, targets, left, how).acted) || freed;
    const figures = `${formatQuantity(held)} held, exits for ${formatQuantity(plus(there, theirs))} worked`;
    if (acted) this.#say(side, `${figures} after a fill from outside; what is too much is taken back.`);
    else if (stuck.length > 0 && !this.#told.has(`${key} ${side.quantity}`)) {
      this.#told.add(`${key} ${side.quantity}`);
      this.#say(side, `${figures}; its stop could not be made smaller and stays, so that what is held stays protected. Look at it.`);
    }
    return true;
  }

  #say({ account, contract }: Position, text: string): void {
    const key = positionKey(account, contract.conId);
    commit(this.#hall, 'risk-reducing', 'exits.trim', { kind: 'broker', text: 'exits exceed the position', ref: key }, (tx) => {
      log(tx, 'alarm', `${contract.symbol}: ${text}`, { kind: 'position', key });
    });
  }
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

/** What entries of triggers have opened and their own exits have not closed, by side. */
export function openedByTriggers(hall: Hall, account: AccountId, conId: ConId): { readonly long: Quantity; readonly short: Quantity } {
  let long = ZERO;
  let short = ZERO;
  for (const order of hall.stores.orders.values()) {
    if (order.contract.conId !== conId || order.account !== account || order.filled === 0 || order.triggerId === undefined) continue;
    const entryKey = entryKeyOf(order);
    const entry = entryKey === undefined ? order : hall.index.get(entryKey);
    if (entry?.leg !== 'E') continue;
    const opened = order === entry ? order.filled : negate(order.filled);
    if (entry.side === 'BUY') long = plus(long, opened);
    else short = plus(short, opened);
  }
  return { long: max(ZERO, long), short: max(ZERO, short) };
}

/** Only what this desk placed as an exit is taken back by itself; a person's order is a person's wish. */
export function isOwnExit(order: Order): boolean {
  return (order.leg === 'S' || order.leg === 'T') && order.origin !== 'manual' && order.origin !== 'foreign' && order.state !== 'UNKNOWN';
}

/** Found at the start, and the operator said that the desk shall not concern itself with it. */
function isIgnored(hall: Hall, order: Order): boolean {
  return hall.stores.found.get(`order:${order.key}`)?.decision === 'ignore';
}
