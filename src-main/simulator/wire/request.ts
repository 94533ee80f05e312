import { type ContractQuery, readContract } from './contract-query.ts';
import { FieldReader } from './field-reader.ts';
import { ASK } from './message-id.ts';
import { type PlaceOrder, readPlaceOrder } from './place-order.ts';
import { readUnserved } from './unserved.ts';

export type Request =
  | { readonly kind: 'start'; readonly clientId: number }
  | {
      readonly kind:
        | 'ids'
        | 'managedAccounts'
        | 'currentTime'
        | 'openOrders'
        | 'allOpenOrders'
        | 'globalCancel'
        | 'positions'
        | 'cancelPositions'
        | 'familyCodes'
        | 'depthExchanges'
        | 'newsProviders'
        | 'logLevel';
    }
  | { readonly kind: 'autoOpenOrders'; readonly bind: boolean }
  | { readonly kind: 'completedOrders'; readonly apiOnly: boolean }
  | { readonly kind: 'contractDetails'; readonly reqId: number; readonly contract: ContractQuery }
  | { readonly kind: 'matchingSymbols'; readonly reqId: number; readonly pattern: string }
  | { readonly kind: 'marketData'; readonly reqId: number; readonly contract: ContractQuery; readonly snapshot: boolean }
  | { readonly kind: 'marketDataType'; readonly type: number }
  | { readonly kind: 'marketRule'; readonly ruleId: number }
  | { readonly kind: 'accountSummary'; readonly reqId: number; readonly group: string; readonly tags: readonly string[] }
  | { readonly kind: 'accountUpdates'; readonly subscribe: boolean; readonly account: string }
  | {
      readonly kind: 'accountUpdatesMulti' | 'positionsMulti' | 'pnl';
      readonly reqId: number;
      readonly account: string;
      readonly model: string;
    }
  | { readonly kind: 'pnlSingle'; readonly reqId: number; readonly account: string; readonly conId: number }
  | {
      readonly kind:
        | 'cancelMarketData'
        | 'cancelAccountSummary'
        | 'cancelPnl'
        | 'cancelPnlSingle'
        | 'cancelHistoricalData'
        | 'cancelAccountUpdatesMulti'
        | 'cancelPositionsMulti'
        | 'cancelRealTimeBars'
        | 'softDollarTiers'
        | 'optionParameters'
        | 'displayGroups'
        | 'userInfo';
      readonly reqId: number;
    }
  | { readonly kind: 'executions'; readonly reqId: number; readonly filter: ExecutionFilter }
  | { readonly kind: 'placeOrder'; readonly order: PlaceOrder }
  | { readonly kind: 'cancelOrder'; readonly orderId: number }
  | { readonly kind: 'historicalData'; readonly reqId: number; readonly contract: ContractQuery; readonly query: HistoryQuery }
  | { readonly kind: 'realTimeBars'; readonly reqId: number; readonly contract: ContractQuery; readonly rthOnly: boolean }
  | { readonly kind: 'unsupported'; readonly messageId: number; readonly reqId: number }
  | { readonly kind: 'malformed'; readonly messageId: number; readonly reqId: number; readonly field: string };

export interface ExecutionFilter {
  readonly clientId: number;
  readonly account: string;
  /** `yyyymmdd-hh:mm:ss` or `yyyymmdd hh:mm:ss`, New York; empty for all of the day. */
  readonly time: string;
  readonly symbol: string;
  readonly secType: string;
  readonly exchange: string;
  readonly side: string;
}

export interface HistoryQuery {
  readonly end: string;
  readonly barSize: string;
  readonly duration: string;
  readonly rthOnly: boolean;
  readonly show: string;
  /** 1 for text in New York time, 2 for epoch seconds. */
  readonly dateFormat: number;
  readonly keepUpToDate: boolean;
}

/** What a request asks, and how well it fitted its layout. */
export interface Reading {
  readonly request: Request;
  /** Fields that came and have no place in the layout of this version; negative for fields that have one and did not come. */
  readonly surplus: number;
}

type Read = (fields: FieldReader, version: number) => Request;

