import type { OrderAddress } from '#core/ports/broker';
import type { Order, OrderLeg } from '#domain/order';
import type { Life } from './life.ts';
import type { World } from './world.ts';

/**
 * I-26: what is held and covered by a stop stays covered as long as the operator, a person or the broker does not take the stop: the desk
 * by itself never cancels one that is needed and never makes it smaller than what is held. Judged as it leaves, from the desk's own book.
 */
export class Cover {
  readonly #world: World;
  readonly #fail: (text: string) => void;
  /** Cancels that somebody asked for; they may leave again. */
  readonly #wanted = new Set<string>();

  constructor(world: World, fail: (text: string) => void) {
    this.#world = world;
    this.#fail = fail;
  }

  cancelling(life: Life, { clientId, orderId }: OrderAddress): void {
    const order = [...life.stores.orders.values()].find((other) => other.clientId === clientId && other.orderId === orderId);
    if (order === undefined || !isStop(order)) return;
    if (this.#isWanted(life, order)) this.#wanted.add(order.key);
    else if (!this.#wanted.has(order.key)) this.#judge(life, order, 0);
  }

  changing(life: Life, order: Order, leg: OrderLeg): void {
    if (isStop(order) && !this.#isWanted(life, order)) this.#judge(life, order, leg.quantity - order.filled);
  }

  /** By the operator's hand, or for what the operator has asked for: a kill, a close. */
  #isWanted(life: Life, order: Order): boolean {
    return this.#world.byHand || life.hall.latch.isSet() || life.stores.closings.has(`${order.account}:${order.contract.conId}`);
  }

  #judge(life: Life, order: Order, then: number): void {
    const position = life.stores.positions.get(`${order.account}:${order.contract.conId}`)?.quantity ?? 0;
    const held = Math.max(0, order.side === 'SELL' ? position : 0 - position);
    let others = 0;
    for (const other of life.stores.orders.values())
      if (other !== order && other.contract.conId === order.contract.conId && other.side === order.side && isStop(other) && isThere(other))
        others += Math.min(other.quantity, other.change?.quantity ?? other.quantity) - other.filled;
    const before = Math.min(held, others + order.quantity - order.filled);
    if (Math.min(held, others + then) < before)
      this.#fail(
        `I-26: the desk itself leaves ${(before - others - then) / 10_000} of ${held / 10_000} ${order.contract.symbol} without the stop ${order.key}`,
      );
  }
}

function isStop(order: Order): boolean {
  return order.leg === 'S' || order.type.startsWith('STP');
}

function isThere({ state }: Order): boolean {
  return state === 'ACCEPTED' || state === 'PARTIAL' || state === 'HELD' || state === 'MODIFY_PENDING';
}
