import type { Price } from '#domain/price';
import type { Quantity } from '#domain/quantity';
import { dateText, localTime, stampText } from '#simulator/calendar/new-york';
import { hoursText } from '#simulator/calendar/trading-day';
import type { WireBar } from '#simulator/model/bar';
import type { Fill } from '#simulator/model/fill';
import type { Holding, MarkedHolding } from '#simulator/model/holding';
import type { Instrument } from '#simulator/model/instrument';
import { amountText, ascii, averageText, payload, priceText, quantityText } from './figure.ts';
import { TELL } from './message-id.ts';

/** Payloads of every message but the order states. One function each; `version` where the layout depends on it. */

export function errorMessage(id: number, code: number, text: string, advancedReject = ''): string {
  return payload(TELL.error, 2, id, code, ascii(text), ascii(advancedReject));
}

export function nextValidId(id: number): string {
  return payload(TELL.nextValidId, 1, id);
}

export function managedAccounts(accounts: string): string {
  return payload(TELL.managedAccounts, 1, accounts);
}

export function currentTime(at: number): string {
  return payload(TELL.currentTime, 1, Math.floor(at / 1000));
}

export function marketDataType(reqId: number, type: number): string {
  return payload(TELL.marketDataType, 1, reqId, type);
}

export function tickReqParams(reqId: number, minTick: Price): string {
  return payload(TELL.tickReqParams, reqId, priceText(minTick), '9c0001', 3);
}

/** `price` and `size` are texts, so that a fault script can send what no exchange would. Only a live bid or ask can be traded against at once. */
export function tickPrice(reqId: number, type: number, price: string, size: string): string {
  return `1\x006\x00${reqId}\x00${type}\x00${price}\x00${size}\x00${type === 1 || type === 2 ? '1' : '0'}\x00`;
}

export function tickSize(reqId: number, type: number, size: string): string {
  return `2\x006\x00${reqId}\x00${type}\x00${size}\x00`;
}

export function tickString(reqId: number, type: number, value: string): string {
  return payload(TELL.tickString, 6, reqId, type, value);
}

export function tickGeneric(reqId: number, type: number, value: string): string {
  return payload(TELL.tickGeneric, 6, reqId, type, value);
}

export function tickSnapshotEnd(reqId: number): string {
  return payload(TELL.tickSnapshotEnd, 1, reqId);
}

export function contractData(reqId: number, one: Instrument, at: number, version: number): string {
  const today = localTime(at).day;
  const fields: (string | number)[] = [TELL.contractData, reqId, one.symbol, one.secType, ''];
  if (version >= 182) fields.push('');
  fields.push(
    0,
    '',
    one.exchange,
    one.currency,
    one.symbol,
    one.primaryExchange === 'NASDAQ' ? 'NMS' : one.symbol,
    one.tradingClass,
    one.conId,
    priceText(one.minTick),
    '',
    'ACTIVETIM,DAY,GTC,IOC,LMT,MKT,OCA,STP,STPLMT,WHATIF',
    `SMART,${one.primaryExchange}`,
    1,
    0,
    one.longName,
    one.primaryExchange,
    '',
    one.industry,
    one.industry,
    '*',
    'US/Eastern',
    hoursText(today, 'trading'),
    hoursText(today, 'liquid'),
    '',
    '',
    0,
    1,
    '',
    '',
    '26,26',
    '',
    one.industry === 'Funds' ? 'ETF' : 'COMMON',
    '0.0001',
    '0.0001',
    '100',
  );
  if (version >= 186) fields.push(0);
  return payload(...fields);
}

export function contractDataEnd(reqId: number): string {
  return payload(TELL.contractDataEnd, 1, reqId);
}

export function symbolSamples(reqId: number, found: readonly Instrument[]): string {
  const rows = found.flatMap((one) => [one.conId, one.symbol, one.secType, one.primaryExchange, one.currency, 1, 'OPT', one.longName, '']);
  return payload(TELL.symbolSamples, reqId, found.length, ...rows);
}

export function marketRule(ruleId: number): string {
  return payload(TELL.marketRule, ruleId, 1, 0, '0.01');
}

/** Contract fields as execDetails, position and portfolio value share them. */
function contractText(one: Instrument, strike: string): (string | number)[] {
  return [one.conId, one.symbol, one.secType, '', strike, ''];
}

/** `orderId` is that of the order; 0 for one typed into TWS. */
export function execDetails(reqId: number, fill: Fill, version: number): string {
  const one = fill.contract;
  const fields: (string | number)[] = [
    TELL.execDetails,
    reqId,
    fill.orderId,
    ...contractText(one, '0.0'),
    '',
    one.exchange,
    one.currency,
    one.symbol,
    one.tradingClass,
    fill.execId,
    stampText(fill.at),
    fill.account,
    one.primaryExchange,
    fill.side === 'BUY' ? 'BOT' : 'SLD',
    quantityText(fill.quantity),
    priceText(fill.price),
    fill.permId,
    fill.clientId,
    0,
    quantityText(fill.cumQuantity),
    averageText(fill.cumNotional, fill.cumQuantity),
    fill.orderRef,
    '',
    '',
    '',
    fill.resting ? 1 : 2,
  ];
  if (version >= 178) fields.push(0);
  return payload(...fields);
}

export function execDetailsEnd(reqId: number): string {
  return payload(TELL.execDetailsEnd, 1, reqId);
}

