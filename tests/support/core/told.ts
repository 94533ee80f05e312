import type { ClientId } from '#domain/ids';
import { Notices } from '#tws/notice/notices';
import type { CoreDesk } from './desk.ts';
import { confirmed } from './bracket.ts';

/** Which order a code is told of. */
interface Told {
  readonly orderId?: number;
  readonly client?: number;
  /** A change of the order is under way. */
  readonly modified?: boolean;
}

/** A code as the adapter would tell it: classified by the real table. Order 100 is the first of a `CoreDesk`. */
export function tell(desk: CoreDesk, code: number, text = 'words', { orderId = 100, client = 2, modified = false }: Told = {}): void {
  const notice = new Notices(() => modified).classify({ clientId: client as ClientId, id: orderId, code, text }, desk.clock.monotonic());
  if (notice === undefined) throw new Error('a notice about an order is never dropped');
  desk.news({ kind: 'notice', notice });
}

/** Lets the minute pass after which the desk asks for positions, and answers with one of IBM. */
export function compare(desk: CoreDesk, quantity: number): void {
  confirmed(desk, quantity, 61_000);
}
