import type { OrderAddress } from '#core/ports/broker';
import type { Order, OrderLeg } from '#domain/order';
import type { Excuses } from './excuses.ts';
import type { JudgedLife, JudgedWorld } from './judged.ts';

/** A stop that IB holds as Inactive was taken back: the desk owes an alarm for its position. */
interface Owed {
  readonly life: JudgedLife;
  readonly order: Order;
  readonly amount: number;
  readonly held: number;
}

/**
 * I-26: what is held and covered by a stop stays covered as long as the operator, a person or the broker does not take the stop: the desk
 * by itself never cancels one that is needed and never makes it smaller than what is held. Judged as it leaves, from the desk's own book.
 */
export class Cover {
  readonly #world: Pick<JudgedWorld, 'byHand' | 'now' | 'told' | 'tws'>;
  readonly #excuses: Excuses;
  readonly #fail: (text: string) => void;
  /** Cancels that somebody asked for; they may leave again. */
  readonly #wanted = new Set<string>();

  #owed: readonly Owed[] = [];
  /** How many alarms there were after the last step; the clock of a desk may be set back, their order not. */
  #seen: { readonly life: JudgedLife; readonly alarms: number } | undefined;

  constructor(world: Pick<JudgedWorld, 'byHand' | 'now' | 'told' | 'tws'>, excuses: Excuses, fail: (text: string) => void) {
    this.#world = world;
    this.#excuses = excuses;
    this.#fail = fail;
  }

  cancelling(life: JudgedLife, { clientId, orderId }: OrderAddress): void {
    const order = [...life.stores.orders.values()].find((other) => other.clientId === clientId && other.orderId === orderId);
    if (order === undefined || !isStop(order)) return;
    if (this.#isWanted(life, order)) this.#wanted.add(order.key);
    else if (!this.#wanted.has(order.key)) this.#judge(life, order, 0);
  }

  changing(life: JudgedLife, order: Order, leg: OrderLeg): void {
    if (isStop(order) && !this.#isWanted(life, order)) this.#judge(life, order, leg.quantity - order.filled);
  }

  /** After each step: what was taken back without protecting anything has been told by an alarm in this very step. */
  look(life: JudgedLife): void {
    const before = this.#seen?.life === life ? this.#seen.alarms : 0;
    this.#seen = { life, alarms: life.alarms.length };
    for (const { life: of, order, amount, held } of this.#owed) {
      if (of !== life) continue;
      const key = `${order.account}:${order.contract.conId}`;
      if (life.alarms.slice(before).some((alarm) => alarm.key === key))
        this.#excuses.note('an Inactive stop taken back', amount, this.#world.now);
      else this.#blame(order, amount, held);
    }
    this.#owed = [];
  }

  /** By the operator's hand, or for what the operator has asked for: a kill, a close, a trailing stop in the same group. */
  #isWanted(life: JudgedLife, order: Order): boolean {
    if (isOfLostBracket(life, order)) return true;
    if (this.#world.byHand || life.deskState.latch.isSet() || life.stores.closings.has(`${order.account}:${order.contract.conId}`))
      return true;
    return [...life.stores.orders.values()].some(
      (other) => other.key !== order.key && other.type === 'TRAIL' && isThere(other) && groupOf(other) === groupOf(order),
    );
  }

  #judge(life: JudgedLife, order: Order, then: number): void {
    const position = life.stores.positions.get(`${order.account}:${order.contract.conId}`)?.quantity ?? 0;
    const held = Math.max(0, order.side === 'SELL' ? position : 0 - position);
    const stops = [...life.stores.orders.values()].filter(
      (other) => other.contract.conId === order.contract.conId && other.side === order.side && isStop(other) && isThere(other),
    );
    const before = Math.min(held, coverOf(stops, order, order.quantity - order.filled));
    const after = Math.min(held, coverOf(stops, order, then));
    if (after >= before) return;
    if (then === 0 && this.#isParked(order)) {
      this.#wanted.add(order.key);
      this.#owed = [...this.#owed, { life, order, amount: before - after, held }];
    } else this.#blame(order, before - after, held);
  }

  /** IB has said Inactive and means it: the stop protects nothing. While something is not told yet, only the desk's book can be asked. */
  #isParked({ ibStatus, permId }: Order): boolean {
    if (ibStatus !== 'Inactive' || permId === undefined) return false;
    return !this.#world.told || this.#world.tws.ledger.orders.some((truth) => truth.permId === permId && truth.status === 'Inactive');
  }

  #blame({ contract, key }: Order, amount: number, held: number): void {
    this.#fail(`I-26: the desk itself leaves ${amount / 10_000} of ${held / 10_000} ${contract.symbol} without the stop ${key}`);
  }
}

/** UNKNOWN, of an entry that has filled nothing: it protects nothing, and TWS may hold it untransmitted (I-27). */
function isOfLostBracket(life: JudgedLife, order: Order): boolean {
  const entry = life.stores.orders.get(order.key.replace(/-[TS]$/, '-E') as Order['key']);
  return order.state === 'UNKNOWN' && entry !== undefined && entry.key !== order.key && entry.filled === 0;
}

/** Stops of one group cover the largest of them. */
function coverOf(stops: readonly Order[], order: Order, rest: number): number {
  const groups = new Map<string, number>([[groupOf(order), rest]]);
  for (const other of stops) {
    if (other.key === order.key) continue;
    const there = Math.min(other.quantity, other.change?.quantity ?? other.quantity) - other.filled;
    groups.set(groupOf(other), Math.max(groups.get(groupOf(other)) ?? 0, there));
  }
  return [...groups.values()].reduce((sum, one) => sum + one, 0);
}

function groupOf(order: Order): string {
  return order.ocaGroup ?? order.parentKey ?? order.key;
}

function isStop(order: Order): boolean {
  return order.leg === 'S' || (order.leg !== 'E' && order.type.startsWith('STP'));
}

function isThere({ state }: Order): boolean {
  return state === 'ACCEPTED' || state === 'PARTIALLY_FILLED' || state === 'HELD' || state === 'PENDING_REPLACE';
}
