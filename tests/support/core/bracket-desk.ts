import type { ClientId, OrderId, OrderRef, PermId } from '#domain/ids';
import { units } from '#domain/quantity';
import type { TriggerAction } from '#domain/trigger';
import { BRACKET, type BracketDesk, executedByHand, sentBracket } from './bracket.ts';
import { CoreDesk } from './desk.ts';
import { DU, manualOrder } from './fixtures.ts';
import { IBM, px } from './trigger-fixtures.ts';

export const LIMIT_BRACKET = { ...BRACKET, entry: { type: 'LMT', limit: px(180.02) } } as const satisfies Partial<TriggerAction>;

/** A limit entry for 100 IBM that works without a fill, and its exits that wait for it. */
export function waitingBracket(): BracketDesk {
  const waiting = sentBracket(LIMIT_BRACKET);
  // Past the time in which a fill by hand may be in the opening positions already.
  waiting.desk.wait(16_000);
  waiting.desk.quote(180);
  return waiting;
}

/**
 * A desk that has just been started again: IB lists the exits of an earlier run, and its entry where that still works. The entry filled, if
 * it did, on an earlier day.
 */
export function restarted(entryWorks: boolean): Omit<BracketDesk, 'id'> {
  const desk = new CoreDesk({ startAfter: 1_000 });
  desk.core.start();
  desk.connect();
  const ref = (leg: string): OrderRef => `TD1-T0000009-1-1-${leg}` as OrderRef;
  const { limit: _none, ...plain } = manualOrder({ account: DU, contract: IBM, clientId: 2 as ClientId, quantity: units(100), tif: 'GTC' });
  const exit = { ...plain, side: 'SELL', parentId: 101 as OrderId, ocaGroup: `OCA-${ref('E')}`, ocaType: 2 } as const;
  if (entryWorks)
    desk.news({
      kind: 'open-order',
      order: { ...plain, ...ids(101), orderRef: ref('E'), side: 'BUY', type: 'LMT', limit: px(179.5), ibStatus: 'Submitted' },
    });
  const word = entryWorks ? 'PreSubmitted' : 'Submitted';
  desk.news({ kind: 'open-order', order: { ...exit, ...ids(102), orderRef: ref('T'), type: 'LMT', limit: px(182), ibStatus: word } });
  desk.news({
    kind: 'open-order',
    order: { ...exit, ...ids(103), orderRef: ref('S'), type: 'STP', stop: px(179), ibStatus: 'PreSubmitted' },
  });
  if (!entryWorks) desk.position(100);
  desk.ends();
  desk.wait(3_000);
  desk.end('positions');
  desk.pnl();
  desk.know(IBM);
  desk.wait(16_000);
  desk.quote(181);
  return { desk, entry: ref('E'), target: ref('T'), stop: ref('S') };
}

function ids(orderId: number): { readonly orderId: OrderId; readonly permId: PermId } {
  return { orderId: orderId as OrderId, permId: (800 + orderId) as PermId };
}

let trades = 0;

/** A person in TWS trades so many shares of IBM; the execution comes with an order this desk did not make. */
export function tradedByHand(desk: CoreDesk, side: 'BUY' | 'SELL', quantity: number): void {
  trades += 1;
  executedByHand(desk, side, quantity, { execId: `0009.${trades}.01`, orderId: -trades, permId: 7_000 + trades });
}
