import { execIdRevision, execIdRoot, type Fill } from '#domain/execution';
import type { Order } from '#domain/order';
import type { Ledger } from '#simulator/engine/ledger';
import type { Fill as TrueFill } from '#simulator/model/fill';
import type { OrderView } from '#simulator/model/order-view';

/** The broker's books, of which a storm only reads. */
export type LedgerOfTruth = Pick<Ledger, 'fills' | 'orders' | 'position'>;

/** Finds what an order or a fill of the desk truly is at the broker. The ledger only grows, so each entry is read once. */
export class Truth {
  readonly #ledger: LedgerOfTruth;
  readonly #orders = new Map<number, OrderView>();
  readonly #fills = new Map<string, TrueFill>();
  #ordersSeen = 0;
  #fillsSeen = 0;

  constructor(ledger: LedgerOfTruth) {
    this.#ledger = ledger;
  }

  /** By permId, or by reference as long as the desk knows no permId. */
  order(order: Pick<Order, 'permId' | 'ref'>): OrderView | undefined {
    const { orders } = this.#ledger;
    for (; this.#ordersSeen < orders.length; this.#ordersSeen += 1)
      this.#orders.set(orders[this.#ordersSeen]!.permId, orders[this.#ordersSeen]!);
    if (order.permId !== undefined) return this.#orders.get(order.permId);
    return order.ref === undefined ? undefined : orders.find((other) => other.orderRef === order.ref);
  }

  fill(fill: Pick<Fill, 'execId'>): TrueFill | undefined {
    const { fills } = this.#ledger;
    for (; this.#fillsSeen < fills.length; this.#fillsSeen += 1)
      this.#fills.set(execIdRoot(fills[this.#fillsSeen]!.execId as Fill['execId']), fills[this.#fillsSeen]!);
    return execIdRevision(fill.execId) < 1 ? undefined : this.#fills.get(execIdRoot(fill.execId));
  }
}

/** IB still works it, a cancel that it has not confirmed included. */
export function isAlive(order: OrderView): boolean {
  return order.status === 'PreSubmitted' || order.status === 'Submitted' || order.status === 'PendingCancel';
}
