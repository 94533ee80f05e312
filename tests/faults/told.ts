import type { OpenOrderNews } from '#core/ports/broker';
import type { ClientId, ExecId, OrderId, OrderRef, PermId } from '#domain/ids';
import type { Execution } from '#domain/execution';
import { units } from '#domain/quantity';
import { Notices } from '#tws/notices';
import type { CoreDesk } from '../support/core-desk.ts';
import { DU, manualOrder } from '../support/core-fixtures.ts';
import { IBM, px } from '../support/trigger-fixtures.ts';

/** A code as the adapter would tell it: classified by the real table. `orderId` 100 is the first order of a `CoreDesk`. */
export function tell(desk: CoreDesk, code: number, text = 'words', orderId = 100, modified = false, client = 2): void {
  const notice = new Notices(() => modified).classify({ clientId: client as ClientId, id: orderId, code, text }, desk.clock.monotonic());
  if (notice === undefined) throw new Error('a notice about an order is never dropped');
  desk.news({ kind: 'notice', notice });
}

/** As IB lists it among the completed orders: without order id, sometimes without quantity. */
export function completed(desk: CoreDesk, ref: OrderRef, ibStatus: string, more: Partial<OpenOrderNews> = {}): OpenOrderNews {
  return desk.openOrderOf(ref, ibStatus, { orderId: 0 as OrderId, clientId: 0 as ClientId, quantity: units(0), ...more });
}

/** An order that an earlier run of the desk sent: client 2, order id 50, permId 501. */
export function earlier(ref: OrderRef, more: Partial<OpenOrderNews> = {}): OpenOrderNews {
  return { ...manualOrder({ clientId: 2 as ClientId, orderId: 50 as OrderId, permId: 501 as PermId }), orderRef: ref, ...more };
}

/** A fill of an order that an earlier run sent. */
export function earlierFill(ref: OrderRef, quantity: number, more: Partial<Execution> = {}): Execution {
  return {
    execId: `e.${quantity}.01` as ExecId,
    account: DU,
    conId: IBM.conId,
    side: 'BUY',
    quantity: units(quantity),
    price: px(170),
    cumQuantity: units(quantity),
    avgPrice: px(170),
    orderId: 50 as OrderId,
    permId: 501 as PermId,
    clientId: 2 as ClientId,
    orderRef: ref,
    time: '',
    at: 0,
    ...more,
  };
}

/** Lets the minute pass after which the desk asks for positions, and answers with one of IBM. */
export function compare(desk: CoreDesk, quantity: number): void {
  desk.wait(61_000);
  desk.position(quantity);
  desk.end('positions');
}