/** The layout of each request that is served, after its message id. Many begin with a version of their own, which is passed over. */
const LAYOUTS: Readonly<Record<number, Read>> = {
  [ASK.startApi]: (fields) => (fields.skip(), { kind: 'start', clientId: idThen(fields, 1) }),
  [ASK.ids]: (fields) => (fields.skip(2), { kind: 'ids' }),
  [ASK.managedAccounts]: (fields) => (fields.skip(), { kind: 'managedAccounts' }),
  [ASK.currentTime]: (fields) => (fields.skip(), { kind: 'currentTime' }),
  [ASK.openOrders]: (fields) => (fields.skip(), { kind: 'openOrders' }),
  [ASK.allOpenOrders]: (fields) => (fields.skip(), { kind: 'allOpenOrders' }),
  [ASK.globalCancel]: (fields, version) => (fields.skip(version < 192 ? 1 : 2), { kind: 'globalCancel' }),
  [ASK.positions]: (fields) => (fields.skip(), { kind: 'positions' }),
  [ASK.cancelPositions]: (fields) => (fields.skip(), { kind: 'cancelPositions' }),
  [ASK.familyCodes]: () => ({ kind: 'familyCodes' }),
  [ASK.depthExchanges]: () => ({ kind: 'depthExchanges' }),
  [ASK.newsProviders]: () => ({ kind: 'newsProviders' }),
  [ASK.logLevel]: (fields) => (fields.skip(2), { kind: 'logLevel' }),
  [ASK.autoOpenOrders]: (fields) => (fields.skip(), { kind: 'autoOpenOrders', bind: fields.flag() }),
  [ASK.completedOrders]: (fields) => ({ kind: 'completedOrders', apiOnly: fields.flag() }),
  [ASK.contractDetails]: (fields) => (fields.skip(), readContractDetails(fields)),
  [ASK.matchingSymbols]: (fields) => ({ kind: 'matchingSymbols', reqId: id(fields), pattern: fields.text() }),
  [ASK.marketData]: (fields) => (fields.skip(), readMarketData(fields)),
  [ASK.marketDataType]: (fields) => (fields.skip(), { kind: 'marketDataType', type: fields.int() ?? 1 }),
  [ASK.marketRule]: (fields) => ({ kind: 'marketRule', ruleId: id(fields) }),
  [ASK.accountSummary]: (fields) => (
    fields.skip(),
    {
      kind: 'accountSummary',
      reqId: id(fields),
      group: fields.text(),
      tags: fields
        .text()
        .split(',')
        .map((tag) => tag.trim())
        .filter((tag) => tag !== ''),
    }
  ),
  [ASK.accountUpdates]: (fields) => (fields.skip(), { kind: 'accountUpdates', subscribe: fields.flag(), account: fields.text() }),
  [ASK.accountUpdatesMulti]: (fields) => (fields.skip(), readAccountUpdatesMulti(fields)),
  [ASK.positionsMulti]: (fields) => (
    fields.skip(),
    { kind: 'positionsMulti', reqId: id(fields), account: fields.text(), model: fields.text() }
  ),
  [ASK.pnl]: (fields) => ({ kind: 'pnl', reqId: id(fields), account: fields.text(), model: fields.text() }),
  [ASK.pnlSingle]: readPnlSingle,
  [ASK.cancelMarketData]: (fields) => (fields.skip(), { kind: 'cancelMarketData', reqId: id(fields) }),
  [ASK.cancelAccountSummary]: (fields) => (fields.skip(), { kind: 'cancelAccountSummary', reqId: id(fields) }),
  [ASK.cancelAccountUpdatesMulti]: (fields) => (fields.skip(), { kind: 'cancelAccountUpdatesMulti', reqId: id(fields) }),
  [ASK.cancelPositionsMulti]: (fields) => (fields.skip(), { kind: 'cancelPositionsMulti', reqId: id(fields) }),
  [ASK.cancelHistoricalData]: (fields) => (fields.skip(), { kind: 'cancelHistoricalData', reqId: id(fields) }),
  [ASK.cancelRealTimeBars]: (fields) => (fields.skip(), { kind: 'cancelRealTimeBars', reqId: id(fields) }),
  [ASK.displayGroups]: (fields) => (fields.skip(), { kind: 'displayGroups', reqId: id(fields) }),
  [ASK.cancelPnl]: (fields) => ({ kind: 'cancelPnl', reqId: id(fields) }),
  [ASK.cancelPnlSingle]: (fields) => ({ kind: 'cancelPnlSingle', reqId: id(fields) }),
  [ASK.softDollarTiers]: (fields) => ({ kind: 'softDollarTiers', reqId: id(fields) }),
  [ASK.optionParameters]: (fields) => ({ kind: 'optionParameters', reqId: idThen(fields, 4) }),
  [ASK.userInfo]: (fields) => ({ kind: 'userInfo', reqId: id(fields) }),
  [ASK.executions]: (fields) => (fields.skip(), readExecutions(fields)),
  [ASK.placeOrder]: (fields, version) => ({ kind: 'placeOrder', order: readPlaceOrder(fields, version) }),
  [ASK.cancelOrder]: readCancelOrder,
  [ASK.historicalData]: readHistory,
  [ASK.realTimeBars]: (fields) => (fields.skip(), readRealTimeBars(fields)),
};

