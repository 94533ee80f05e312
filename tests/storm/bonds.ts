import type { OpenOrderNews, OrderStatusNews } from '#core/ports/broker';

/** How a leg hangs together with others on the wire. */
export interface Bond {
  readonly parentId: number | undefined;
  readonly ocaGroup: string;
  readonly transmit: boolean;
}

/** What a change must repeat, as the adapter's book of open orders knows it: a child of a filled parent no longer names it (code 135). */
export class Bonds {
  readonly #bonds = new Map<string, Bond>();
  readonly #sent = new Set<string>();
  readonly #filled = new Set<string>();

  sent(clientId: number, orderId: number, bond: Bond): void {
    this.#sent.add(`${clientId}:${orderId}`);
    this.#bonds.set(`${clientId}:${orderId}`, bond);
  }

  listed(news: OpenOrderNews): void {
    this.#bonds.set(`${news.clientId}:${news.orderId}`, { parentId: news.parentId, ocaGroup: news.ocaGroup ?? '', transmit: true });
  }

  status(news: OrderStatusNews): void {
    if (news.ibStatus === 'Filled') this.#filled.add(`${news.clientId}:${news.orderId}`);
  }

  /** This process has sent a frame under that id before. */
  isSent(clientId: number, orderId: number): boolean {
    return this.#sent.has(`${clientId}:${orderId}`);
  }

  of(clientId: number, orderId: number): Bond {
    const known = this.#bonds.get(`${clientId}:${orderId}`);
    const isNamed = known?.parentId !== undefined && !this.#filled.has(`${clientId}:${known.parentId}`);
    return { parentId: isNamed ? known.parentId : undefined, ocaGroup: known?.ocaGroup ?? '', transmit: true };
  }
}
