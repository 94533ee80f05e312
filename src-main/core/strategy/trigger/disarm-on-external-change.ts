import { amendOrder } from '#core/execution/transition';
import { entryKeyOf, groupOf } from '#core/order/oca-group';
import type { OrderKey } from '#domain/ids';
import { isTerminal, isWorking, type Order } from '#domain/order';
import { formatPrice } from '#domain/price';
import { sessionAt } from '#domain/session-time';
import { log } from '#core/state/records';
import { commit, type Slice } from '#core/state/desk-state';
import { changeTrigger } from './change.ts';

type Desk = Slice<
  | 'board'
  | 'clock'
  | 'coordinator'
  | 'counters'
  | 'details'
  | 'drafts'
  | 'exchange'
  | 'index'
  | 'latch'
  | 'link'
  | 'market'
  | 'memos'
  | 'reconciliation'
  | 'registry'
  | 'stores'
  | 'subscriptions'
>;

/** What explains an end (the fill of another exit, the end of the entry) may be told after it. */
const EXPLAINED_WITHIN_MS = 5_000;

/**
 * Orders of this desk that somebody else changed or cancelled: a person in TWS, or IB. The change is taken over and never taken back; a
 * trigger that is armed again while its order is in other hands is disarmed.
 */
export class ExternalChangeWatch {
  readonly #desk: Desk;
  readonly #changed: OrderKey[] = [];
  readonly #ended = new Map<OrderKey, number>();

  constructor(desk: Desk) {
    this.#desk = desk;
  }

  /** Every committed change of an order; `before` is what the desk knew of it. */
  note(before: Order | undefined, after: Order): void {
    if (before === undefined || (after.origin !== 'trigger' && after.origin !== 'operator')) return;
    if (after.changedExternallyAt !== before.changedExternallyAt) this.#changed.push(after.key);
    if (after.state === 'CANCELLED' && isWorking(before.state)) this.#ended.set(after.key, this.#desk.clock.now());
  }

  /** After news, and with the timer. */
  look(now: number): void {
    const desk = this.#desk;
    for (const key of this.#changed.splice(0)) {
      const order = desk.index.get(key);
      if (order !== undefined) disarm(desk, order, 'changed');
    }
    if (this.#ended.size === 0 || !desk.link.ready || !desk.reconciliation.done()) return;
    for (const [key, since] of this.#ended) {
      if (now - since < EXPLAINED_WITHIN_MS) continue;
      this.#ended.delete(key);
      const order = desk.index.get(key);
      if (order?.state === 'CANCELLED' && !isExplained(desk, order)) this.#cancelled(order);
    }
  }

  #cancelled(order: Order): void {
    const desk = this.#desk;
    const words = desk.memos.of(order.key).cancelWords;
    commit(
      desk,
      'risk-reducing',
      'order.cancelled-outside',
      { kind: 'broker', text: 'cancelled without this desk', ref: order.key },
      (tx) => {
        const now = tx.get(desk.stores.orders, order.key);
        if (now?.state !== 'CANCELLED') return;
        amendOrder(desk, tx, now, { ...now, note: 'cancelled in TWS or by IB, not by this desk', updatedAt: tx.at });
        log(
          tx,
          'alarm',
          `${order.side} ${order.contract.symbol} ${order.type}${at(order)} was cancelled in TWS or by IB, not by this desk.${words === undefined ? '' : ` IB says: ${words}.`}`,
          { kind: 'order', key: order.key },
        );
      },
    );
    disarm(desk, order, 'cancelled');
  }
}

function at(order: Order): string {
  const price = order.limit ?? order.stop;
  return price === undefined ? '' : ` ${formatPrice(price)}`;
}

/** Ends that are nobody's hand: asked for here, by the bracket's own rules, by the end of its day. */
function isExplained(desk: Desk, order: Order): boolean {
  if (order.cancelAskedAt !== undefined || desk.latch.isSet() || order.tif === 'IOC') return true;
  const entryKey = entryKeyOf(order);
  const entry = entryKey === undefined ? undefined : desk.index.get(entryKey);
  if (entry !== undefined && isTerminal(entry.state) && entry.state !== 'FILLED') return true;
  const group = groupOf(order);
  for (const other of desk.stores.orders.values())
    if (other.key !== order.key && (other.filled > 0 || other.ibStatus === 'Filled') && groupOf(other) === group) return true;
  return order.tif === 'DAY' && dayIsOver(desk, order);
}

function dayIsOver(desk: Desk, order: Order): boolean {
  const details = desk.details.get(order.contract.conId);
  if (details === undefined) return true;
  const { session } = sessionAt(desk.exchange.now(), details);
  return order.outsideRth ? session === 'closed' : session !== 'rth';
}

function disarm(desk: Desk, order: Order, what: 'changed' | 'cancelled'): void {
  const trigger = order.triggerId === undefined ? undefined : desk.stores.triggers.get(order.triggerId);
  if (trigger?.life !== 'armed' && trigger?.life !== 'paused') return;
  changeTrigger(desk, trigger.id, trigger.updatedAt, 'disarm', `the desk: an order of it was ${what} in TWS or by IB`);
}
