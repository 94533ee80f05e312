import { BarSizeSetting, WhatToShow } from '@stoqey/ib';
import { expect, test } from 'vitest';
import { priceOf } from '#domain/price';
import { units } from '#domain/quantity';
import { order, stockContract, story, type TestClient } from '../support/simulator/client.ts';
import { OPEN, type TapeLine } from '../support/simulator/tape.ts';
import { settled, type Stage, stageOn } from '../support/simulator/stage.ts';

let stage: Stage;
let client: TestClient;

async function open(lines: readonly TapeLine[], more: Parameters<typeof stageOn>[1] = {}, clientId = 2): Promise<void> {
  stage = await stageOn([['IBM', 'bid', '180.00', 300], ['IBM', 'ask', '180.02', 300], ['IBM', 'last', '180.00', 100], ...lines], more);
  await stage.simulator.market.step(3);
  client = await stage.join(clientId);
}

test('positions, account values, summary and P&L follow a fill and then the market', async () => {
  await open([['IBM', 'last', '185.00', 100, OPEN + 5_000]]);
  const { api } = client;
  api.reqPositions();
  api.reqAccountUpdates(true, 'DU1234567');
  api.reqAccountSummary(1, 'All', 'NetLiquidation,TotalCashValue');
  api.reqPnL(2, 'DU1234567');
  api.reqPnLSingle(3, 'DU1234567', '', 8314);
  api.placeOrder(1, stockContract('IBM'), order('BUY', 'MKT', 200));
  await settled(client);
  await stage.step();
  expect(client.all('position').map((args) => args.slice(2))).toEqual([[200, 180.025]]);
  expect(client.all('updatePortfolio').map((args) => args.slice(1))).toEqual([[200, 180, 36_000, 180.025, -5, 0, 'DU1234567']]);
  expect(client.all('accountSummary').map((args) => args.slice(2))).toEqual([
    ['NetLiquidation', '1000000.00', 'USD'],
    ['TotalCashValue', '1000000.00', 'USD'],
    ['NetLiquidation', '999995.00', 'USD'],
    ['TotalCashValue', '963995.00', 'USD'],
  ]);
  expect(client.all('pnl')).toEqual([
    [2, 0, 0, 0],
    [2, 995, 995, 0],
  ]);
  expect(client.all('pnlSingle')).toEqual([
    [3, 0, 0, 0, 0, 0],
    [3, 200, 995, 995, 0, 37_000],
  ]);
  api.cancelPnL(2);
  api.cancelPnLSingle(3);
  api.cancelPositions();
  api.cancelAccountSummary(1);
  api.placeOrder(2, stockContract('IBM'), order('SELL', 'MKT', 100));
  await settled(client);
  expect([client.all('pnl').length, client.all('position').length, client.all('accountSummary').length]).toEqual([2, 1, 4]);
});

test('positions from before count, and a position sold away is told as zero', async () => {
  await open([], { holdings: [{ symbol: 'IBM', quantity: units(100), averageCost: priceOf(150) }] });
  client.api.reqPositions();
  client.api.reqPnL(1, 'DU1234567');
  client.api.placeOrder(1, stockContract('IBM'), order('SELL', 'MKT', 100));
  await settled(client);
  expect(client.all('position').map((args) => args.slice(2))).toEqual([
    [100, 150],
    [0, 0],
  ]);
  expect(client.all('commissionReport')).toMatchObject([[{ commission: 1, realizedPNL: 2999 }]]);
  // The account began the day with this profit: the day itself has lost nothing but the commission.
  expect(stage.simulator.gateway.account.pnl).toEqual({ daily: -1_000_000, unrealized: 0, realized: 2_999_000_000 });
});

