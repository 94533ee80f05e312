import { type Order as IbOrder, OrderAction, OrderType, TimeInForce } from '@stoqey/ib';
import { expect, test } from 'vitest';
import type { ClientId, OrderId, PermId } from '#domain/ids';
import { OrderTerms, termsOf } from '#tws/order/resent-terms';

/** A plain limit order as TWS tells it again: with ids, fillers and words for "none" in a dozen fields. */
const PLAIN: IbOrder = {
  orderId: 7,
  clientId: 2,
  permId: 700,
  action: OrderAction.BUY,
  totalQuantity: 100,
  orderType: OrderType.LMT,
  lmtPrice: 180,
  auxPrice: 0,
  tif: TimeInForce.GTC,
  ocaGroup: '',
  ocaType: 3,
  account: 'DU1234567',
  orderRef: 'TD1-TEST0001-1-1-E',
  parentId: 0,
  displaySize: 2_147_483_647,
  minQty: 2_147_483_647,
  rule80A: '0',
  openClose: '',
  exemptCode: -1,
  eTradeOnly: true,
  volatility: Number.MAX_VALUE,
  deltaNeutralOrderType: 'None',
  deltaNeutralOpenClose: '?',
  trailStopPrice: 181,
  clearingIntent: 'IB',
  adjustedOrderType: 'None',
  triggerPrice: Number.MAX_VALUE,
  adjustableTrailingUnit: 0,
  softDollarTier: { name: '', value: '', displayName: '' },
  cashQty: 0,
  dontUseAutoPriceForHedge: true,
  hidden: false,
  outsideRth: false,
};

test('of a plain order a change repeats the time in force and the hours, and what TWS fills in is nothing the desk does not know', () => {
  expect(termsOf(PLAIN)).toEqual({ repeat: { tif: 'GTC', outsideRth: false }, unknown: [] });
});

test.each([
  ['scalePriceIncrement', 0.05],
  ['hedgeType', 'D'],
  ['cashQty', 5_000],
  ['faGroup', 'all'],
  ['deltaNeutralOrderType', 'MKT'],
  ['adjustedOrderType', 'TRAIL'],
  ['clearingIntent', 'Away'],
  ['somethingNew', 1],
] as const)('%s set is a term that the desk could not say again', (field, value) => {
  expect(termsOf({ ...PLAIN, [field]: value }).unknown).toContain(field);
});

test('a kind of condition that the library cannot read, or a side that is neither BUY nor SELL, is such a term', () => {
  expect(termsOf({ ...PLAIN, conditions: new Array(1) as never }).unknown).toEqual(['conditions']);
  expect(termsOf({ ...PLAIN, action: 'SSHORT' as never }).unknown).toEqual(['action']);
});

test('terms are those of the permId: a number used again in another session does not lend its terms', () => {
  const terms = new OrderTerms();
  terms.listed(7, { ...PLAIN, hidden: true });
  terms.listed(7, { ...PLAIN, permId: 701 });
  const at = (permId: number) => terms.of({ clientId: 2 as ClientId, orderId: 7 as OrderId, permId: permId as PermId })?.repeat.hidden;
  expect([at(700), at(701)]).toEqual([true, undefined]);
  expect(terms.of({ clientId: 0 as ClientId, orderId: 0 as OrderId, permId: 702 as PermId })).toBeUndefined();
});

test('a term whose text had to be cleaned is not written back: the order is changed in TWS', () => {
  expect(termsOf({ ...PLAIN, algoStrategy: 'Adap\uFFFDtive' }).unknown).toEqual(['algoStrategy']);
  expect(termsOf({ ...PLAIN, algoParams: [{ tag: 'adaptivePriority', value: `${'x'.repeat(499)}…` }] }).unknown).toEqual(['algoParams']);
});

test('the terms of twenty thousand orders are kept, those of the order that was told longest ago go first', () => {
  const terms = new OrderTerms();
  const knows = (orderId: number): boolean => terms.of({ clientId: 2 as ClientId, orderId: orderId as OrderId }) !== undefined;
  for (let orderId = 1; orderId <= 20_000; orderId += 1) terms.sent(2, orderId, PLAIN);
  terms.sent(2, 1, PLAIN);
  expect([knows(1), knows(2)]).toEqual([true, true]);
  terms.sent(2, 20_001, PLAIN);
  expect([knows(1), knows(2), knows(3), knows(20_001)]).toEqual([true, false, true, true]);
});
