import { type Price, priceOf } from '#domain/price';

/** What the simulated exchange trades. Stocks only, in dollars. */
export interface Instrument {
  readonly conId: number;
  readonly symbol: string;
  readonly secType: string;
  readonly exchange: string;
  readonly primaryExchange: string;
  readonly currency: string;
  readonly tradingClass: string;
  readonly longName: string;
  readonly industry: string;
  readonly multiplier: number;
  readonly minTick: Price;
}

const CENT = priceOf(0.01);

/** Names for well-known tickers; the ids are the simulator's own, stable for ever. */
const KNOWN: Readonly<Record<string, readonly [conId: number, longName: string, primary: string, industry: string]>> = {
  IBM: [8_314, 'INTL BUSINESS MACHINES CORP', 'NYSE', 'Technology'],
  BAC: [10_098, 'BANK OF AMERICA CORP', 'NYSE', 'Financial'],
  AIG: [61_319, 'AMERICAN INTERNATIONAL GROUP', 'NYSE', 'Financial'],
  SPY: [756_733, 'SPDR S&P 500 ETF TRUST', 'ARCA', 'Funds'],
  GOOG: [208_813_720, 'ALPHABET INC-CL C', 'NASDAQ', 'Communications'],
  AAPL: [265_598, 'APPLE INC', 'NASDAQ', 'Technology'],
  MSFT: [272_093, 'MICROSOFT CORP', 'NASDAQ', 'Technology'],
  NVDA: [4_815_747, 'NVIDIA CORP', 'NASDAQ', 'Technology'],
  TSLA: [76_792_991, 'TESLA INC', 'NASDAQ', 'Consumer, Cyclical'],
  AMZN: [3_691_937, 'AMAZON.COM INC', 'NASDAQ', 'Consumer, Cyclical'],
  META: [107_113_386, 'META PLATFORMS INC-CLASS A', 'NASDAQ', 'Communications'],
  QQQ: [320_227_571, 'INVESCO QQQ TRUST SERIES 1', 'NASDAQ', 'Funds'],
  AMD: [4_391, 'ADVANCED MICRO DEVICES', 'NASDAQ', 'Technology'],
};

export function stock(symbol: string): Instrument {
  const [conId, longName, primaryExchange, industry] = KNOWN[symbol] ?? [hashedConId(symbol), `${symbol} (SIMULATED)`, 'NYSE', 'Simulated'];
  return {
    conId,
    symbol,
    secType: 'STK',
    exchange: 'SMART',
    primaryExchange,
    currency: 'USD',
    tradingClass: symbol,
    longName,
    industry,
    multiplier: 1,
    minTick: CENT,
  };
}

/** FNV-1a, folded into the range of real contract ids. */
function hashedConId(symbol: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < symbol.length; i++) hash = Math.imul(hash ^ symbol.charCodeAt(i), 0x01000193) >>> 0;
  return 900_000_000 + (hash % 90_000_000);
}

/** Finds instruments by what clients know of them. */
export class Listing {
  readonly all: readonly Instrument[];
  readonly #byId: ReadonlyMap<number, Instrument>;
  readonly #bySymbol: ReadonlyMap<string, Instrument>;

  constructor(symbols: readonly string[]) {
    this.all = [...new Set(symbols)].map(stock);
    this.#byId = new Map(this.all.map((one) => [one.conId, one]));
    this.#bySymbol = new Map(this.all.map((one) => [one.symbol, one]));
  }

  byId(conId: number): Instrument | undefined {
    return this.#byId.get(conId);
  }

  bySymbol(symbol: string): Instrument | undefined {
    return this.#bySymbol.get(symbol.toUpperCase());
  }

  /** The one instrument meant, or nothing: TWS answers error 200 then. An id decides alone; otherwise symbol, type and currency must fit. */
  find(query: {
    readonly conId: number;
    readonly symbol: string;
    readonly secType: string;
    readonly currency: string;
    readonly localSymbol: string;
  }): Instrument | undefined {
    if (query.conId !== 0) return this.#byId.get(query.conId);
    const found = this.bySymbol(query.symbol === '' ? query.localSymbol : query.symbol);
    if (found === undefined || query.secType.toUpperCase() !== found.secType) return undefined;
    return query.currency === '' || query.currency === found.currency ? found : undefined;
  }

  /** Symbol prefix first, then any word of the name; at most 16, as TWS. */
  matching(pattern: string): readonly Instrument[] {
    const wanted = pattern.trim().toUpperCase();
    if (wanted === '') return [];
    const bySymbol = this.all.filter((one) => one.symbol.startsWith(wanted));
    const byName = this.all.filter((one) => !bySymbol.includes(one) && one.longName.includes(wanted));
    return [...bySymbol, ...byName].slice(0, 16);
  }
}
