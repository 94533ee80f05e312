import type { Condition, PriceTest } from '#domain/condition';
import type { Contract } from '#domain/contract';
import type { AccountId, ConId, OrderKey, TriggerId } from '#domain/ids';
import { type Amount, amountOf } from '#domain/money';
import type { OrderState, Side } from '#domain/order';
import { type Price, priceOf } from '#domain/price';
import { units } from '#domain/quantity';
import type { TriggerSpec } from '#domain/trigger';
import type { LogRow } from '#protocol/log-row';
import type { AdoptionRow, FillRow, OrderRow, PositionRow, QuoteRow, StatusValue, WatcherRow } from '#protocol/topics';
import { minus } from '#domain/scaled';

const ACCOUNT = 'DU1234567' as AccountId;

export function price(value: number): Price {
  return priceOf(value);
}

export function amount(value: number): Amount {
  return amountOf(value);
}

export function contract(conId: number, symbol: string, exchange = 'NYSE'): Contract {
  return { conId: conId as ConId, symbol, secType: 'STK', exchange: 'SMART', primaryExchange: exchange, currency: 'USD', multiplier: 1 };
}

export const IBM = contract(8314, 'IBM');
export const BAC = contract(10098, 'BAC');
export const AIG = contract(61319701, 'AIG');
export const SPY = contract(756733, 'SPY', 'ARCA');
export const GOOG = contract(208813719, 'GOOG', 'NASDAQ');
export const TWX = contract(12271, 'TWX');
export const VIX = contract(13455763, 'VIX', 'CBOE');
export const CONTRACTS = [IBM, BAC, AIG, SPY, GOOG, TWX, VIX];
export const LONG_NAMES: Readonly<Record<string, string>> = {
  IBM: 'Intl Business Machines Corp',
  BAC: 'Bank of America Corp',
  AIG: 'American Intl Group Inc',
  SPY: 'SPDR S&P 500 ETF Trust',
  GOOG: 'Alphabet Inc Class C',
  TWX: 'Time Warner Inc',
  VIX: 'CBOE Volatility Index',
};

export function quoteRow(of: Contract, at: number, last: number, change: Partial<QuoteRow> = {}): QuoteRow {
  return {
    conId: of.conId,
    symbol: of.symbol,
    label: of.symbol,
    bid: price(last - 0.01),
    ask: price(last + 0.01),
    last: price(last),
    bidSize: units(400),
    askSize: units(700),
    close: price(last * 1.0061),
    high: price(last * 1.011),
    low: price(last * 0.9975),
    volume: units(1_204_300),
    decimals: 2,
    minTick: price(0.01),
    at,
    liveType: 'live',
    fault: null,
    wantedBy: 1,
    ...change,
  };
}

export interface RuleDraft {
  readonly id: string;
  readonly name: string;
  readonly of: Contract;
  readonly test: PriceTest;
  readonly level: number;
  readonly side: Side;
  readonly count: number;
}

const ARROWS: Readonly<Record<PriceTest, string>> = { 'crosses-above': '↑', 'crosses-below': '↓', 'at-or-above': '≥', 'at-or-below': '≤' };

function specOf(rule: RuleDraft): TriggerSpec {
  const condition: Condition = { kind: 'price', contract: rule.of, field: 'last', test: rule.test, level: price(rule.level) };
  const sign = rule.side === 'BUY' ? 1 : -1;
  return {
    name: rule.name,
    condition,
    action: {
      contract: rule.of,
      side: rule.side,
      quantity: units(rule.count),
      entry: { type: 'LMT', limitOffset: price(0.02 * sign) },
      tif: 'DAY',
      outsideRth: false,
      target: { kind: 'price', price: price(rule.level + sign * 1.2) },
      stop: { kind: 'price', price: price(rule.level - sign * 0.6) },
    },
    rthOnly: true,
  };
}

export function watcherRow(rule: RuleDraft, at: number, last: number | null, change: Partial<WatcherRow> = {}): WatcherRow {
  return watcherOf(specOf(rule), rule.id, at, last === null ? null : price(last), change);
}

function priceLeafOf(condition: Condition): Extract<Condition, { readonly kind: 'price' }> | undefined {
  if (condition.kind === 'price') return condition;
  return condition.kind === 'and' ? condition.of.find((part) => part.kind === 'price') : undefined;
}

type Place = Pick<WatcherRow, 'last' | 'level' | 'armedSide' | 'distance' | 'distanceTicks' | 'distanceBasisPoints'>;

/** Where the last price stands to the level. */
function placeOf(level: Price | null, last: Price | null): Place {
  if (last === null || level === null)
    return { last, level, armedSide: 'unknown', distance: null, distanceTicks: null, distanceBasisPoints: null };
  const distance = minus(level, last);
  return {
    last,
    level,
    armedSide: distance > 0 ? 'below' : 'above',
    distance,
    distanceTicks: Math.round(distance / 10_000),
    distanceBasisPoints: Math.round((Math.abs(distance) / last) * 10_000),
  };
}

