import { describe, expect, test } from 'vitest';
import { type Core, core } from '../../support/simulator/core-on-simulator.ts';
import { type Named, namesAt, placeOrderFrame } from '../../support/simulator/place.ts';

/** What the simulator says of orders, field by field under the names of IB's own readers. `None` as delta neutral type brings its details with it. */

const CONTRACT: readonly Named[] = [
  ...['conId', 'symbol', 'secType', 'lastTradeDateOrContractMonth', 'strike', 'right', 'multiplier', 'exchange', 'currency', 'localSymbol'],
  'tradingClass',
];
const MAIN: readonly Named[] = [
  ...['action', 'totalQuantity', 'orderType', 'lmtPrice', 'auxPrice', 'tif', 'ocaGroup', 'account', 'openClose', 'origin', 'orderRef'],
];
const AFTER_AUCTION: readonly Named[] = ['startingPrice', 'stockRefPrice', 'delta', 'stockRangeLower', 'stockRangeUpper', 'displaySize'];
const TAIL: readonly Named[] = [
  ...['minTradeQty', 'minCompeteSize', 'competeAgainstBestOffset', 'midOffsetAtWhole', 'midOffsetAtHalf'],
  ['customerAccount', 183],
  ['professionalCustomer', 184],
];

const OPEN_ORDER: readonly Named[] = [
  ...['messageId', 'orderId', ...CONTRACT, ...MAIN, 'clientId', 'permId', 'outsideRth', 'hidden', 'discretionaryAmt', 'goodAfterTime'],
  ...['sharesAllocation', 'faGroup', 'faMethod', 'faPercentage', 'modelCode', 'goodTillDate', 'rule80A', 'percentOffset', 'settlingFirm'],
  ...['shortSaleSlot', 'designatedLocation', 'exemptCode', 'auctionStrategy', ...AFTER_AUCTION, 'blockOrder', 'sweepToFill', 'allOrNone'],
  ...['minQty', 'ocaType', 'eTradeOnly', 'firmQuoteOnly', 'nbboPriceCap', 'parentId', 'triggerMethod', 'volatility', 'volatilityType'],
  ...['deltaNeutralOrderType', 'deltaNeutralAuxPrice', 'deltaNeutralConId', 'deltaNeutralSettlingFirm', 'deltaNeutralClearingAccount'],
  ...['deltaNeutralClearingIntent', 'deltaNeutralOpenClose', 'deltaNeutralShortSale', 'deltaNeutralShortSaleSlot'],
  ...['deltaNeutralDesignatedLocation', 'continuousUpdate', 'referencePriceType', 'trailStopPrice', 'trailingPercent', 'basisPoints'],
  ...['basisPointsType', 'comboLegsDescrip', 'comboLegs', 'orderComboLegs', 'smartComboRoutingParams', 'scaleInitLevelSize'],
  ...['scaleSubsLevelSize', 'scalePriceIncrement', 'hedgeType', 'optOutSmartRouting', 'clearingAccount', 'clearingIntent', 'notHeld'],
  ...['deltaNeutralContract', 'algoStrategy', 'solicited', 'whatIf', 'status', 'initMarginBefore', 'maintMarginBefore'],
  ...['equityWithLoanBefore', 'initMarginChange', 'maintMarginChange', 'equityWithLoanChange', 'initMarginAfter', 'maintMarginAfter'],
  ...['equityWithLoanAfter', 'commission', 'minCommission', 'maxCommission', 'commissionCurrency', 'warningText', 'randomizeSize'],
  ...['randomizePrice', 'conditions', 'adjustedOrderType', 'triggerPrice', 'trailStopPriceAgain', 'lmtPriceOffset', 'adjustedStopPrice'],
  ...['adjustedStopLimitPrice', 'adjustedTrailingAmount', 'adjustableTrailingUnit', 'softDollarTierName', 'softDollarTierValue'],
  ...['softDollarTierDisplayName', 'cashQty', 'dontUseAutoPriceForHedge', 'isOmsContainer', 'discretionaryUpToLimitPrice'],
  ...['usePriceMgmtAlgo', 'duration', 'postToAts', 'autoCancelParent', ...TAIL],
  ['bondAccruedInterest', 185],
  ['includeOvernight', 189],
  ['extOperator', 193],
  ['manualOrderIndicator', 193],
];

