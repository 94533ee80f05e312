import { type Price, priceOf } from '#domain/price';
import { units } from '#domain/quantity';
import { scale } from '#domain/scaled';
import { fromLocal } from '../calendar/new-york.ts';
import { nextTradingDay, tradingHours } from '../calendar/trading-day.ts';
import { Random } from '#simulator/model/random';
import type { MarketTick, TickSource } from '#simulator/model/tick';

export interface SyntheticStock {
  readonly symbol: string;
  readonly price: Price;
  /** Quote changes and trades per second, on average. */
  readonly rate: number;
  /** Typical size of a step, in 1e-6 of the price. */
  readonly step: number;
  /** Usual distance of bid and ask, in cents. */
  readonly spread: number;
}

export interface SyntheticOptions {
  readonly seed: number;
  readonly stocks: readonly SyntheticStock[];
  /** First trading day, in days since the epoch. */
  readonly day: number;
  /** Minutes of each day that are played, from 09:30; 390 is all of it. */
  readonly minutes: number;
  /** Days to play before it ends; Infinity for ever. */
  readonly days: number;
}

const CENT = priceOf(0.01);
const MINUTE = 60_000;

interface Walk {
  readonly stock: SyntheticStock;
  /** The price one would call fair, in 1e-6. */
  fair: number;
  drift: number;
  bid: number;
  ask: number;
  bidLots: number;
  askLots: number;
  nextAt: number;
}

/** An invented market: each stock's fair price wanders with changing drift, quotes follow it in whole cents, trades hit them. */
export class SyntheticSource implements TickSource {
  readonly symbols: readonly string[];
  readonly #random: Random;
  readonly #walks: readonly Walk[];
  readonly #minutes: number;
  #daysLeft: number;
  #day: number;
  #until: number;
  readonly #ready: MarketTick[] = [];

  constructor(options: SyntheticOptions) {
    this.symbols = options.stocks.map((stock) => stock.symbol);
    this.#random = new Random(options.seed);
    this.#minutes = options.minutes;
    this.#daysLeft = options.days;
    this.#day = options.day;
    const open = openOf(options.day);
    this.#until = open + options.minutes * MINUTE;
    this.#walks = options.stocks.map((stock) => ({
      stock,
      fair: stock.price,
      drift: 0,
      bid: 0,
      ask: 0,
      bidLots: 1,
      askLots: 1,
      nextAt: open,
    }));
  }

  peek(): MarketTick | undefined {
    while (this.#ready.length === 0) if (!this.#play()) return undefined;
    return this.#ready[0];
  }

  take(): MarketTick | undefined {
    const tick = this.peek();
    if (tick !== undefined) this.#ready.shift();
    return tick;
  }

  #play(): boolean {
    const [first] = this.#walks;
    if (first === undefined || this.#daysLeft <= 0) return false;
    const walk = this.#walks.reduce((soonest, other) => (other.nextAt < soonest.nextAt ? other : soonest), first);
    if (walk.nextAt >= this.#until) {
      if (--this.#daysLeft <= 0) return false;
      this.#day = nextTradingDay(this.#day);
      const open = openOf(this.#day);
      this.#until = open + this.#minutes * MINUTE;
      for (const one of this.#walks) one.nextAt = open;
      return true;
    }
    this.#event(walk);
    walk.nextAt += 1 + Math.floor((this.#random.next() * 2000) / walk.stock.rate);
    return true;
  }

  #event(walk: Walk): void {
    const random = this.#random;
    if (random.chance(0.004)) walk.drift = (random.next() - 0.5) * 0.3;
    const step = (random.next() + random.next() + random.next() - 1.5 + walk.drift) * walk.stock.step;
    // A weak pull back to the first price keeps a market that runs for weeks in sight of it.
    const pull = ((walk.stock.price - walk.fair) / walk.stock.price) * 0.0004;
    walk.fair += (walk.fair * step) / 1_000_000 + walk.fair * pull;
    const wide = walk.stock.spread + (random.chance(0.2) ? 1 : 0);
    const bid = Math.max(1, Math.round(walk.fair / CENT - wide / 2));
    const ask = bid + wide;
    if (bid !== walk.bid || ask !== walk.ask) this.#requote(walk, bid, ask);
    else if (random.chance(0.45)) this.#trade(walk);
    else if (random.chance(0.5)) this.#tick(walk, 'bid', walk.bid, (walk.bidLots = this.#lots()));
    else this.#tick(walk, 'ask', walk.ask, (walk.askLots = this.#lots()));
  }

  /** The side that makes room moves first, so that the quote never crosses. */
  #requote(walk: Walk, bid: number, ask: number): void {
    const up = ask > walk.ask;
    const [bidMoved, askMoved] = [bid !== walk.bid, ask !== walk.ask];
    if (askMoved && up) this.#tick(walk, 'ask', ask, (walk.askLots = this.#lots()));
    if (bidMoved) this.#tick(walk, 'bid', bid, (walk.bidLots = this.#lots()));
    if (askMoved && !up) this.#tick(walk, 'ask', ask, (walk.askLots = this.#lots()));
    walk.bid = bid;
    walk.ask = ask;
    if (this.#random.chance(0.25)) this.#trade(walk);
  }

  #trade(walk: Walk): void {
    const atAsk = this.#random.chance(0.5 + walk.drift / 2);
    const lots = Math.min(this.#random.between(1, 4), atAsk ? walk.askLots : walk.bidLots);
    this.#tick(walk, 'last', atAsk ? walk.ask : walk.bid, lots);
  }

  #lots(): number {
    const small = this.#random.between(1, 6);
    return this.#random.chance(0.15) ? small * 5 : small;
  }

  #tick(walk: Walk, field: MarketTick['field'], cents: number, lots: number): void {
    this.#ready.push({ at: walk.nextAt, symbol: walk.stock.symbol, field, price: scale(CENT, cents), size: units(100 * lots) });
  }
}

function openOf(day: number): number {
  return tradingHours(day)?.open ?? fromLocal(day, 570 * MINUTE);
}

/** Invented prices near those of well-known stocks. */
export const DEMO_STOCKS: readonly SyntheticStock[] = [
  { symbol: 'AAPL', price: priceOf(247.3), rate: 3.2, step: 70, spread: 1 },
  { symbol: 'MSFT', price: priceOf(512.4), rate: 2.6, step: 55, spread: 3 },
  { symbol: 'NVDA', price: priceOf(187.6), rate: 3.6, step: 95, spread: 1 },
  { symbol: 'TSLA', price: priceOf(431.2), rate: 3.4, step: 110, spread: 4 },
  { symbol: 'SPY', price: priceOf(668.5), rate: 3.4, step: 25, spread: 1 },
  { symbol: 'AMZN', price: priceOf(226.1), rate: 2.6, step: 65, spread: 1 },
  { symbol: 'IBM', price: priceOf(284.9), rate: 1.8, step: 50, spread: 3 },
  { symbol: 'BAC', price: priceOf(51.24), rate: 2.0, step: 60, spread: 1 },
];