test('executions are filtered, completed orders keep what was filled', async () => {
  await open([['BAC', 'ask', '13.80', 900]]);
  await stage.simulator.market.step(1);
  const other = await stage.join(3);
  client.api.placeOrder(1, stockContract('IBM'), order('BUY', 'MKT', 100, { orderRef: 'a' }));
  client.api.placeOrder(2, stockContract('IBM'), order('SELL', 'MKT', 100, { orderRef: 'b' }));
  await settled(client);
  other.api.placeOrder(1, stockContract('BAC'), order('BUY', 'MKT', 1000, { orderRef: 'c' }));
  await settled(other);
  other.api.cancelOrder(1);
  await settled(other);
  const refs = async (reqId: number, filter: object): Promise<unknown[]> => {
    client.api.reqExecutions(reqId, filter);
    await client.when('execDetailsEnd', (id: number) => id === reqId);
    return client
      .all('execDetails')
      .filter((args) => args[0] === reqId)
      .map((args) => (args[2] as { orderRef?: string }).orderRef);
  };
  expect(await refs(1, {})).toEqual(['a', 'b', 'c']);
  expect(await refs(2, { clientId: 3 })).toEqual(['c']);
  expect(await refs(3, { symbol: 'IBM', side: 'SELL' })).toEqual(['b']);
  expect(await refs(4, { time: '20261006-09:30:01' })).toEqual([]);
  expect(await refs(5, { acctCode: 'DU7' })).toEqual([]);
  client.api.reqCompletedOrders(true);
  await client.when('completedOrdersEnd');
  const completed = client.all('completedOrder').map(([, what, state]) => {
    const { orderRef, filledQuantity, orderId } = what as { orderRef?: string; filledQuantity?: number; orderId?: number };
    return [
      orderRef,
      filledQuantity,
      orderId,
      (state as { status?: string }).status,
      (state as { completedStatus?: string }).completedStatus,
    ];
  });
  expect(completed).toEqual([
    ['a', 100, undefined, 'Filled', 'Filled Size: 100'],
    ['b', 100, undefined, 'Filled', 'Filled Size: 100'],
    ['c', 900, undefined, 'Cancelled', 'Cancelled by Trader'],
  ]);
  await other.close();
});

test('orders and positions outlive a connection; the owner hears of its working orders on return', async () => {
  await open([['IBM', 'ask', '170.00', 100]]);
  client.api.placeOrder(1, stockContract('IBM'), order('BUY', 'LMT', 200, { lmtPrice: 170, orderRef: 'mine' }));
  await settled(client);
  await client.close();
  await stage.simulator.market.step(1);
  client = await stage.join(2);
  await client.when('orderStatus');
  expect(story(client, 1)).toEqual(['status Submitted 100 100']);
  expect(client.nextId).toBe(2);
  client.api.reqOpenOrders();
  await client.when('openOrderEnd');
  expect(story(client, 1)).toEqual(['status Submitted 100 100', 'open Submitted', 'status Submitted 100 100']);
  client.api.reqPositions();
  await client.when('positionEnd');
  expect(client.all('position').map((args) => args.slice(2))).toEqual([[100, 170.01]]);
});

test('bars: an invented past that joins the tape, the tape itself, and limits', { timeout: 20_000 }, async () => {
  await open([
    ['IBM', 'last', '181.00', 100, OPEN + 61_000],
    ['IBM', 'last', '182.00', 300, OPEN + 62_000],
    ['IBM', 'bid', '181.00', 300, OPEN + 130_000],
  ]);
  await stage.simulator.market.step(3);
  const ask = async (id: number, duration: string, size: BarSizeSetting, rth: boolean): Promise<(readonly unknown[])[]> => {
    client.api.reqHistoricalData(id, stockContract('IBM'), '', duration, size, WhatToShow.TRADES, rth, 2, false);
    await client.when('historicalData', (reqId: number, date: string) => reqId === id && date.startsWith('finished'));
    return client
      .all('historicalData')
      .filter((args) => args[0] === id)
      .slice(0, -1);
  };
  const minutes = await ask(1, '1 D', BarSizeSetting.MINUTES_ONE, true);
  expect(minutes).toEqual([
    [1, String(OPEN / 1000), 180, 180, 180, 180, 100, 1, 180, undefined],
    [1, String(OPEN / 1000 + 60), 181, 182, 181, 182, 400, 2, 181.75, undefined],
  ]);
  const two = await ask(2, '3 D', BarSizeSetting.MINUTES_ONE, true);
  expect(two.length).toBe(2 * 390 + 2);
  const closes = two.map((args) => Number(args[5]));
  expect(Math.max(...closes.slice(1).map((close, index) => Math.abs(close - (closes[index] ?? 0))))).toBeLessThan(5);
  const days = await ask(3, '1 M', BarSizeSetting.DAYS_ONE, true);
  expect(days.map((args) => args[1]).slice(-3)).toEqual(['20261002', '20261005', '20261006']);
  expect((await ask(4, '60 D', BarSizeSetting.MINUTES_ONE, false)).length).toBe(5000);
  client.api.reqHistoricalData(5, stockContract('IBM'), '', '1 D', '7 mins' as never, WhatToShow.TRADES, true, 2, false);
  client.api.reqHistoricalData(6, stockContract('IBM'), 'yesterday', '1 D', BarSizeSetting.MINUTES_ONE, WhatToShow.TRADES, true, 2, false);
  client.api.reqHistoricalData(7, stockContract('IBM'), '', '1 D', BarSizeSetting.MINUTES_ONE, WhatToShow.BID, true, 2, false);
  client.api.cancelHistoricalData(8);
  await settled(client);
  expect(client.all('error').map((args) => [args[2], args[1]])).toEqual([
    [5, 321],
    [6, 321],
    [7, 162],
    [8, 162],
  ]);
});