export function watcherOf(spec: TriggerSpec, id: string, at: number, last: Price | null, change: Partial<WatcherRow> = {}): WatcherRow {
  const { condition, action } = spec;
  const leaf = priceLeafOf(condition);
  const test = leaf === undefined ? '' : `${leaf.field} ${ARROWS[leaf.test]} ${(leaf.level / 1e6).toFixed(2)}`;
  return {
    id: id as TriggerId,
    name: spec.name,
    symbol: action.contract.symbol,
    conId: action.contract.conId,
    life: 'armed',
    holding: false,
    rule: condition.kind === 'and' ? `${test} · to 15:30` : test,
    sentence: `When ${action.contract.symbol}'s last price crosses ${test}, ${action.side.toLowerCase()} ${String(action.quantity / 10_000)}.`,
    side: action.side,
    quantity: action.quantity,
    does: action.target === undefined && action.stop === undefined ? 'limit' : 'bracket',
    decimals: 2,
    ...placeOf(leaf?.level ?? null, last),
    comesBackFirst: false,
    truths: condition.kind === 'and' ? 'ft' : '',
    quoteAt: at,
    quoteTime: at,
    reason: 'Watching.',
    survives: 'no',
    armedBy: 'you',
    armedAt: at - 600_000,
    firedAt: null,
    armedTime: at - 600_000,
    firedTime: null,
    gen: 1,
    version: 3,
    targetPrice: action.target?.kind === 'price' ? action.target.price : null,
    stopPrice: action.stop?.kind === 'price' ? action.stop.price : null,
    spec,
    ...change,
  };
}

export function orderRow(key: string, of: Contract, state: OrderState, at: number, change: Partial<OrderRow> = {}): OrderRow {
  const working = ['SUBMITTED', 'UNKNOWN', 'ACCEPTED', 'HELD', 'PARTIALLY_FILLED', 'PENDING_CANCEL'].includes(state);
  const rest = minus(change.quantity ?? units(100), change.filled ?? units(0));
  return {
    key: key as OrderKey,
    parentKey: null,
    state,
    ibStatus:
      state === 'ACCEPTED' || state === 'PARTIALLY_FILLED'
        ? 'Submitted'
        : state === 'HELD'
          ? 'PreSubmitted'
          : state === 'FILLED'
            ? 'Filled'
            : null,
    conId: of.conId,
    symbol: of.symbol,
    side: 'BUY',
    type: 'LMT',
    tif: 'DAY',
    quantity: units(100),
    filled: units(0),
    limit: null,
    stop: null,
    trail: null,
    group: null,
    stopKind: null,
    avgFillPrice: null,
    decimals: 2,
    origin: 'trigger',
    originText: `${of.symbol}-1 · gen 1`,
    why: '',
    note: null,
    orderId: 17,
    permId: 1_530_442_911,
    ref: key.startsWith('TD1-') ? key : null,
    working,
    isEntry: key.endsWith('-E'),
    waits: false,
    takes: working ? rest : units(0),
    cancellable: ['ACCEPTED', 'HELD', 'PARTIALLY_FILLED', 'SUBMITTED'].includes(state),
    modifiable: ['ACCEPTED', 'HELD', 'PARTIALLY_FILLED'].includes(state),
    settleable: false,
    createdAt: at,
    createdTime: at,
    isOlder: false,
    updatedAt: at,
    version: 2,
    ...change,
  };
}

/** Shares held (short: below zero), their average price and what they are marked at, in USD. */
export interface Held {
  readonly count: number;
  readonly average: number;
  readonly mark: number;
}

export function positionRow(of: Contract, { count, average, mark }: Held, at: number, change: Partial<PositionRow> = {}): PositionRow {
  return {
    key: `${ACCOUNT}:${String(of.conId)}`,
    account: ACCOUNT,
    conId: of.conId,
    symbol: of.symbol,
    quantity: units(count),
    averagePrice: price(average),
    mark: price(mark),
    markAt: at,
    markTime: at,
    decimals: 2,
    unrealized: amount((mark - average) * count),
    realized: amount(0),
    commission: amount(1.24),
    unreported: 0,
    otherCurrency: 0,
    currency: 'USD',
    protectedQuantity: units(Math.abs(count)),
    brokerQuantity: units(count),
    external: null,
    externalSeen: true,
    brokerAverage: price(average),
    brokerAt: at,
    brokerTime: at,
    unprotected: units(0),
    asleep: units(0),
    closing: null,
    offer: null,
    ...change,
  };
}

/** Shares, and the price of one in USD. */
export interface Execution {
  readonly side: Side;
  readonly count: number;
  readonly value: number;
}

