import type { OpenOrderNews, OrderStatusNews } from '#core/ports/broker';
import type { Execution } from '#domain/execution';

/** How a leg hangs together with others on the wire. */
export interface Bond {
  readonly parentId: number | undefined;
  readonly ocaGroup: string;
  readonly ocaType: number;
  readonly transmit: boolean;
}

/** What a change must repeat, as the adapter's book of open orders knows it: a child names its parent only as long as that is open (code 135). */
export class Bonds {
  readonly #bonds = new Map<string, Bond>();
  readonly #sent = new Set<string>();
  readonly #open = new Set<string>();
  readonly #ended = new Set<string>();
  readonly #modified = new Set<string>();
  readonly #quantities = new Map<string, number>();

  sent(clientId: number, orderId: number, bond: Bond): void {
    this.#sent.add(`${clientId}:${orderId}`);
    this.#open.add(`${clientId}:${orderId}`);
    this.#ended.delete(`${clientId}:${orderId}`);
    this.#bonds.set(`${clientId}:${orderId}`, bond);
  }

  listed(news: OpenOrderNews): void {
    const id = `${news.clientId}:${news.orderId}`;
    this.#bonds.set(id, { parentId: news.parentId, ocaGroup: news.ocaGroup ?? '', ocaType: news.ocaType ?? 0, transmit: true });
    this.#quantities.set(id, news.quantity);
    this.#word(id, news.ibStatus);
  }

  status(news: OrderStatusNews): void {
    this.#word(`${news.clientId}:${news.orderId}`, news.ibStatus);
  }

  execution({ clientId, orderId, cumQuantity }: Execution): void {
    const id = `${clientId}:${orderId}`;
    if (cumQuantity >= (this.#quantities.get(id) ?? Infinity)) this.#open.delete(id);
  }

  closed(clientId: number): void {
    for (const ids of [this.#open, this.#ended]) for (const id of ids) if (id.startsWith(`${clientId}:`)) ids.delete(id);
  }

  #word(id: string, ibStatus: string): void {
    if (ibStatus === 'Filled' || ibStatus === 'Cancelled') this.#ended.add(id);
    if (ibStatus === 'Inactive' || this.#ended.has(id)) this.#open.delete(id);
    else this.#open.add(id);
  }

  /** This process has sent a frame under that id before. */
  isSent(clientId: number, orderId: number): boolean {
    return this.#sent.has(`${clientId}:${orderId}`);
  }

  modified(clientId: number, orderId: number): void {
    this.#modified.add(`${clientId}:${orderId}`);
  }

  /** What is refused may be a change of it. */
  isModified(clientId: number, orderId: number): boolean {
    return this.#modified.has(`${clientId}:${orderId}`);
  }

  of(clientId: number, orderId: number): Bond {
    const known = this.#bonds.get(`${clientId}:${orderId}`);
    const isNamed = known?.parentId !== undefined && this.#open.has(`${clientId}:${known.parentId}`);
    const { ocaGroup = '', ocaType = 0 } = known ?? {};
    return { parentId: isNamed ? known.parentId : undefined, ocaGroup, ocaType, transmit: true };
  }
}