/** `figures` false: both amounts unset, as TWS has them when it does not know yet. */
export function commissionReport(fill: Fill, figures = true): string {
  return payload(
    TELL.commissionReport,
    1,
    fill.execId,
    amountText(figures ? fill.commission : undefined),
    fill.contract.currency,
    amountText(figures ? fill.realizedNet : undefined),
    amountText(undefined),
    '',
  );
}

function holdingFields(account: string, held: Holding): (string | number)[] {
  const one = held.contract;
  return [
    account,
    ...contractText(one, '0.0'),
    '',
    one.primaryExchange,
    one.currency,
    one.symbol,
    one.tradingClass,
    quantityText(held.quantity),
    averageText(held.cost, held.quantity),
  ];
}

export function position(account: string, held: Holding): string {
  return payload(TELL.position, 3, ...holdingFields(account, held));
}

export function positionEnd(): string {
  return payload(TELL.positionEnd, 1);
}

export function positionMulti(reqId: number, account: string, held: Holding): string {
  return payload(TELL.positionMulti, 1, reqId, ...holdingFields(account, held), '');
}

export function positionMultiEnd(reqId: number): string {
  return payload(TELL.positionMultiEnd, 1, reqId);
}

export function portfolioValue(account: string, held: MarkedHolding): string {
  const one = held.contract;
  return payload(
    TELL.portfolioValue,
    8,
    ...contractText(one, '0'),
    '',
    one.primaryExchange,
    one.currency,
    one.symbol,
    one.tradingClass,
    quantityText(held.quantity),
    priceText(held.mark),
    amountText(held.value),
    averageText(held.cost, held.quantity),
    amountText(held.unrealized),
    amountText(held.realized),
    account,
  );
}

export function accountValue(key: string, value: string, currency: string, account: string): string {
  return payload(TELL.accountValue, 2, key, value, currency, account);
}

export function accountTime(at: number): string {
  return payload(TELL.accountTime, 1, stampText(at).slice(9, 14));
}

export function accountDownloadEnd(account: string): string {
  return payload(TELL.accountDownloadEnd, 1, account);
}

export function accountSummary(reqId: number, account: string, tag: string, value: string, currency: string): string {
  return payload(TELL.accountSummary, 1, reqId, account, tag, value, currency);
}

export function accountSummaryEnd(reqId: number): string {
  return payload(TELL.accountSummaryEnd, 1, reqId);
}

export function accountUpdateMulti(reqId: number, account: string, key: string, value: string, currency: string): string {
  return payload(TELL.accountUpdateMulti, 1, reqId, account, '', key, value, currency);
}

export function accountUpdateMultiEnd(reqId: number): string {
  return payload(TELL.accountUpdateMultiEnd, 1, reqId);
}

export function pnl(reqId: number, daily: number, unrealized: number, realized: number): string {
  return payload(TELL.pnl, reqId, amountText(daily), amountText(unrealized), amountText(realized));
}

/** Of one position; amounts in 1e-6 dollar. */
export interface PositionPnl {
  readonly quantity: Quantity;
  readonly daily: number;
  readonly unrealized: number;
  readonly realized: number;
  readonly value: number;
}

export function pnlSingle(reqId: number, { quantity, daily, unrealized, realized, value }: PositionPnl): string {
  return payload(
    TELL.pnlSingle,
    reqId,
    quantityText(quantity),
    amountText(daily),
    amountText(unrealized),
    amountText(realized),
    amountText(value),
  );
}

export function openOrderEnd(): string {
  return payload(TELL.openOrderEnd, 1);
}

export function completedOrdersEnd(): string {
  return payload(TELL.completedOrdersEnd);
}

export function orderBound(permId: number, clientId: number, orderId: number): string {
  return payload(TELL.orderBound, permId, clientId, orderId);
}

function barDate(at: number, daily: boolean, dateFormat: number): string {
  if (daily) return dateText(localTime(at).day);
  return dateFormat === 2 ? String(Math.floor(at / 1000)) : stampText(at);
}

/** Begin and end of what was asked for, epoch ms. `daily` bars carry a date instead of a time. */
export interface BarSpan {
  readonly from: number;
  readonly until: number;
  readonly daily: boolean;
}

export function historicalData(reqId: number, { from, until, daily }: BarSpan, bars: readonly WireBar[], dateFormat: number): string {
  const rows = bars.flatMap((bar) => [
    barDate(bar.at, daily, dateFormat),
    priceText(bar.open),
    priceText(bar.high),
    priceText(bar.low),
    priceText(bar.close),
    quantityText(bar.volume),
    bar.volume === 0 ? priceText(bar.close) : averageText(bar.turnover, bar.volume),
    bar.count,
  ]);
  return payload(TELL.historicalData, reqId, stampText(from), stampText(until), bars.length, ...rows);
}

export function historicalDataUpdate(reqId: number, bar: WireBar, dateFormat: number): string {
  return payload(
    TELL.historicalDataUpdate,
    reqId,
    bar.count,
    barDate(bar.at, false, dateFormat),
    priceText(bar.open),
    priceText(bar.close),
    priceText(bar.high),
    priceText(bar.low),
    bar.volume === 0 ? priceText(bar.close) : averageText(bar.turnover, bar.volume),
    quantityText(bar.volume),
  );
}

export function realTimeBar(reqId: number, bar: WireBar): string {
  return payload(
    TELL.realTimeBar,
    3,
    reqId,
    Math.floor(bar.at / 1000),
    priceText(bar.open),
    priceText(bar.high),
    priceText(bar.low),
    priceText(bar.close),
    quantityText(bar.volume),
    bar.volume === 0 ? priceText(bar.close) : averageText(bar.turnover, bar.volume),
    bar.count,
  );
}