export function fillRow(id: string, of: Contract, { side, count, value }: Execution, at: number, change: Partial<FillRow> = {}): FillRow {
  return {
    execId: id,
    at,
    symbol: of.symbol,
    side,
    quantity: units(count),
    price: price(value),
    decimals: 2,
    orderKey: null,
    originText: `${of.symbol}-1 · gen 1`,
    commission: amount(1),
    realized: null,
    currency: change.commission === null ? null : 'USD',
    slippage: null,
    ...change,
  };
}

export function logRow(id: number, at: number, text: string, change: Partial<LogRow> = {}): LogRow {
  const about = { symbol: null, watcher: null, order: null } as const;
  return { id, at, level: 'info', text, detail: null, subject: null, ...about, seq: null, own: false, acknowledged: false, ...change };
}

export function adoptionRow(
  key: string,
  symbol: string,
  found: Pick<AdoptionRow, 'text' | 'detail'>,
  at: number,
  decisions: AdoptionRow['decisions'] = ['adopt', 'ignore', 'cancel'],
): AdoptionRow {
  return { key, kind: key.startsWith('position:') ? 'position' : 'order', ...found, symbol, at, time: at, decisions };
}

/** Figures of a day with one open position: marks and commissions differ, and one report has not come. */
function agreementOf(): StatusValue['agreement'] {
  const marks = { text: "at IB's own marks", amount: amount(1.8) };
  const costs = { text: 'commissions of what is open', amount: amount(-1.24) };
  return [
    { figure: 'realized', broker: amount(124.3), here: amount(124.3), parts: [], unexplained: amount(0), lasting: false, missing: [] },
    {
      figure: 'unrealized',
      broker: amount(188.1),
      here: amount(187.54),
      parts: [marks, costs],
      unexplained: amount(0),
      lasting: false,
      missing: [],
    },
    {
      figure: 'day',
      broker: amount(312.4),
      here: amount(311.84),
      parts: [marks, costs],
      unexplained: null,
      lasting: false,
      missing: ['the reports of 1 fill of AIG'],
    },
    {
      figure: 'net-liquidation',
      broker: amount(310.1),
      here: amount(310.1),
      parts: [],
      unexplained: amount(0),
      lasting: false,
      missing: [],
    },
  ];
}

export function statusValue(at: number): StatusValue {
  return {
    account: ACCOUNT,
    paper: true,
    simulated: false,
    engine: 'MANAGING',
    engineSince: at - 240_000,
    engineTime: at - 240_000,
    engineReason: 'An order of AIG-2 works.',
    offers: ['engine.pause', 'engine.stop', 'kill'],
    reduceRefusal: null,
    netLiquidation: amount(1_002_314.55),
    currency: 'USD',
    dayPnl: amount(312.4),
    unrealizedPnl: amount(188.1),
    realizedPnl: amount(124.3),
    agreement: agreementOf(),
    accountAt: at - 2_000,
    pnlAt: at - 400,
    dayPnlFault: null,
    tradingState: 'active',
    tradingReasons: [],
    standing: [],
    holds: [],
    dailyLossLimit: amount(2_500),
    exchangeTime: at,
    clockAt: at,
    session: 'rth',
    sessionEndsAt: Date.UTC(2013, 9, 8, 20, 0),
    lamps: [
      { name: 'TWS', state: 'ok', text: '12 ms', since: null, detail: 'Socket to TWS: heartbeat answered in 12 ms' },
      { name: 'IB', state: 'ok', text: '0.4 s', since: null, detail: 'TWS is connected to IB' },
      {
        name: 'hmds',
        state: 'warn',
        text: 'down',
        since: at - 14_000,
        detail: 'Historical data farm is down. Quotes and orders are not affected.',
      },
    ],
    ready: true,
    reconciled: true,
    problem: null,
    liveConfirmationNeeded: false,
    unknownOrders: 0,
    undecided: 0,
    reconciliation: {
      state: 'done',
      since: at - 4_045_000,
      steps: ['open orders', 'completed orders', 'executions', 'positions'].map((name) => ({ name, done: true })),
      text: '',
    },
    kill: null,
    cancelPlan: { own: { entries: 2, protective: 2 }, all: { entries: 3, protective: 2 } },
    rearmPhrase: null,
    hotkeys: [{ keys: 'Ctrl+Alt+K', action: 'KILL', registered: true }],
    orderRoundTrip: { p50: 41.2, p99: 96 },
    tickToOrder: { p50: 0.24, p99: 1.3 },
    linesUsed: 14,
    linesLimit: 100,
    messageRate: 3,
    messageLimit: 40,
    queue: 0,
    conflictRate: 0,
    loopDelayMs: 0.6,
    journal: { state: 'ok', text: 'journal-2013-10-08.ndjson', lagMs: 4 },
    build: '3f2a91c',
  };
}
