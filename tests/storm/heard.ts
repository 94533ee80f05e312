import type { QuoteInfo } from '#core/ports/market-data';
import type { Amount } from '#domain/money';
import type { LiveType, Tick } from '#domain/quote';
import type { Judge } from './judge.ts';
import type { JudgedLife } from './judged.ts';
import type { Told } from './told.ts';

export interface Market {
  readonly bid: number | undefined;
  readonly ask: number | undefined;
  readonly last: number | undefined;
}

/** A chunk has a bid, an ask and a last; the market before it is kept too. */
const RECENT = 4;

/** One contract's figures as they were told; prices in 1e-6, times in virtual ms. */
export interface HeardQuote {
  bid: number | undefined;
  ask: number | undefined;
  last: number | undefined;
  /** The market after each of the newest ticks, the newest last: what fires in a chunk of ticks fires on the market of its own tick. */
  recent: readonly Market[];
  /** Of the newest tick. */
  at: number;
  liveType: LiveType;
  halted: boolean;
}

const LOST_IB = 1100;
const FOUND_IB: ReadonlySet<number> = new Set([1101, 1102]);

/**
 * What TWS has told the present life, kept apart from the desk: quotes, the day's profit and loss, and whether TWS has IB. A gap in what is
 * told wipes the quotes: what was told before it is no market any more.
 */
export class Heard implements Judge {
  readonly #now: () => number;
  readonly quotes = new Map<number, HeardQuote>();
  /** The newest figure of the day since the connection that tells it stands, and when it was told. */
  daily: { readonly figure: Amount | undefined; readonly at: number } | undefined;
  /** When the connections were last built anew or IB was found again, virtual ms. */
  gapAt = 0;
  readonly #open = new Set<number>();
  readonly #withoutIb = new Set<number>();

  constructor(now: () => number) {
    this.#now = now;
  }

  /** Every open client was told that TWS has lost IB, and not that it has found it. */
  get ibLost(): boolean {
    return this.#open.size > 0 && [...this.#open].every((clientId) => this.#withoutIb.has(clientId));
  }

  quote(conId: number): HeardQuote | undefined {
    return this.quotes.get(conId);
  }

  born(): void {
    this.quotes.clear();
    this.#open.clear();
    this.#withoutIb.clear();
    this.daily = undefined;
  }

  told(_life: JudgedLife, clientId: number, told: Told): void {
    if (told.kind === 'opened') this.#open.add(clientId);
    if (told.kind === 'closed') {
      this.#open.delete(clientId);
      this.#withoutIb.delete(clientId);
      // The figure is told on the connection of client 0.
      if (clientId === 0) this.daily = undefined;
      this.#gap();
    }
    if (told.kind === 'notice' && told.code === LOST_IB) this.#withoutIb.add(clientId);
    if (told.kind === 'notice' && FOUND_IB.has(told.code)) {
      this.#withoutIb.delete(clientId);
      this.#gap();
    }
    if (told.kind === 'news' && told.news.kind === 'pnl') this.daily = { figure: told.news.daily, at: this.#now() };
  }

  tick(_life: JudgedLife, { conId, field, price }: Tick): void {
    const quote = this.#quoteOf(conId);
    quote[field] = price < 0 ? undefined : price;
    quote.at = this.#now();
    quote.recent = [...quote.recent.slice(1 - RECENT), { bid: quote.bid, ask: quote.ask, last: quote.last }];
  }

  info(_life: JudgedLife, conId: number, info: QuoteInfo): void {
    const quote = this.#quoteOf(conId);
    if (info.kind === 'halted') quote.halted = info.halted;
    if (info.kind === 'live-type') quote.liveType = info.liveType;
    if (info.kind === 'no-data') quote[info.field] = undefined;
  }

  baseline(_life: JudgedLife, conId: number, again: boolean): void {
    if (again) this.#wipe(this.#quoteOf(conId));
  }

  #gap(): void {
    this.gapAt = this.#now();
    for (const quote of this.quotes.values()) this.#wipe(quote);
  }

  #wipe(quote: HeardQuote): void {
    quote.bid = quote.ask = quote.last = undefined;
    quote.recent = [];
  }

  #quoteOf(conId: number): HeardQuote {
    let quote = this.quotes.get(conId);
    if (quote === undefined) {
      quote = {
        bid: undefined,
        ask: undefined,
        last: undefined,
        recent: [],
        at: Number.NEGATIVE_INFINITY,
        liveType: 'live',
        halted: false,
      };
      this.quotes.set(conId, quote);
    }
    return quote;
  }
}
