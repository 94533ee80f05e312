import type { ApprovedOrder, BrokerNews, SendOutcome } from '#core/ports/broker';
import type { OrderRef } from '#domain/ids';

/** An order on its way to the wire. */
export interface WaitingOrder {
  readonly approved: ApprovedOrder;
  /** It was told as not sent. Whoever holds it still must not send it. */
  gone: boolean;
}

/**
 * Orders that wait before they may leave. Each is told once: as sent, or as not sent and why. Nothing that was told as not sent leaves later
 * (rule G-3).
 */
export class WaitingOrders<Waiting extends WaitingOrder> {
  readonly #waiting = new Set<Waiting>();
  readonly #emit: (news: BrokerNews) => void;

  constructor(emit: (news: BrokerNews) => void) {
    this.#emit = emit;
  }

  /** Legs of all orders that wait here. */
  get legs(): number {
    let sum = 0;
    for (const { approved } of this.#waiting) sum += approved.value.legs.length;
    return sum;
  }

  add(order: Waiting): void {
    this.#waiting.add(order);
  }

  /** Its wait is over; what becomes of it is told by `settle` or `lose`. */
  remove(order: Waiting): void {
    this.#waiting.delete(order);
  }

  /** What became of an order that its sender was told to be queued. */
  settle(order: Waiting, outcome: SendOutcome): void {
    if (outcome.kind === 'sent') this.#emit({ kind: 'order-sent', legs: outcome.legs, at: outcome.at });
    else if (outcome.kind === 'refused') this.lose(order, outcome.reason);
  }

  lose(order: Waiting, reason: string): void {
    if (order.gone) return;
    order.gone = true;
    this.#waiting.delete(order);
    this.#emit({ kind: 'order-not-sent', refs: legRefs(order), reason });
  }

  /** Takes out what is chosen, and answers the references of all legs that do not leave. */
  drop(which: (order: Waiting) => boolean, reason: string): readonly OrderRef[] {
    const refs: OrderRef[] = [];
    for (const order of [...this.#waiting]) {
      if (!which(order)) continue;
      refs.push(...legRefs(order));
      this.lose(order, reason);
    }
    return refs;
  }
}

/** An order is dropped as a whole: by the reference of any of its legs. */
export function carriesAny(refs: readonly OrderRef[]): (order: WaitingOrder) => boolean {
  return (order) => legRefs(order).some((ref) => refs.includes(ref));
}

function legRefs({ approved }: WaitingOrder): readonly OrderRef[] {
  return approved.value.legs.map((leg) => leg.ref);
}