const COMPLETED_ORDER: readonly Named[] = [
  ...['messageId', ...CONTRACT, ...MAIN, 'permId', 'outsideRth', 'hidden', 'discretionaryAmt', 'goodAfterTime', 'faGroup', 'faMethod'],
  ...['faPercentage', 'modelCode', 'goodTillDate', 'rule80A', 'percentOffset', 'settlingFirm', 'shortSaleSlot', 'designatedLocation'],
  ...['exemptCode', ...AFTER_AUCTION, 'sweepToFill', 'allOrNone', 'minQty', 'ocaType', 'triggerMethod', 'volatility', 'volatilityType'],
  ...['deltaNeutralOrderType', 'deltaNeutralAuxPrice', 'deltaNeutralConId', 'deltaNeutralShortSale', 'deltaNeutralShortSaleSlot'],
  ...['deltaNeutralDesignatedLocation', 'continuousUpdate', 'referencePriceType', 'trailStopPrice', 'trailingPercent', 'comboLegsDescrip'],
  ...['comboLegs', 'orderComboLegs', 'smartComboRoutingParams', 'scaleInitLevelSize', 'scaleSubsLevelSize', 'scalePriceIncrement'],
  ...['hedgeType', 'clearingAccount', 'clearingIntent', 'notHeld', 'deltaNeutralContract', 'algoStrategy', 'solicited', 'status'],
  ...['randomizeSize', 'randomizePrice', 'conditions', 'trailStopPriceAgain', 'lmtPriceOffset', 'cashQty', 'dontUseAutoPriceForHedge'],
  ...['isOmsContainer', 'autoCancelDate', 'filledQuantity', 'refFuturesConId', 'autoCancelParent', 'shareholder', 'imbalanceOnly'],
  ...['routeMarketableToBbo', 'parentPermId', 'completedTime', 'completedStatus', ...TAIL],
];

const EXECUTION: readonly Named[] = [
  ...['messageId', 'reqId', 'orderId', ...CONTRACT, 'execId', 'time', 'acctNumber', 'exchangeOfFill', 'side', 'shares', 'price', 'permId'],
  ...['clientId', 'liquidation', 'cumQty', 'avgPrice', 'orderRef', 'evRule', 'evMultiplier', 'modelCode', 'lastLiquidity'],
  ['pendingPriceRevision', 178],
];

const ORDER_STATUS: readonly Named[] = [
  ...[
    'messageId',
    'orderId',
    'status',
    'filled',
    'remaining',
    'avgFillPrice',
    'permId',
    'parentId',
    'lastFillPrice',
    'clientId',
    'whyHeld',
  ],
  'mktCapPrice',
];

const CONTRACT_DATA: readonly Named[] = [
  ...['messageId', 'reqId', 'symbol', 'secType', 'lastTradeDateOrContractMonth'],
  ['lastTradeDate', 182],
  ...['strike', 'right', 'exchange', 'currency', 'localSymbol', 'marketName', 'tradingClass', 'conId', 'minTick', 'multiplier'],
  ...['orderTypes', 'validExchanges', 'priceMagnifier', 'underConId', 'longName', 'primaryExchange', 'contractMonth', 'industry'],
  ...['category', 'subcategory', 'timeZoneId', 'tradingHours', 'liquidHours', 'evRule', 'evMultiplier', 'secIdList', 'aggGroup'],
  ...[
    'underSymbol',
    'underSecType',
    'marketRuleIds',
    'realExpirationDate',
    'stockType',
    'minSize',
    'sizeIncrement',
    'suggestedSizeIncrement',
  ],
  ['ineligibilityReasons', 186],
];

/** The last message of this kind that client 5 was sent, by names. The conditions of an order are one field, however many. */
function named(desk: Core, layout: readonly Named[], messageId: number, version: number): Readonly<Record<string, string>> {
  const said = desk.said.findLast((line) => line.startsWith(`5|${String(messageId)}|`)) ?? '';
  let fields = said.split('|').slice(1);
  const names = namesAt(layout, version);
  const at = names.indexOf('conditions');
  const group = at < 0 || fields[at] === '0' ? 1 : fields.length - names.length + 1;
  if (at >= 0) fields = [...fields.slice(0, at), fields.slice(at, at + group).join(' '), ...fields.slice(at + group)];
  expect(fields.length).toBe(names.length);
  return Object.fromEntries(names.map((name, index) => [name, fields[index] ?? '']));
}

const UNSET = '1.7976931348623157E308';

