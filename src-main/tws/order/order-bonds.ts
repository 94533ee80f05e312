import type { OpenOrderNews, OrderStatusNews } from '#core/ports/broker';
import type { Execution } from '#domain/execution';
import type { ClientId, OrderId, OrderRef } from '#domain/ids';
import { quantityFromNumber } from '#domain/quantity';
import type { LegBonds, WireLeg } from './order-translation.ts';

interface Known {
  readonly ref: OrderRef | undefined;
  readonly parentId: number | undefined;
  readonly ocaGroup: string | undefined;
  readonly ocaType: number | undefined;
  readonly quantity: number | undefined;
  readonly modified: boolean;
}

/** A leg that left, with the ids it left under. */
export interface SentFrame {
  readonly leg: { readonly ref: OrderRef; readonly order: Pick<WireLeg['order'], 'ocaGroup' | 'ocaType' | 'totalQuantity'> };
  readonly orderId: OrderId;
  readonly parentId: number | undefined;
  readonly modified: boolean;
}

const MAX_ORDERS = 20_000;
/** Words of IB after which an order is no parent any more. */
const OVER: ReadonlySet<string> = new Set(['Filled', 'Cancelled', 'ApiCancelled', 'Inactive']);

/**
 * What the wire needs to remember of an order: the bonds that a change must repeat, and whether its last frame was a change.
 * The desk's own truth about orders lives in the order room.
 */
export class OpenOrderBook {
  readonly #orders = new Map<string, Known>();
  /** Named as open, or sent, on this connection of their client, and not ended since. */
  readonly #open = new Set<string>();
  /** Ended on this connection: a list that was made before and comes later does not open it again. "Inactive" may come back to life. */
  readonly #ended = new Set<string>();

  placed(clientId: ClientId, sent: SentFrame): void {
    const { leg, orderId, parentId, modified } = sent;
    const id = key(clientId, orderId);
    const { ocaGroup, ocaType, totalQuantity } = leg.order;
    if (!modified) {
      this.#ended.delete(id);
      this.#open.add(id);
    }
    this.#set(id, { ref: leg.ref, parentId, ocaGroup, ocaType, quantity: quantityFromNumber(Number(totalQuantity)), modified });
  }

  openOrder(news: OpenOrderNews): void {
    const id = key(news.clientId, news.orderId);
    const before = this.#orders.get(id);
    if (OVER.has(news.ibStatus)) this.#over(id, news.ibStatus);
    else if (!this.#ended.has(id)) this.#open.add(id);
    this.#set(id, {
      ref: news.orderRef ?? before?.ref,
      parentId: news.parentId,
      ocaGroup: news.ocaGroup,
      ocaType: news.ocaType,
      quantity: news.quantity,
      modified: before?.modified ?? false,
    });
  }

  status(news: OrderStatusNews): void {
    if (OVER.has(news.ibStatus)) this.#over(key(news.clientId, news.orderId), news.ibStatus);
  }

  /** An order may fill without any status (O-02). */
  execution({ clientId, orderId, cumQuantity }: Pick<Execution, 'clientId' | 'orderId' | 'cumQuantity'>): void {
    const id = key(clientId, orderId);
    const quantity = this.#orders.get(id)?.quantity;
    if (quantity !== undefined && cumQuantity >= quantity) this.#open.delete(id);
  }

  /** The connection of this client is over: what is open is what the next one names. */
  closed(clientId: ClientId): void {
    const prefix = `${String(clientId)}:`;
    for (const ids of [this.#open, this.#ended]) for (const id of ids) if (id.startsWith(prefix)) ids.delete(id);
  }

  /** A child of a parent that is over is refused when its parent is still named (IB's code 135), so only an open one is. */
  bonds(clientId: ClientId, orderId: OrderId): LegBonds {
    const known = this.#orders.get(key(clientId, orderId));
    const parentId = known?.parentId !== undefined && this.#open.has(key(clientId, known.parentId)) ? known.parentId : undefined;
    return {
      ...(parentId === undefined ? {} : { parentId }),
      ...(known?.ocaGroup === undefined ? {} : { ocaGroup: known.ocaGroup }),
      ...(known?.ocaGroup === undefined || known.ocaType === undefined ? {} : { ocaType: known.ocaType }),
    };
  }

  ref(clientId: ClientId, orderId: OrderId): OrderRef | undefined {
    return this.#orders.get(key(clientId, orderId))?.ref;
  }

  wasModified(clientId: ClientId, orderId: number): boolean {
    return this.#orders.get(key(clientId, orderId))?.modified ?? false;
  }

  #over(id: string, ibStatus: string): void {
    this.#open.delete(id);
    if (ibStatus !== 'Inactive') this.#ended.add(id);
  }

  #set(id: string, known: Known): void {
    this.#orders.delete(id);
    this.#orders.set(id, known);
    if (this.#orders.size <= MAX_ORDERS) return;
    const oldest = this.#orders.keys().next();
    if (oldest.done !== true) {
      this.#orders.delete(oldest.value);
      this.#open.delete(oldest.value);
      this.#ended.delete(oldest.value);
    }
  }
}

function key(clientId: number, orderId: number): string {
  return `${String(clientId)}:${String(orderId)}`;
}
