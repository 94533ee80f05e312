import type { Fill } from '#simulator/model/fill';
import type { OrderView } from '#simulator/model/order-view';
import type { Session } from './session.ts';

/** What unset integers look like on the wire. */
const UNSET_INT = 2_147_483_647;

/** How orders and fills are made to look when TWS does not tell all it knows. The default changes nothing. */
export class WithheldFields {
  /** Orders younger than this, in ms of tape time, have permId 0 as long as they have no fill. */
  permIdAfterMs = 0;
  /** orderRef in answers to requests for orders: whole, left out, or cut to so many letters. */
  listedRef: 'whole' | 'empty' | number = 'whole';
  /** Orders of other clients appear in lists with order id 0. */
  foreignIdsZero = false;
  /** Executions of unbound manual orders carry 2147483647 instead of order id 0. */
  manualIdsUnset = false;
  /** Commission reports carry the largest double instead of figures. */
  commissionsUnset = false;
  readonly #now: () => number;

  constructor(now: () => number) {
    this.#now = now;
  }

  /** As told unasked. */
  live(order: OrderView): OrderView {
    const nameless = this.permIdAfterMs > 0 && order.filled === 0 && this.#now() - order.placedAt < this.permIdAfterMs;
    return nameless ? changed(order, { permId: 0 }) : order;
  }

  /** As told in answer to a request for orders. */
  listed(order: OrderView, session: Pick<Session, 'clientId'>): OrderView {
    let seen = this.live(order);
    if (this.listedRef !== 'whole')
      seen = changed(seen, { orderRef: this.listedRef === 'empty' ? '' : seen.orderRef.slice(0, this.listedRef) });
    if (this.foreignIdsZero && order.clientId !== session.clientId) seen = changed(seen, { orderId: 0 });
    return seen;
  }

  fill(fill: Fill): Fill {
    return this.manualIdsUnset && fill.clientId === 0 && fill.orderId === 0 ? { ...fill, orderId: UNSET_INT } : fill;
  }
}

/** The same order, still live, but for these fields. Not a copy: an order's state is read through getters. */
function changed(order: OrderView, fields: Partial<Record<'permId' | 'orderId' | 'orderRef', number | string>>): OrderView {
  const seen = Object.create(order) as OrderView;
  for (const [name, value] of Object.entries(fields)) Object.defineProperty(seen, name, { value });
  return seen;
}
