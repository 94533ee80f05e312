import { execIdRevision, execIdRoot, type Fill } from '#domain/execution';
import type { Order } from '#domain/order';
import type { Ledger } from '#simulator/engine/ledger';
import type { Fill as TrueFill } from '#simulator/model/fill';
import type { OrderView } from '#simulator/model/order-view';

/** The broker's books, of which a storm only reads. */
export type LedgerOfTruth = Pick<Ledger, 'corrections' | 'fills' | 'orders' | 'position'>;

/** Finds what an order or a fill of the desk truly is at the broker. The ledger only grows, so each entry is read once. */
export class Truth {
  readonly #ledger: LedgerOfTruth;
  readonly #orders = new Map<number, OrderView>();
  readonly #fills = new Map<string, TrueFill>();
  #ordersSeen = 0;
  #fillsSeen = 0;
  #correctionsSeen = 0;
  /** Each version of a corrected fill by its execId; before it is told, the old one is right. */
  readonly #versions = new Map<string, TrueFill>();
  readonly #corrected = new Set<number>();

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
    this.#readCorrections();
    const version = this.#versions.get(fill.execId);
    if (version !== undefined) return version;
    for (; this.#fillsSeen < fills.length; this.#fillsSeen += 1)
      this.#fills.set(execIdRoot(fills[this.#fillsSeen]!.execId as Fill['execId']), fills[this.#fillsSeen]!);
    return execIdRevision(fill.execId) < 1 ? undefined : this.#fills.get(execIdRoot(fill.execId));
  }

  /** IB has corrected the quantity of one of its executions: what has filled may fall, or be more than was ordered. */
  wasCorrected(permId: number | undefined): boolean {
    this.#readCorrections();
    return permId !== undefined && this.#corrected.has(permId);
  }

  #readCorrections(): void {
    const { corrections } = this.#ledger;
    for (; this.#correctionsSeen < corrections.length; this.#correctionsSeen += 1) {
      const { was, now } = corrections[this.#correctionsSeen]!;
      this.#versions.set(was.execId, was);
      this.#versions.set(now.execId, now);
      if (was.quantity !== now.quantity) this.#corrected.add(was.permId);
    }
  }
}

/** IB still works it, a cancel that it has not confirmed included. */
export function isAlive(order: OrderView): boolean {
  return order.status === 'PreSubmitted' || order.status === 'Submitted' || order.status === 'PendingCancel';
}
