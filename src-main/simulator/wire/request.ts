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

/**
 * One inbound message → what it asks. Never throws: what cannot be read is `malformed`, what is not served `unsupported`.
 * Every layout is read to its end, so that a field too many or too few is noticed; neither keeps a request from being served.
 */
export function readRequest(fields: readonly string[], version: number): Reading {
  const messageId = Number(fields[0]);
  const reader = new FieldReader(fields, 1);
  const request = read(messageId, reader, version) ?? readUnserved(messageId, reader, version);
  const surplus = reader.left - reader.missing;
  if (reader.malformed === undefined) return { request, surplus };
  const reqId = 'reqId' in request ? request.reqId : request.kind === 'placeOrder' ? request.order.orderId : -1;
  return { request: { kind: 'malformed', messageId, reqId, field: reader.malformed }, surplus: 0 };
}

function read(messageId: number, fields: FieldReader, version: number): Request | undefined {
  switch (messageId) {
    case ASK.startApi:
      return (fields.skip(), { kind: 'start', clientId: idThen(fields, 1) });
    case ASK.ids:
      return (fields.skip(2), { kind: 'ids' });
    case ASK.managedAccounts:
      return (fields.skip(), { kind: 'managedAccounts' });
    case ASK.currentTime:
      return (fields.skip(), { kind: 'currentTime' });
    case ASK.openOrders:
      return (fields.skip(), { kind: 'openOrders' });
    case ASK.allOpenOrders:
      return (fields.skip(), { kind: 'allOpenOrders' });
    case ASK.globalCancel:
      return (fields.skip(version < 192 ? 1 : 2), { kind: 'globalCancel' });
    case ASK.positions:
      return (fields.skip(), { kind: 'positions' });
    case ASK.cancelPositions:
      return (fields.skip(), { kind: 'cancelPositions' });
    case ASK.familyCodes:
      return { kind: 'familyCodes' };
    case ASK.depthExchanges:
      return { kind: 'depthExchanges' };
    case ASK.newsProviders:
      return { kind: 'newsProviders' };
    case ASK.logLevel:
      return (fields.skip(2), { kind: 'logLevel' });
    case ASK.autoOpenOrders:
      return (fields.skip(), { kind: 'autoOpenOrders', bind: fields.flag() });
    case ASK.completedOrders:
      return { kind: 'completedOrders', apiOnly: fields.flag() };
    case ASK.contractDetails:
      return (fields.skip(), readContractDetails(fields));
    case ASK.matchingSymbols:
      return { kind: 'matchingSymbols', reqId: id(fields), pattern: fields.text() };
    case ASK.marketData:
      return (fields.skip(), readMarketData(fields));
    case ASK.marketDataType:
      return (fields.skip(), { kind: 'marketDataType', type: fields.int() ?? 1 });
    case ASK.marketRule:
      return { kind: 'marketRule', ruleId: id(fields) };
    case ASK.accountSummary:
      return (
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
      );
    case ASK.accountUpdates:
      return (fields.skip(), { kind: 'accountUpdates', subscribe: fields.flag(), account: fields.text() });
    case ASK.accountUpdatesMulti:
      return (fields.skip(), readAccountUpdatesMulti(fields));
    case ASK.positionsMulti:
      return (fields.skip(), { kind: 'positionsMulti', reqId: id(fields), account: fields.text(), model: fields.text() });
    case ASK.pnl:
      return { kind: 'pnl', reqId: id(fields), account: fields.text(), model: fields.text() };
    case ASK.pnlSingle:
      return readPnlSingle(fields);
    case ASK.cancelMarketData:
      return (fields.skip(), { kind: 'cancelMarketData', reqId: id(fields) });
    case ASK.cancelAccountSummary:
      return (fields.skip(), { kind: 'cancelAccountSummary', reqId: id(fields) });
    case ASK.cancelAccountUpdatesMulti:
      return (fields.skip(), { kind: 'cancelAccountUpdatesMulti', reqId: id(fields) });
    case ASK.cancelPositionsMulti:
      return (fields.skip(), { kind: 'cancelPositionsMulti', reqId: id(fields) });
    case ASK.cancelHistoricalData:
      return (fields.skip(), { kind: 'cancelHistoricalData', reqId: id(fields) });
    case ASK.cancelRealTimeBars:
      return (fields.skip(), { kind: 'cancelRealTimeBars', reqId: id(fields) });
    case ASK.displayGroups:
      return (fields.skip(), { kind: 'displayGroups', reqId: id(fields) });
    case ASK.cancelPnl:
      return { kind: 'cancelPnl', reqId: id(fields) };
    case ASK.cancelPnlSingle:
      return { kind: 'cancelPnlSingle', reqId: id(fields) };
    case ASK.softDollarTiers:
      return { kind: 'softDollarTiers', reqId: id(fields) };
    case ASK.optionParameters:
      return { kind: 'optionParameters', reqId: idThen(fields, 4) };
    case ASK.userInfo:
      return { kind: 'userInfo', reqId: id(fields) };
    case ASK.executions:
      return (fields.skip(), readExecutions(fields));
    case ASK.placeOrder:
      return { kind: 'placeOrder', order: readPlaceOrder(fields, version) };
    case ASK.cancelOrder:
      return readCancelOrder(fields, version);
    case ASK.historicalData:
      return readHistory(fields);
    case ASK.realTimeBars:
      return (fields.skip(), readRealTimeBars(fields));
    default:
      return undefined;
  }
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
