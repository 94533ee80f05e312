import {
  type ClientId,
  type ConId,
  type OrderId,
  type OrderKey,
  orderKeyOf,
  type OrderRef,
  type PermId,
  type TriggerId,
} from '#domain/ids';
import { isWorking, type Order } from '#domain/order';

export interface OrderIdentity {
  readonly clientId: ClientId;
  readonly orderId: OrderId;
  readonly permId: PermId;
  readonly ref?: OrderRef | undefined;
}

const NONE: ReadonlySet<OrderKey> = new Set();

/**
 * Finds the desk's key of an order from what a callback names. permId and orderRef are identity; (client id, order id) serves only
 * until IB has given a permId, because ids repeat after a gateway restart. Derived from the committed orders, never written first.
 */
export class OrderIndex {
  readonly #byPerm = new Map<number, OrderKey>();
  readonly #byId = new Map<string, OrderKey>();
  readonly #orders = new Map<OrderKey, Order>();
  readonly #working = new Set<OrderKey>();
  readonly #queued = new Set<OrderKey>();
  readonly #unknown = new Set<OrderKey>();
  readonly #byTrigger = new Map<TriggerId, Set<OrderKey>>();
  readonly #byRef = new Map<OrderRef, Set<OrderKey>>();

  /** Called with every committed change of an order. */
  note(order: Order): void {
    this.#orders.set(order.key, order);
    if (order.permId !== undefined && order.permId > 0) this.#byPerm.set(order.permId, order.key);
    if (order.orderId !== undefined && order.clientId !== undefined) this.#byId.set(`${order.clientId}:${order.orderId}`, order.key);
    if (order.triggerId !== undefined) member(this.#byTrigger, order.triggerId).add(order.key);
    if (order.ref !== undefined) member(this.#byRef, order.ref).add(order.key);
    toggle(this.#unknown, order.key, order.state === 'UNKNOWN');
    toggle(this.#working, order.key, isWorking(order.state));
    toggle(this.#queued, order.key, order.state === 'QUEUED' || order.state === 'INTENT');
  }

  /**
   * Undefined when nobody here knows it. permId comes first, being IB's own for ever; a known permId that differs makes a match by
   * reference or by id void, for IB holds neither unique.
   */
  find(identity: OrderIdentity): OrderKey | undefined {
    if (identity.permId > 0) {
      const known = this.#byPerm.get(identity.permId);
      if (known !== undefined) return known;
    }
    const named = identity.ref === undefined ? undefined : this.#orders.get(orderKeyOf(identity.ref));
    if (named !== undefined) return hasOtherPermId(named, identity) ? undefined : named.key;
    return identity.orderId === 0 ? undefined : this.#findById(identity);
  }

  #findById(identity: OrderIdentity): OrderKey | undefined {
    const key = this.#byId.get(`${identity.clientId}:${identity.orderId}`);
    const order = key === undefined ? undefined : this.#orders.get(key);
    if (order === undefined || hasOtherPermId(order, identity)) return undefined;
    const hasOtherRef = identity.ref !== undefined && order.ref !== undefined && order.ref !== identity.ref;
    return hasOtherRef ? undefined : key;
  }

  get(key: OrderKey): Order | undefined {
    return this.#orders.get(key);
  }

  /** At the broker, perhaps: UNKNOWN and PENDING_CANCEL included. */
  working(): readonly Order[] {
    return this.#pick(this.#working);
  }

  /** Working, and what is on its way there: everything that counts as exposure. */
  exposed(): readonly Order[] {
    return [...this.#pick(this.#working), ...this.#pick(this.#queued)];
  }

  queued(): readonly Order[] {
    return this.#pick(this.#queued);
  }

  workingCount(): number {
    return this.#working.size + this.#queued.size;
  }

  unknownCount(): number {
    return this.#unknown.size;
  }

  /** An order of the contract of which nobody knows whether IB has it: it may still fill. */
  unknownIn(conId: ConId): Order | undefined {
    for (const key of this.#unknown) {
      const order = this.#orders.get(key);
      if (order?.contract.conId === conId) return order;
    }
    return undefined;
  }

  /** Other orders under the same reference. */
  twinsOf(order: Order): readonly Order[] {
    const keys = order.ref === undefined ? NONE : (this.#byRef.get(order.ref) ?? NONE);
    return keys.size < 2 ? [] : this.#pick(keys).filter(({ key }) => key !== order.key);
  }

  ofTrigger(id: TriggerId): readonly Order[] {
    return this.#pick(this.#byTrigger.get(id) ?? NONE);
  }

  #pick(keys: ReadonlySet<OrderKey>): Order[] {
    const orders: Order[] = [];
    for (const key of keys) {
      const order = this.#orders.get(key);
      if (order !== undefined) orders.push(order);
    }
    return orders;
  }
}

/** Both permIds are known and differ: two orders of IB's, whatever else of them is the same. */
function hasOtherPermId(order: Order, { permId }: OrderIdentity): boolean {
  return order.permId !== undefined && order.permId > 0 && permId > 0 && order.permId !== permId;
}

function member<K>(sets: Map<K, Set<OrderKey>>, of: K): Set<OrderKey> {
  let keys = sets.get(of);
  if (keys === undefined) {
    keys = new Set();
    sets.set(of, keys);
  }
  return keys;
}

function toggle(set: Set<OrderKey>, key: OrderKey, member: boolean): void {
  if (member) set.add(key);
  else set.delete(key);
}

/** Finds one order by its key: all that arithmetic on brackets needs. */
export type OrderLookup = Pick<OrderIndex, 'get'>;