test('a person in TWS: order id 0 until client 0 binds it, everybody may see it, a global cancel ends it', async () => {
  await open([], {}, 0);
  const other = await stage.join(3);
  const placed = stage.simulator.placeManualOrder({
    symbol: 'IBM',
    action: 'BUY',
    type: 'LMT',
    quantity: units(100),
    limit: priceOf(170),
  });
  other.api.reqOpenOrders();
  await other.when('openOrderEnd');
  expect([story(other, 0), placed.orderId]).toEqual([[], 0]);
  other.api.reqAllOpenOrders();
  await settled(other);
  expect(story(other, 0)).toEqual(['open Submitted', 'status Submitted 0 100']);
  expect(story(client, 0)).toEqual(['open PreSubmitted', 'status PreSubmitted 0 100', 'open Submitted', 'status Submitted 0 100']);
  client.api.reqAutoOpenOrders(true);
  await settled(client);
  expect(client.all('orderBound')).toEqual([]);
  client.api.reqOpenOrders();
  await client.when('orderBound');
  expect(client.all('orderBound')).toEqual([[placed.permId, 0, -2]]);
  client.api.placeOrder(-2, stockContract('IBM'), order('BUY', 'LMT', 100, { lmtPrice: 171 }));
  await settled(client);
  expect(stage.simulator.ledger.orders[0]).toMatchObject({ orderId: -2, limit: 171_000_000 });
  const second = stage.simulator.placeManualOrder({ symbol: 'IBM', action: 'SELL', type: 'MKT', quantity: units(50) });
  await settled(client);
  expect([second.status, story(client, 0).slice(4)]).toEqual([
    'Filled',
    ['open PreSubmitted', 'status PreSubmitted 0 50', 'fill 50 @ 180', 'open Filled', 'status Filled 50 0', 'open Filled 1'],
  ]);
  other.api.reqGlobalCancel();
  await settled(other);
  await settled(client);
  expect(story(client, -2).slice(-3)).toEqual(['status PendingCancel 0 100', 'status Cancelled 0 100', 'error 202']);
  expect(stage.simulator.cancelManual(placed.permId)).toBe(false);
  await other.close();
});

test('requests that are not served get the error TWS would send, never silence', async () => {
  await open([]);
  const { api } = client;
  api.reqMktDepth(1, stockContract('IBM'), 5, false);
  api.reqTickByTickData(2, stockContract('IBM'), 'Last' as never, 0, false);
  api.reqHeadTimestamp(3, stockContract('IBM'), WhatToShow.TRADES, true, 1);
  api.reqHistogramData(4, stockContract('IBM'), true, 1, 'D' as never);
  api.reqFundamentalData(5, stockContract('IBM'), 'ReportSnapshot');
  api.reqNewsArticle(6, 'A', 'B');
  api.reqHistoricalTicks(7, stockContract('IBM'), '20261006 09:30:00', '', 10, WhatToShow.TRADES, true, false);
  api.calculateImpliedVolatility(8, stockContract('IBM'), 1, 1);
  api.reqScannerParameters();
  api.requestFA(1);
  api.reqSecDefOptParams(9, 'IBM', '', 'STK', 8314);
  api.reqSoftDollarTiers(10);
  api.reqFamilyCodes();
  api.reqMktDepthExchanges();
  api.reqNewsProviders();
  api.reqUserInfo(11);
  api.queryDisplayGroups(12);
  api.reqAccountUpdatesMulti(13, 'DU1234567', '', false);
  api.reqPositionsMulti(14, 'DU1234567', '');
  await client.when('positionMultiEnd');
  expect(client.all('error').map((args) => [args[2], args[1]])).toEqual([
    [1, 10_092],
    [2, 10_189],
    [3, 162],
    [4, 162],
    [5, 10_358],
    [6, 10_172],
    [7, 10_187],
    [8, 321],
  ]);
  expect(
    client
      .all('info')
      .slice(3)
      .map((args) => args[1]),
  ).toEqual([321, 321]);
  for (const name of [
    'securityDefinitionOptionParameterEnd',
    'softDollarTiers',
    'familyCodes',
    'mktDepthExchanges',
    'newsProviders',
    'userInfo',
    'displayGroupList',
    'accountUpdateMultiEnd',
  ]) {
    expect(client.all(name).length, name).toBe(1);
  }
});
