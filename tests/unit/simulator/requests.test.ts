import { describe, expect, test } from 'vitest';
import { readRequest } from '#simulator/wire/request';
import { placeOrderFrame } from '../../support/simulator/place.ts';

/** Requests are read to their last field, by layouts that depend on the server version. */

const VERSIONS = [177, 178, 179, 180, 182, 183, 184, 186, 187, 188, 189, 190, 191, 192, 193];
const CONTRACT = '0|IBM|STK||0.0||||SMART||USD||'.split('|').slice(0, 12);

describe.each(VERSIONS)('at server version %i', (version) => {
  test('a placeOrder frame has the length that IB’s clients give it', () => {
    const added = [183, 184, 189, 192].filter((since) => version >= since).length + (version >= 187 && version <= 189 ? 2 : 0);
    expect(placeOrderFrame(version).length).toBe(114 + added);
  });

  test.each([
    ['a plain order', {}],
    ['a hedge', { hedgeType: ['B', 'beta=1'] }],
    ['an algorithm', { algoStrategy: ['Adaptive', 1, 'adaptivePriority', 'Normal'] }],
    ['a scale', { scalePriceIncrement: [0.5, 0.1, 60, 0.2, 1, 0, 0, 1] }],
    ['a delta neutral order', { deltaNeutralOrderType: 'LMT', deltaNeutralDetails: [8314, '', '', '', 'O', 0, 0, ''] }],
    ['a delta neutral contract', { deltaNeutralContract: [1, 8314, 0.5, 280] }],
    ['a combination', { secType: 'BAG', comboLegs: [2, ...leg('BUY'), ...leg('SELL'), 1, 1.5, 1, 'NonGuaranteed', '1'] }],
    ['PEG BENCH', { orderType: 'PEG BENCH', pegBench: [8314, 1, 0.1, 0.2, 'NYSE'] }],
    ['PEG MID', { orderType: 'PEG MID', pegOffsets: [0.01, 0.02] }],
    ['PEG MID at IBKRATS', { orderType: 'PEGMID', exchange: 'IBKRATS', pegOffsets: [10, 0.01, 0.02] }],
    ['PEG BEST', { orderType: 'PEG BEST', pegOffsets: [100, 0.02] }],
    ['PEG BEST up to the midpoint', { orderType: 'PEG BEST', pegOffsets: [100, 'Infinity', 0.01, 0.02] }],
    ['one price condition', { conditions: [1, 1, 'a', 1, '300.5', 756733, 'SMART', 2, 1, 0] }],
  ])('%s is read to its last field', (_, values) => {
    const frame = placeOrderFrame(version, { orderRef: 'ref', lmtPrice: 180.5, whatIf: 1, ...values });
    const { request, surplus } = readRequest(frame, version);
    expect(request).toMatchObject({ kind: 'placeOrder', order: { orderId: 1, orderRef: 'ref', limit: '180.5', whatIf: true } });
    expect(surplus).toBe(0);
    expect(readRequest([...frame, ''], version).surplus).toBe(1);
    expect(readRequest(frame.slice(0, -1), version).surplus).toBe(-1);
  });

  test('cancels lose their version and win two CME tags at 192, and have three fields more from 187 to 189', () => {
    const cancel = version >= 192 ? ['4', '7', 'manual', 'operator', '1'] : ['4', '1', '7', 'manual'];
    if (version >= 187 && version <= 189) cancel.push('', '', '2147483647');
    expect(readRequest(cancel, version)).toEqual({ request: { kind: 'cancelOrder', orderId: 7 }, surplus: 0 });
    expect(readRequest(version >= 192 ? ['58', 'operator', ''] : ['58', '1'], version)).toEqual({
      request: { kind: 'globalCancel' },
      surplus: 0,
    });
  });

  test('exercising options has a manual time from 180, a customer account from 183 and a professional flag from 184', () => {
    const contract = [...CONTRACT.slice(0, 8), ...CONTRACT.slice(9)];
    const more = [180, 183, 184].filter((since) => version >= since).map(() => '');
    expect(readRequest(['21', '2', '110', ...contract, '1', '1', 'DU1234567', '0', ...more], version)).toEqual({
      request: { kind: 'unsupported', messageId: 21, reqId: 110 },
      surplus: 0,
    });
  });
});

function leg(action: string): (string | number)[] {
  return [8314, 1, action, 'SMART', 0, 0, '', -1];
}

