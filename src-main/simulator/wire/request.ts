import { type ContractQuery, readContract } from './contract-query.ts';
import { FieldReader } from './field-reader.ts';
import { ASK } from './message-id.ts';
import { type PlaceOrder, readPlaceOrder } from './place-order.ts';

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

/** Where a request that the simulator does not serve carries its id: index of the field, none for requests without one. */
const REQ_ID_FIELD: Readonly<Record<number, number>> = {
  [ASK.depth]: 2,
  [ASK.cancelDepth]: 2,
  [ASK.exerciseOptions]: 2,
  [ASK.scanner]: 1,
  [ASK.cancelScanner]: 2,
  [ASK.fundamental]: 2,
  [ASK.cancelFundamental]: 2,
  [ASK.impliedVolatility]: 2,
  [ASK.optionPrice]: 2,
  [ASK.cancelImpliedVolatility]: 2,
  [ASK.cancelOptionPrice]: 2,
  [ASK.groupEvents]: 2,
  [ASK.updateGroup]: 2,
  [ASK.cancelGroupEvents]: 2,
  [ASK.smartComponents]: 1,
  [ASK.newsArticle]: 1,
  [ASK.historicalNews]: 1,
  [ASK.headTimestamp]: 1,
  [ASK.histogram]: 1,
  [ASK.cancelHistogram]: 1,
  [ASK.cancelHeadTimestamp]: 1,
  [ASK.historicalTicks]: 1,
  [ASK.tickByTick]: 1,
  [ASK.cancelTickByTick]: 1,
  [ASK.wshMeta]: 1,
  [ASK.cancelWshMeta]: 1,
  [ASK.wshEvents]: 1,
  [ASK.cancelWshEvents]: 1,
};

/** One inbound message → what it asks. Never throws: what cannot be read is `malformed`, what is not served `unsupported`. */
export function readRequest(fields: readonly string[], version: number): Request {
  const messageId = Number(fields[0]);
  const reader = new FieldReader(fields, 1);
  const request = read(messageId, reader, version);
  if (request !== undefined && reader.malformed === undefined) return request;
  if (request === undefined) {
    const index = REQ_ID_FIELD[messageId];
    const reqId = index === undefined ? -1 : Number(fields[index]);
    return {
      kind: 'unsupported',
      messageId: Number.isSafeInteger(messageId) ? messageId : -1,
      reqId: Number.isSafeInteger(reqId) ? reqId : -1,
    };
  }
  const reqId = 'reqId' in request ? request.reqId : request.kind === 'placeOrder' ? request.order.orderId : -1;
  return { kind: 'malformed', messageId, reqId, field: reader.malformed ?? '' };
}

function read(messageId: number, fields: FieldReader, version: number): Request | undefined {
  switch (messageId) {
    case ASK.startApi:
      return (fields.skip(), { kind: 'start', clientId: fields.int() ?? 0 });
    case ASK.ids:
      return { kind: 'ids' };
    case ASK.managedAccounts:
      return { kind: 'managedAccounts' };
    case ASK.currentTime:
      return { kind: 'currentTime' };
    case ASK.openOrders:
      return { kind: 'openOrders' };
    case ASK.allOpenOrders:
      return { kind: 'allOpenOrders' };
    case ASK.globalCancel:
      return { kind: 'globalCancel' };
    case ASK.positions:
      return { kind: 'positions' };
    case ASK.cancelPositions:
      return { kind: 'cancelPositions' };
    case ASK.familyCodes:
      return { kind: 'familyCodes' };
    case ASK.depthExchanges:
      return { kind: 'depthExchanges' };
    case ASK.newsProviders:
      return { kind: 'newsProviders' };
    case ASK.logLevel:
      return { kind: 'logLevel' };
    case ASK.autoOpenOrders:
      return (fields.skip(), { kind: 'autoOpenOrders', bind: fields.flag() });
    case ASK.completedOrders:
      return { kind: 'completedOrders', apiOnly: fields.flag() };
    case ASK.contractDetails:
      return (fields.skip(), { kind: 'contractDetails', reqId: id(fields), contract: readContract(fields) });
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
      return (fields.skip(), { kind: 'accountUpdatesMulti', reqId: id(fields), account: fields.text(), model: fields.text() });
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
      return { kind: 'optionParameters', reqId: id(fields) };
    case ASK.userInfo:
      return { kind: 'userInfo', reqId: id(fields) };
    case ASK.executions:
      return (fields.skip(), readExecutions(fields));
    case ASK.placeOrder:
      return { kind: 'placeOrder', order: readPlaceOrder(fields, version) };
    case ASK.cancelOrder:
      return (fields.skip(version < 192 ? 1 : 0), { kind: 'cancelOrder', orderId: fields.int() ?? 0 });
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

function readMarketData(fields: FieldReader): Request {
  const reqId = id(fields);
  const contract = readContract(fields);
  if (contract.secType.toUpperCase() === 'BAG') fields.skip(4 * fields.count());
  if (fields.flag()) fields.skip(3); // delta neutral contract
  fields.skip(); // generic tick list
  return { kind: 'marketData', reqId, contract, snapshot: fields.flag() };
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
  return {
    kind: 'historicalData',
    reqId,
    contract,
    query: { end, barSize, duration, rthOnly, show, dateFormat, keepUpToDate: fields.flag() },
  };
}

function readRealTimeBars(fields: FieldReader): Request {
  const reqId = id(fields);
  const contract = readContract(fields);
  fields.skip(2); // bar size, what to show
  return { kind: 'realTimeBars', reqId, contract, rthOnly: fields.flag() };
}
