import type { OrderRef } from '#domain/ids';
import type { OrderLeg } from '#domain/order';
import type { Quantity } from '#domain/quantity';
import type { CoreDesk } from './desk.ts';

/** What has left the desk, at a glance and in its order. */

/** `place <ref>` of each frame of a new order. */
export function placed(desk: CoreDesk): readonly string[] {
  return desk.broker.left.filter((what) => what.startsWith('place'));
}

/** Of each change of a working order whose it was, and the quantity it asked for. */
export function changes(desk: CoreDesk): readonly (readonly [OrderRef, Quantity])[] {
  return desk.broker.changes.map(({ ref, leg }) => [ref, leg.quantity]);
}

/** Whose each cancel was; undefined of an order that this desk did not place. */
export function cancelled(desk: CoreDesk): readonly (OrderRef | undefined)[] {
  return desk.broker.cancels.map(({ orderId }) => desk.broker.frames.findLast((frame) => frame.orderId === orderId)?.ref);
}

/** Of each order that closes a position its side, type and quantity. */
export function closes(desk: CoreDesk): readonly (readonly [OrderLeg['side'], OrderLeg['type'], Quantity])[] {
  return desk.broker.frames.filter((frame) => frame.leg.leg === 'F').map(({ leg }) => [leg.side, leg.type, leg.quantity]);
}
