import type { Order } from '#domain/order';
import type { Random } from '#simulator/model/random';
import type { Aim } from './aim-list.ts';
import { type EventName, ORDER_CLASS, type OrderClass } from './cells.ts';
import type { Life } from './life.ts';
import type { Operator } from './operator.ts';
import type { World } from './world.ts';

/** Where a storm stands that aims. */
export interface Moment {
  readonly world: World;
  readonly operator: Operator;
  readonly life: Life;
  readonly random: Random;
  readonly aim: Aim;
  /** Once for each aim: what lasts is not begun again. */
  readonly done: Set<string>;
}

/** The newest own order of the class: of those that IB has, and that a kill keeps, if there is such a one. */
export function ofClass({ life, world, aim }: Moment, wanted: OrderClass): Order | undefined {
  const there = new Set(world.tws.ledger.orders.map(({ orderRef }) => orderRef));
  let found: Order | undefined;
  let rank = -1;
  for (const order of life.stores.orders.values()) {
    if ((order.origin !== 'trigger' && order.origin !== 'operator') || ORDER_CLASS[order.state] !== wanted) continue;
    const now = (there.has(order.ref ?? '') ? 2 : 0) + (aim.engine !== 'killed' || order.leg !== 'E' ? 1 : 0);
    if (now < rank) continue;
    found = order;
    rank = now;
  }
  return found;
}

export function isEvent(event: EventName, ...of: readonly EventName[]): boolean {
  return of.includes(event);
}