/**
 * One inbound message → what it asks. Never throws: what cannot be read is `malformed`, what is not served `unsupported`.
 * Every layout is read to its end, so that a field too many or too few is noticed; neither keeps a request from being served.
 */
export function readRequest(fields: readonly string[], version: number): Reading {
  const messageId = Number(fields[0]);
  const reader = new FieldReader(fields, 1);
  const request = LAYOUTS[messageId]?.(reader, version) ?? readUnserved(messageId, reader, version);
  const surplus = reader.left - reader.missing;
  if (reader.malformed === undefined) return { request, surplus };
  const reqId = 'reqId' in request ? request.reqId : request.kind === 'placeOrder' ? request.order.orderId : -1;
  return { request: { kind: 'malformed', messageId, reqId, field: reader.malformed }, surplus: 0 };
}

function id(fields: FieldReader): number {
  return fields.int() ?? -1;
}

/** An id, and then so many fields that nobody here needs. */
function idThen(fields: FieldReader, more: number): number {
  const value = id(fields);
  fields.skip(more);
  return value;
}

function readContractDetails(fields: FieldReader): Request {
  const [reqId, contract] = [id(fields), readContract(fields)];
  fields.skip(4); // include expired, secIdType, secId, issuer
  return { kind: 'contractDetails', reqId, contract };
}

function readAccountUpdatesMulti(fields: FieldReader): Request {
  const [reqId, account, model] = [id(fields), fields.text(), fields.text()];
  fields.skip(); // ledger and net liquidation only
  return { kind: 'accountUpdatesMulti', reqId, account, model };
}

/** Up to 191: version, id, manual cancel time, and from 187 to 189 three of a request for quote. From 192: no version, two CME tags at the end. */
function readCancelOrder(fields: FieldReader, version: number): Request {
  if (version < 192) fields.skip();
  const orderId = fields.int() ?? 0;
  fields.skip(); // manual cancel time
  if (version >= 187 && version < 190) fields.skip(3);
  if (version >= 192) fields.skip(2);
  return { kind: 'cancelOrder', orderId };
}

function readMarketData(fields: FieldReader): Request {
  const reqId = id(fields);
  const contract = readContract(fields);
  if (contract.secType.toUpperCase() === 'BAG') fields.skip(4 * fields.count());
  if (fields.flag()) fields.skip(3); // delta neutral contract
  fields.skip(); // generic tick list
  const snapshot = fields.flag();
  const regulatory = fields.flag();
  fields.skip(); // options
  return { kind: 'marketData', reqId, contract, snapshot: snapshot || regulatory };
}

function readPnlSingle(fields: FieldReader): Request {
  const reqId = id(fields);
  const account = fields.text();
  fields.skip(); // model
  return { kind: 'pnlSingle', reqId, account, conId: fields.int() ?? 0 };
}

function readExecutions(fields: FieldReader): Request {
  const reqId = id(fields);
  const clientId = fields.int() ?? 0;
  const [account, time, symbol, secType, exchange, side] = [
    fields.text(),
    fields.text(),
    fields.text(),
    fields.text(),
    fields.text(),
    fields.text(),
  ];
  return { kind: 'executions', reqId, filter: { clientId, account, time, symbol, secType, exchange, side } };
}

function readHistory(fields: FieldReader): Request {
  const reqId = id(fields);
  const contract = readContract(fields);
  fields.skip(); // include expired
  const [end, barSize, duration] = [fields.text(), fields.text(), fields.text()];
  const rthOnly = fields.flag();
  const show = fields.text();
  const dateFormat = fields.int() ?? 1;
  if (contract.secType.toUpperCase() === 'BAG') fields.skip(4 * fields.count());
  const keepUpToDate = fields.flag();
  fields.skip(); // options
  return { kind: 'historicalData', reqId, contract, query: { end, barSize, duration, rthOnly, show, dateFormat, keepUpToDate } };
}

function readRealTimeBars(fields: FieldReader): Request {
  const reqId = id(fields);
  const contract = readContract(fields);
  fields.skip(2); // bar size, what to show
  const rthOnly = fields.flag();
  fields.skip(); // options
  return { kind: 'realTimeBars', reqId, contract, rthOnly };
}
