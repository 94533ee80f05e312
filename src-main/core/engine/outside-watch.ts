import { entryKeyOf, groupOf } from '#core/order/family';
import type { OrderKey } from '#domain/ids';
import { isTerminal, isWorking, type Order } from '#domain/order';
import { formatPrice } from '#domain/price';
import { sessionAt } from '#domain/session-time';
import { log } from './desk-state.ts';
import { commit, type Hall } from './hall.ts';
import { changeTrigger } from './triggers.ts';

/** What explains an end (the fill of another exit, the end of the entry) may be told after it. */
const EXPLAINED_WITHIN_MS = 5_000;

/**
 * Orders of this desk that somebody else changed or cancelled: a person in TWS, or IB. The change is taken over and never taken back; a
 * trigger that is armed again while its order is in other hands is disarmed.
 */
export class OutsideWatch {
  readonly #hall: Hall;
  readonly #changed: OrderKey[] = [];
  readonly #ended = new Map<OrderKey, number>();

  constructor(hall: Hall) {
    this.#hall = hall;
  }

  /** Every committed change of an order; `before` is what the desk knew of it. */
  note(before: Order | undefined, after: Order): void {
    if (before === undefined || (after.origin !== 'trigger' && after.origin !== 'operator')) return;
    if (after.changedOutsideAt !== before.changedOutsideAt) this.#changed.push(after.key);
    if (after.state === 'CANCELLED' && isWorking(before.state)) this.#ended.set(after.key, this.#hall.ports.clock.now());
  }

  /** After news, and with the timer. */
  look(now: number): void {
    const hall = this.#hall;
    for (const key of this.#changed.splice(0)) {
      const order = hall.index.get(key);
      if (order !== undefined) disarm(hall, order, 'changed');
    }
    if (this.#ended.size === 0 || !hall.link.ready || !hall.reconciliation.done()) return;
    for (const [key, since] of this.#ended) {
      if (now - since < EXPLAINED_WITHIN_MS) continue;
      this.#ended.delete(key);
      const order = hall.index.get(key);
      if (order?.state === 'CANCELLED' && !isExplained(hall, order)) this.#cancelled(order);
    }
  }

  #cancelled(order: Order): void {
    const hall = this.#hall;
    commit(
      hall,
      'risk-reducing',
      'order.cancelled-outside',
      { kind: 'broker', text: 'cancelled without this desk', ref: order.key },
      (tx) => {
        const now = tx.get(hall.stores.orders, order.key);
        if (now?.state !== 'CANCELLED') return;
        tx.set(hall.stores.orders, order.key, { ...now, note: 'cancelled in TWS or by IB, not by this desk', updatedAt: tx.at });
        log(
          tx,
          'alarm',
          `${order.side} ${order.contract.symbol} ${order.type}${at(order)} was cancelled in TWS or by IB, not by this desk.${detail(order)}`,
          { kind: 'order', key: order.key },
        );
      },
    );
    disarm(hall, order, 'cancelled');
  }
}

function at(order: Order): string {
  const price = order.limit ?? order.stop;
  return price === undefined ? '' : ` ${formatPrice(price)}`;
}

/** IB's own words, where it had some. */
function detail(order: Order): string {
  const words = /reason:(.+)$/.exec(order.note ?? '')?.[1]?.trim();
  return words === undefined || words === '' ? '' : ` IB says: ${words}.`;
}

/** Ends that are nobody's hand: asked for here, by the bracket's own rules, by the end of its day. */
function isExplained(hall: Hall, order: Order): boolean {
  if (order.cancelAskedAt !== undefined || hall.latch.isSet() || order.tif === 'IOC') return true;
  const entryKey = entryKeyOf(order);
  const entry = entryKey === undefined ? undefined : hall.index.get(entryKey);
  if (entry !== undefined && isTerminal(entry.state) && entry.state !== 'FILLED') return true;
  const group = groupOf(order);
  for (const other of hall.stores.orders.values())
    if (other.key !== order.key && (other.filled > 0 || other.ibStatus === 'Filled') && groupOf(other) === group) return true;
  return order.tif === 'DAY' && dayIsOver(hall, order);
}

function dayIsOver(hall: Hall, order: Order): boolean {
  const details = hall.details.get(order.contract.conId);
  if (details === undefined) return true;
  const { session } = sessionAt(hall.exchange.now(), details);
  return order.outsideRth ? session === 'closed' : session !== 'rth';
}

function disarm(hall: Hall, order: Order, what: 'changed' | 'cancelled'): void {
  const trigger = order.triggerId === undefined ? undefined : hall.stores.triggers.get(order.triggerId);
  if (trigger?.life !== 'armed' && trigger?.life !== 'paused') return;
  changeTrigger(hall, trigger.id, trigger.updatedAt, 'disarm', `the desk: an order of it was ${what} in TWS or by IB`);
}
