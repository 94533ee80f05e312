import type { OpenOrderNews } from '#core/ports/broker';
import type { EarlierOrders } from '#core/ports/desk-files';
import { type OrderKey, orderKeyOf, type TriggerId } from '#domain/ids';
import type { Order } from '#domain/order';

type EarlierRead = ReturnType<EarlierOrders>;

/**
 * Orders that the runs before this one believed to be on their way or at the broker, read from their journal. They are a reason to look and
 * to be careful, never one to send: what the broker lists is taken up with what was known of it, what it does not list becomes UNKNOWN.
 */
export class EarlierOrderBook {
  readonly #orders = new Map<OrderKey, Order>();
  readonly #byPerm = new Map<number, Order>();
  #names: ReadonlyMap<TriggerId, string> = new Map();
  #isSettled = false;
  #trouble: string | undefined;
  #unreadStates: ReadonlyMap<OrderKey, string> = new Map();

  /** `timeOf` gives the broker's time of a moment of the desk's clock. */
  load({ orders, unreadStates, names, trouble }: EarlierRead, timeOf: (at: number) => number | undefined): void {
    this.#trouble = trouble;
    this.#unreadStates = unreadStates ?? this.#unreadStates;
    this.#names = names ?? this.#names;
    for (const read of orders) {
      const createdTime = read.createdTime ?? timeOf(read.createdAt);
      const order = createdTime === undefined ? read : { ...read, createdTime };
      this.#orders.set(order.key, order);
      if (order.permId !== undefined && order.permId > 0) this.#byPerm.set(order.permId, order);
    }
  }

  /** What a trigger of an earlier run was called, also when it is spent and gone. */
  nameOf(id: TriggerId): string | undefined {
    return this.#names.get(id);
  }

  /** Why something may be missing; a sentence. */
  get trouble(): string | undefined {
    return this.#trouble;
  }

  /** Orders whose state could not be read, with the word that stands in the journal; they are taken for UNKNOWN. */
  get unreadStates(): ReadonlyMap<OrderKey, string> {
    return this.#unreadStates;
  }

  /** What was known of the order that IB names; a reference that TWS has cut or dropped is no hindrance when the permId is known. */
  find({ permId, orderRef }: Pick<OpenOrderNews, 'permId' | 'orderRef'>): Order | undefined {
    const byPerm = permId > 0 ? this.#byPerm.get(permId) : undefined;
    if (byPerm !== undefined) return byPerm;
    const named = orderRef === undefined ? undefined : this.#orders.get(orderKeyOf(orderRef));
    // The reference of an order with another permId: IB holds references not unique.
    return named?.permId !== undefined && named.permId > 0 && permId > 0 && named.permId !== permId ? undefined : named;
  }

  /** Once, at the end of the first comparison: everything that was read. */
  settle(): readonly Order[] | undefined {
    if (this.#isSettled) return undefined;
    this.#isSettled = true;
    return [...this.#orders.values()];
  }
}
