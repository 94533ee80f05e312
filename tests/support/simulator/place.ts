/** A placeOrder frame by the names of its fields, as IB's clients write it at server versions 177 to 193. */

/** A field in its place; from one version on, or up to another. */
export type Named = string | readonly [name: string, since: number, until?: number];

const PLACE_ORDER: readonly Named[] = [
  ...['messageId', 'orderId', 'conId', 'symbol', 'secType', 'lastTradeDateOrContractMonth', 'strike', 'right', 'multiplier', 'exchange'],
  ...[
    'primaryExchange',
    'currency',
    'localSymbol',
    'tradingClass',
    'secIdType',
    'secId',
    'action',
    'totalQuantity',
    'orderType',
    'lmtPrice',
  ],
  ...['auxPrice', 'tif', 'ocaGroup', 'account', 'openClose', 'origin', 'orderRef', 'transmit', 'parentId', 'blockOrder', 'sweepToFill'],
  ...['displaySize', 'triggerMethod', 'outsideRth', 'hidden', 'comboLegs', 'sharesAllocation', 'discretionaryAmt', 'goodAfterTime'],
  ...['goodTillDate', 'faGroup', 'faMethod', 'faPercentage', 'modelCode', 'shortSaleSlot', 'designatedLocation', 'exemptCode', 'ocaType'],
  ...['rule80A', 'settlingFirm', 'allOrNone', 'minQty', 'percentOffset', 'eTradeOnly', 'firmQuoteOnly', 'nbboPriceCap', 'auctionStrategy'],
  ...['startingPrice', 'stockRefPrice', 'delta', 'stockRangeLower', 'stockRangeUpper', 'overridePercentageConstraints', 'volatility'],
  ...['volatilityType', 'deltaNeutralOrderType', 'deltaNeutralAuxPrice', 'deltaNeutralDetails', 'continuousUpdate', 'referencePriceType'],
  ...['trailStopPrice', 'trailingPercent', 'scaleInitLevelSize', 'scaleSubsLevelSize', 'scalePriceIncrement', 'scaleDetails', 'scaleTable'],
  ...['activeStartTime', 'activeStopTime', 'hedgeType', 'hedgeParam', 'optOutSmartRouting', 'clearingAccount', 'clearingIntent', 'notHeld'],
  ...['deltaNeutralContract', 'algoStrategy', 'algoParams', 'algoId', 'whatIf', 'orderMiscOptions', 'solicited', 'randomizeSize'],
  ...['randomizePrice', 'pegBench', 'conditions', 'adjustedOrderType', 'triggerPrice', 'lmtPriceOffset', 'adjustedStopPrice'],
  ...[
    'adjustedStopLimitPrice',
    'adjustedTrailingAmount',
    'adjustableTrailingUnit',
    'extOperator',
    'softDollarTierName',
    'softDollarTierValue',
  ],
  ...['cashQty', 'mifid2DecisionMaker', 'mifid2DecisionAlgo', 'mifid2ExecutionTrader', 'mifid2ExecutionAlgo', 'dontUseAutoPriceForHedge'],
  ...['isOmsContainer', 'discretionaryUpToLimitPrice', 'usePriceMgmtAlgo', 'duration', 'postToAts', 'autoCancelParent'],
  ...['advancedErrorOverride', 'manualOrderTime', 'pegOffsets'],
  ['customerAccount', 183],
  ['professionalCustomer', 184],
  ['quoteRequestText', 187, 189],
  ['quoteRequestNumber', 187, 189],
  ['includeOvernight', 189],
  ['manualOrderIndicator', 192],
];

/** What is there only if something else says so: nothing unless given. */
const GROUPS = new Set(['comboLegs', 'deltaNeutralDetails', 'scaleDetails', 'hedgeParam', 'algoParams', 'pegBench', 'pegOffsets']);

type Value = string | number | readonly (string | number)[];

const USUAL: Readonly<Record<string, Value>> = {
  messageId: 3,
  orderId: 1,
  conId: 0,
  symbol: 'IBM',
  secType: 'STK',
  exchange: 'SMART',
  currency: 'USD',
  action: 'BUY',
  totalQuantity: 100,
  orderType: 'MKT',
  tif: 'DAY',
  account: 'DU1234567',
  origin: 0,
  transmit: 1,
  parentId: 0,
  ocaType: 0,
  exemptCode: -1,
  deltaNeutralContract: 0,
  whatIf: 0,
  conditions: 0,
};

export function namesAt(layout: readonly Named[], version: number): readonly string[] {
  return layout.flatMap((one) => {
    if (typeof one === 'string') return [one];
    const [name, since, until = Infinity] = one;
    return version >= since && version <= until ? [name] : [];
  });
}

/** A list stands for a group of fields, or for a field and what it brings with it. */
export function placeOrderFrame(version: number, values: Readonly<Record<string, Value>> = {}): string[] {
  const all = { ...USUAL, ...values };
  return namesAt(PLACE_ORDER, version)
    .flatMap((name) => all[name] ?? (GROUPS.has(name) ? [] : ['']))
    .map(String);
}