describe.each([177, 178, 179, 182, 183, 184, 185, 186, 188, 189, 190, 191, 192, 193])('at server version %i', (version) => {
  function desk(): Core {
    const one = core({ duplicates: 0, sessions: 'ignored' });
    one.gateway.open(5, version);
    one.tick('IBM', 'bid', 180, 300);
    one.tick('IBM', 'ask', 180.02, 300);
    one.tick('IBM', 'last', 180.01, 100);
    return one;
  }

  test('openOrder of a conditional trailing stop', () => {
    const one = desk();
    const conditions = [1, 1, 'o', 1, '300.5', 10098, 'SMART', 2, 1, 0];
    const asked = {
      orderId: 9,
      action: 'SELL',
      orderType: 'TRAIL',
      trailingPercent: 2.5,
      trailStopPrice: 170,
      orderRef: 'ref',
      ocaGroup: 'group',
    };
    one.receive(5, ...placeOrderFrame(version, { ...asked, ocaType: 2, triggerMethod: 8, tif: 'GTC', outsideRth: 1, conditions }));
    expect(named(one, OPEN_ORDER, 5, version)).toMatchObject({
      ...{ orderId: '9', conId: '8314', symbol: 'IBM', secType: 'STK', exchange: 'SMART', currency: 'USD', tradingClass: 'IBM' },
      ...{ action: 'SELL', totalQuantity: '100', orderType: 'TRAIL', lmtPrice: '0.0', auxPrice: '0.0', tif: 'GTC', ocaGroup: 'group' },
      ...{ account: 'DU1234567', orderRef: 'ref', clientId: '5', permId: '1100000001', outsideRth: '1', ocaType: '2', triggerMethod: '8' },
      ...{ sharesAllocation: '1100000001.0/DU1234567/100', deltaNeutralOrderType: 'None', trailStopPrice: '170', trailingPercent: '2.5' },
      ...{
        clearingIntent: 'IB',
        whatIf: '0',
        status: 'PreSubmitted',
        initMarginBefore: UNSET,
        equityWithLoanAfter: UNSET,
        commission: UNSET,
      },
      ...{ conditions: conditions.join(' '), adjustedOrderType: 'None', triggerPrice: UNSET, trailStopPriceAgain: '170', cashQty: UNSET },
    });
  });

  test('completedOrder, execDetails and orderStatus of a child that is filled', () => {
    const one = desk();
    one.receive(5, ...placeOrderFrame(version, { orderId: 1, transmit: 0, orderRef: 'entry' }));
    const child = { orderId: 2, action: 'SELL', orderType: 'LMT', lmtPrice: 179, parentId: 1, orderRef: 'exit' };
    one.receive(5, ...placeOrderFrame(version, child));
    expect(named(one, ORDER_STATUS, 3, version)).toEqual({
      ...{ messageId: '3', orderId: '2', status: 'Filled', filled: '100', remaining: '0', avgFillPrice: '180', permId: '1100000002' },
      ...{ parentId: '1', lastFillPrice: '180', clientId: '5', whyHeld: '', mktCapPrice: '0' },
    });
    expect(named(one, EXECUTION, 11, version)).toMatchObject({
      ...{ reqId: '-1', orderId: '2', conId: '8314', symbol: 'IBM', strike: '0.0', right: '', exchange: 'SMART', acctNumber: 'DU1234567' },
      ...{ exchangeOfFill: 'NYSE', side: 'SLD', shares: '100', price: '180', permId: '1100000002', clientId: '5', liquidation: '0' },
      ...{ cumQty: '100', avgPrice: '180', orderRef: 'exit', lastLiquidity: '2', ...(version >= 178 ? { pendingPriceRevision: '0' } : {}) },
    });
    one.receive(5, 99, 0);
    expect(named(one, COMPLETED_ORDER, 101, version)).toMatchObject({
      ...{ conId: '8314', action: 'SELL', totalQuantity: '100', orderType: 'LMT', lmtPrice: '179', account: 'DU1234567', orderRef: 'exit' },
      ...{ permId: '1100000002', ocaType: '3', deltaNeutralOrderType: 'None', clearingIntent: 'IB', status: 'Filled', conditions: '0' },
      ...{ filledQuantity: '100', parentPermId: '1100000001', completedTime: '20261006 09:30:00 US/Eastern' },
      ...{ completedStatus: 'Filled Size: 100', cashQty: UNSET },
    });
  });

  test('what TWS warns of in a what-if is written in seven bits', () => {
    const one = desk();
    one.gateway.orderReports.previewWarning = 'Vorsicht, große Order';
    one.receive(5, ...placeOrderFrame(version, { whatIf: 1 }));
    expect(one.said.filter((line) => line.startsWith('5|5|')).map((line) => line.includes('|Vorsicht, gro\\u00dfe Order|'))).toEqual([
      true,
      false,
    ]);
  });

  test('contract details', () => {
    const one = desk();
    one.receive(5, 9, 8, 77, 0, 'IBM', 'STK', '', '', '', '', 'SMART', '', 'USD', '', '', 0, '', '', '');
    expect(named(one, CONTRACT_DATA, 10, version)).toMatchObject({
      ...{ reqId: '77', symbol: 'IBM', secType: 'STK', exchange: 'SMART', currency: 'USD', conId: '8314', minTick: '0.01' },
      ...{ validExchanges: 'SMART,NYSE', longName: 'INTL BUSINESS MACHINES CORP', primaryExchange: 'NYSE', timeZoneId: 'US/Eastern' },
      ...{ secIdList: '0', marketRuleIds: '26,26', stockType: 'COMMON', minSize: '0.0001', suggestedSizeIncrement: '100' },
    });
  });
});
