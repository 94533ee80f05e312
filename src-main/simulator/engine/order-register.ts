import type { WorkingOrder } from './working-order.ts';

const NOBODY: readonly WorkingOrder[] = [];

/** Finds orders by every key that is needed: client and id, instrument, parent. Order of acceptance is kept everywhere. */
export class OrderRegister {
  readonly #byClient = new Map<number, Map<number, WorkingOrder>>();
  readonly #active: WorkingOrder[] = [];
  readonly #byContract = new Map<number, WorkingOrder[]>();
  readonly #conditional: WorkingOrder[] = [];
  readonly #children = new Map<WorkingOrder, WorkingOrder[]>();
  readonly #nextId = new Map<number, number>();
  readonly #firstId: number;
  #permId = 1_100_000_000;
  /** The first bound order gets −2: an error about −1 would be about nothing in particular. */
  #boundId = -1;

  constructor(firstId: number) {
    this.#firstId = firstId;
  }

  nextPermId(): number {
    return ++this.#permId;
  }

  /** The id that nextValidId tells this client: above every one it has used. */
  nextOrderId(clientId: number): number {
    return this.#nextId.get(clientId) ?? this.#firstId;
  }

  /** Ids only rise; false for one at or below an id that was used. */
  claim(clientId: number, orderId: number): boolean {
    if (this.#nextId.has(clientId) && orderId < this.nextOrderId(clientId)) return false;
    this.#nextId.set(clientId, orderId + 1);
    return true;
  }

  /**
   * After a restart the ids of every client begin `by` lower again, as has been seen. Orders that are over no longer stand
   * in the way of their old ids; those that work do, and a placement under their id changes them.
   */
  rewind(by: number): void {
    for (const [clientId, next] of this.#nextId) {
      const lower = Math.max(1, next - by);
      this.#nextId.set(clientId, lower);
      const orders = this.#byClient.get(clientId);
      for (const [id, order] of orders ?? []) if (id >= lower && order.done) orders?.delete(id);
    }
  }

  add(order: WorkingOrder): void {
    this.#index(order);
    if (order.parent === undefined) return;
    const children = this.#children.get(order.parent);
    if (children === undefined) this.#children.set(order.parent, [order]);
    else children.push(order);
  }

  #index(order: WorkingOrder): void {
    if (order.orderId === 0) return;
    let orders = this.#byClient.get(order.clientId);
    if (orders === undefined) this.#byClient.set(order.clientId, (orders = new Map<number, WorkingOrder>()));
    orders.set(order.orderId, order);
  }

  bind(order: WorkingOrder): void {
    order.orderId = --this.#boundId;
    this.#index(order);
  }

  find(clientId: number, orderId: number): WorkingOrder | undefined {
    return this.#byClient.get(clientId)?.get(orderId);
  }

  childrenOf(parent: WorkingOrder): readonly WorkingOrder[] {
    return this.#children.get(parent) ?? [];
  }

  /** An order that was never transmitted is gone as if it had never come. */
  forget(order: WorkingOrder): void {
    this.#byClient.get(order.clientId)?.delete(order.orderId);
    const siblings = order.parent === undefined ? undefined : this.#children.get(order.parent);
    if (siblings !== undefined) remove(siblings, order);
  }

  activate(order: WorkingOrder): void {
    this.#active.push(order);
    if (order.conditions.list.length > 0) this.#conditional.push(order);
    const { conId } = order.contract;
    const orders = this.#byContract.get(conId);
    if (orders === undefined) this.#byContract.set(conId, [order]);
    else orders.push(order);
  }

  retire(order: WorkingOrder): void {
    remove(this.#active, order);
    remove(this.#conditional, order);
    const orders = this.#byContract.get(order.contract.conId);
    if (orders === undefined) return;
    remove(orders, order);
    if (orders.length === 0) this.#byContract.delete(order.contract.conId);
  }

  /** A copy: orders may retire while one walks through it. */
  active(): readonly WorkingOrder[] {
    return [...this.#active];
  }

  /** The live list; copy it before acting on it. */
  activeOn(conId: number): readonly WorkingOrder[] | undefined {
    return this.#byContract.get(conId);
  }

  /** Whom a tick of this contract may move: orders on it, and those whose conditions may look at anything. A copy. */
  movedBy(conId: number): readonly WorkingOrder[] {
    const orders = this.#byContract.get(conId) ?? NOBODY;
    return this.#conditional.length === 0
      ? orders.slice()
      : [...orders, ...this.#conditional.filter((order) => order.contract.conId !== conId)];
  }

  /** Orders in TWS that were never transmitted vanish when it restarts. */
  dropUntransmitted(): void {
    for (const orders of this.#byClient.values()) for (const order of orders.values()) if (!order.transmitted) this.forget(order);
  }
}

function remove(orders: WorkingOrder[], order: WorkingOrder): void {
  const index = orders.indexOf(order);
  if (index >= 0) orders.splice(index, 1);
}
