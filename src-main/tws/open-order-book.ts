import type { OpenOrderNews, OrderStatusNews } from '#core/ports/broker';
import type { ClientId, OrderId, OrderRef } from '#domain/ids';
import type { LegBonds, WireLeg } from './order-translation.ts';

interface Known {
  readonly ref: OrderRef | undefined;
  readonly parentId: number | undefined;
  readonly ocaGroup: string | undefined;
  readonly modified: boolean;
}

/** A leg that left, with the ids it left under. */
export interface SentFrame {
  readonly leg: WireLeg;
  readonly orderId: OrderId;
  readonly parentId: number | undefined;
  readonly modified: boolean;
}

const MAX_ORDERS = 20_000;

/**
 * What the wire needs to remember of an order: the bonds that a change must repeat, and whether its last frame was a change.
 * The desk's own truth about orders lives in the order room.
 */
export class OpenOrderBook {
  readonly #orders = new Map<string, Known>();
  readonly #filled = new Set<string>();

  placed(clientId: ClientId, sent: SentFrame): void {
    const { leg, orderId, parentId, modified } = sent;
    this.#set(key(clientId, orderId), { ref: leg.ref, parentId, ocaGroup: leg.order.ocaGroup, modified });
  }

  openOrder(news: OpenOrderNews): void {
    const id = key(news.clientId, news.orderId);
    const before = this.#orders.get(id);
    this.#set(id, {
      ref: news.orderRef ?? before?.ref,
      parentId: news.parentId,
      ocaGroup: news.ocaGroup,
      modified: before?.modified ?? false,
    });
  }

  status(news: OrderStatusNews): void {
    if (news.ibStatus === 'Filled') this.#filled.add(key(news.clientId, news.orderId));
  }

  /** A child of a filled parent is refused when its parent is still named (IB's code 135). */
  bonds(clientId: ClientId, orderId: OrderId): LegBonds {
    const known = this.#orders.get(key(clientId, orderId));
    const parentId = known?.parentId !== undefined && !this.#filled.has(key(clientId, known.parentId)) ? known.parentId : undefined;
    return {
      ...(parentId === undefined ? {} : { parentId }),
      ...(known?.ocaGroup === undefined ? {} : { ocaGroup: known.ocaGroup }),
    };
  }

  ref(clientId: ClientId, orderId: OrderId): OrderRef | undefined {
    return this.#orders.get(key(clientId, orderId))?.ref;
  }

  wasModified(clientId: ClientId, orderId: number): boolean {
    return this.#orders.get(key(clientId, orderId))?.modified ?? false;
  }

  #set(id: string, known: Known): void {
    this.#orders.delete(id);
    this.#orders.set(id, known);
    if (this.#orders.size <= MAX_ORDERS) return;
    const oldest = this.#orders.keys().next();
    if (oldest.done !== true) {
      this.#orders.delete(oldest.value);
      this.#filled.delete(oldest.value);
    }
  }
}

function key(clientId: number, orderId: number): string {
  return `${String(clientId)}:${String(orderId)}`;
}