test.each([
  ['startApi', ['71', '2', '5', '']],
  ['ids', ['8', '1', '1']],
  ['managedAccounts', ['17', '1']],
  ['currentTime', ['49', '1']],
  ['openOrders', ['5', '1']],
  ['allOpenOrders', ['16', '1']],
  ['autoOpenOrders', ['15', '1', '1']],
  ['completedOrders', ['99', '1']],
  ['positions', ['61', '1']],
  ['cancelPositions', ['64', '1']],
  ['logLevel', ['14', '1', '3']],
  ['contractDetails', ['9', '8', '1', ...CONTRACT, '0', '', '', '']],
  ['matchingSymbols', ['81', '1', 'IB']],
  ['marketData', ['1', '11', '1', ...CONTRACT, '0', '233', '0', '0', '']],
  [
    'marketData of a combination',
    ['1', '11', '1', '0', 'A,B', 'BAG', ...CONTRACT.slice(3), '1', '8314', '1', 'BUY', 'SMART', '0', '', '0', '0', ''],
  ],
  ['marketData with a delta neutral contract', ['1', '11', '1', ...CONTRACT, '1', '8314', '0.5', '280', '', '1', '0', '']],
  ['cancelMarketData', ['2', '2', '1']],
  ['marketDataType', ['59', '1', '3']],
  ['marketRule', ['91', '26']],
  ['accountSummary', ['62', '1', '1', 'All', 'NetLiquidation']],
  ['accountUpdates', ['6', '2', '1', 'DU1234567']],
  ['accountUpdatesMulti', ['76', '1', '1', 'DU1234567', '', '0']],
  ['positionsMulti', ['74', '1', '1', 'DU1234567', '']],
  ['pnl', ['92', '1', 'DU1234567', '']],
  ['pnlSingle', ['94', '1', 'DU1234567', '', '8314']],
  ['optionParameters', ['78', '1', 'IBM', '', 'STK', '8314']],
  ['executions', ['7', '3', '1', '0', '', '', '', '', '', '']],
  ['historicalData', ['20', '1', ...CONTRACT, '0', '', '1 min', '1 D', '1', 'TRADES', '1', '0', '']],
  ['realTimeBars', ['50', '3', '1', ...CONTRACT, '5', 'TRADES', '0', '']],
])('%s is read to its last field', (_, frame) => {
  expect(readRequest(frame, 193).surplus).toBe(0);
  expect(readRequest([...frame, 'more'], 193).surplus).toBe(1);
  expect(readRequest(frame.slice(0, -1), 193).surplus).toBe(-1);
});

test.each([
  ['market depth', ['10', '5', '9', ...CONTRACT, '5', '1', '']],
  ['a scanner', ['22', '9', ...Array.from({ length: 23 }, () => '')]],
  ['fundamentals as IB’s Java client asks', ['52', '2', '9', '0', 'IBM', 'STK', 'SMART', '', 'USD', '', 'ReportSnapshot', '']],
  ['fundamentals as IB’s Python client asks', ['52', '2', '9', '0', 'IBM', 'STK', 'SMART', '', 'USD', '', 'ReportSnapshot', '0', '']],
  ['an implied volatility', ['54', '3', '9', ...CONTRACT, '5.5', '280', '']],
  ['an implied volatility as ib_async asks', ['54', '3', '9', ...CONTRACT, '5.5', '280', '0', '']],
  ['a head timestamp', ['87', '9', ...CONTRACT, '0', '1', 'TRADES', '1']],
  ['a histogram', ['88', '9', ...CONTRACT, '0', '1', '3 days']],
  ['historical ticks', ['96', '9', ...CONTRACT, '0', '', '', '10', 'TRADES', '1', '1', '']],
  ['ticks one by one', ['97', '9', ...CONTRACT, 'AllLast', '0', '0']],
  ['historical news', ['86', '9', '8314', 'BRFG', '', '', '10', '']],
  ['a replacement of advisor data, whose id comes last', ['19', '1', '1', '<xml/>', '9']],
  ['calendar events', ['102', '9', '8314', '', '0', '0', '0', '', '', '1']],
])('what is not served is refused under its own id: %s', (_, frame) => {
  expect(readRequest(frame, 193)).toEqual({ request: { kind: 'unsupported', messageId: Number(frame[0]), reqId: 9 }, surplus: 0 });
});

test('what no layout is known for is not judged', () => {
  expect(readRequest(['222', 'a', 'b'], 193)).toEqual({ request: { kind: 'unsupported', messageId: 222, reqId: -1 }, surplus: 0 });
});

test('conditions of every kind are read; figures come in plain digits, whole ones where clients read integers', () => {
  const sent = [
    ...[6, 1, 'a', 1, '300.50', 756733, 'SMART', 2],
    ...[3, 'o', 0, '20301231 09:30:00 US/Eastern'],
    ...[4, 'a', 1, '5.0'],
    ...[5, 'a', 'STK', 'SMART', 'AMD'],
    ...[6, 'o', 1, '2000', 756733, 'SMART'],
    ...[7, 'a', 0, '-5.50', 756733, 'SMART'],
    ...[1, 0],
  ];
  const { request, surplus } = readRequest(placeOrderFrame(193, { conditions: sent }), 193);
  const spy = { conId: 756_733, exchange: 'SMART' };
  expect(surplus).toBe(0);
  expect(request).toMatchObject({
    kind: 'placeOrder',
    order: {
      conditions: {
        list: [
          { kind: 'price', join: 'and', more: true, value: '300.5', ...spy, triggerMethod: 2 },
          { kind: 'time', join: 'or', more: false, value: '20301231 09:30:00 US/Eastern' },
          { kind: 'margin', join: 'and', more: true, value: '5' },
          { kind: 'execution', join: 'and', secType: 'STK', exchange: 'SMART', symbol: 'AMD' },
          { kind: 'volume', join: 'or', more: true, value: '2000', ...spy },
          { kind: 'percentChange', join: 'and', more: false, value: '-5.5', ...spy },
        ],
        ignoreRth: true,
        cancels: false,
      },
    },
  });
});

test.each([
  ['an unknown kind', [1, 2, 'a', 1, '5', 0, 0], '2'],
  ['half a per cent of margin', [1, 4, 'a', 1, '5.5', 0, 0], '5.5'],
  ['a price that is none', [1, 1, 'a', 1, 'high', 756733, 'SMART', 0, 0, 0], 'high'],
])('a condition that makes no sense is malformed: %s', (_, conditions, field) => {
  expect(readRequest(placeOrderFrame(193, { conditions }), 193).request).toEqual({ kind: 'malformed', messageId: 3, reqId: 1, field });
});
