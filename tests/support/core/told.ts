import type { ClientId } from '#domain/ids';
import { Notices } from '#tws/notice/notices';
import type { CoreDesk } from './desk.ts';
import { confirmed } from './bracket.ts';

/** A code as the adapter would tell it: classified by the real table. `orderId` 100 is the first order of a `CoreDesk`. */
export function tell(desk: CoreDesk, code: number, text = 'words', orderId = 100, modified = false, client = 2): void {
  const notice = new Notices(() => modified).classify({ clientId: client as ClientId, id: orderId, code, text }, desk.clock.monotonic());
  if (notice === undefined) throw new Error('a notice about an order is never dropped');
  desk.news({ kind: 'notice', notice });
}

/** Lets the minute pass after which the desk asks for positions, and answers with one of IBM. */
export function compare(desk: CoreDesk, quantity: number): void {
  confirmed(desk, quantity, 61_000);
}
