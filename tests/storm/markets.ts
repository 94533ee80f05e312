import { priceOf } from '#domain/price';
import { units, ZERO } from '#domain/quantity';
import { scale } from '#domain/scaled';
import type { Book } from '#simulator/market/book';
import type { Instrument, Listing } from '#simulator/model/instrument';
import type { Random } from '#simulator/model/random';
import type { MarketTick } from '#simulator/model/tick';
import { Sky } from './sky.ts';
import { contractOf, type Told } from './told.ts';

const CENT = priceOf(0.01);
const BEGINS_AT = 18_000;

/** The markets of a storm: how each moves, how it shows itself, and what the data client hears of it. */
export class Markets {
  /** By conId. */
  readonly skies: ReadonlyMap<number, Sky>;
  readonly #listing: Listing;
  readonly #books: ReadonlyMap<number, Book>;
  readonly #random: Random;
  readonly #tell: (told: Told) => void;
  /** Cents. */
  readonly #mids = new Map<string, number>();

  /** `tell` reaches the data client while TWS has IB. */
  constructor(listing: Listing, books: ReadonlyMap<number, Book>, random: Random, tell: (told: Told) => void) {
    this.#listing = listing;
    this.#books = books;
    this.#random = random;
    this.#tell = tell;
    this.skies = new Map(listing.all.map(({ conId }) => [conId, new Sky()]));
    for (const { symbol } of listing.all) this.#mids.set(symbol, BEGINS_AT);
  }

  midOf(symbol: string): number {
    return this.#mids.get(symbol) ?? BEGINS_AT;
  }

  /** Quotes and a trade around a new middle; the book that orders are matched against now, if they may be. */
  move(symbol: string, at: number): Book | undefined {
    const instrument = this.#listing.bySymbol(symbol)!;
    const sky = this.skies.get(instrument.conId)!;
    if (sky.silent) return undefined;
    const book = this.#books.get(instrument.conId)!;
    const before = this.midOf(symbol);
    const pull = before > 18_030 ? -1 : before < 17_970 ? 1 : 0;
    const mid = before + this.#random.between(-3, 3) + pull + sky.takeJump();
    this.#mids.set(symbol, mid);
    const prices = sky.shown({ bid: mid - 1, ask: mid + 1, last: mid + this.#random.between(-1, 1) });
    for (const field of ['bid', 'ask', 'last'] as const) {
      const cents = prices[field];
      const size = units(this.#random.between(5, 90));
      if (cents === undefined) this.#quoteNothing(instrument, book, { at, symbol, field, price: scale(CENT, 0), size: ZERO });
      else this.#quote(instrument, book, { at, symbol, field, price: scale(CENT, cents), size });
    }
    return book;
  }

  tick(tick: MarketTick): Book {
    const instrument = this.#listing.bySymbol(tick.symbol)!;
    const book = this.#books.get(instrument.conId)!;
    if (tick.field === 'last') this.#mids.set(tick.symbol, Math.round(tick.price / CENT));
    this.#quote(instrument, book, tick);
    return book;
  }

  #quote(instrument: Instrument, book: Book, tick: MarketTick): void {
    const { field, price, size } = tick;
    book.apply(tick);
    const { conId } = contractOf(instrument);
    const sky = this.skies.get(conId);
    if (sky?.muted === true) return;
    if (sky?.shape === 'garbage') this.#tell({ kind: 'malformed', conId });
    else this.#tell({ kind: 'tick', conId, field, price, size });
  }

  /** A side of the market that is empty: the adapter reads 0 and −1 as that. Nothing trades against it; the last trade stays what it was. */
  #quoteNothing(instrument: Instrument, book: Book, tick: MarketTick): void {
    if (tick.field !== 'last') book.apply(tick);
    const { conId } = contractOf(instrument);
    if (this.skies.get(conId)?.muted !== true) this.#tell({ kind: 'quote-info', conId, info: { kind: 'no-data', field: tick.field } });
  }

  /** Whether a contract is halted, and of what kind its data are: as streams begin, and when it changes. Never of one that always was as usual. */
  tellStanding(): void {
    for (const instrument of this.#listing.all) {
      const { conId } = contractOf(instrument);
      const sky = this.skies.get(conId);
      if (sky?.isTold !== true) continue;
      this.#tell({ kind: 'quote-info', conId, info: { kind: 'halted', halted: sky.halted } });
      this.#tell({ kind: 'quote-info', conId, info: { kind: 'live-type', liveType: sky.liveType } });
    }
  }

  halt(conId: number, halted: boolean): void {
    const sky = this.skies.get(conId)!;
    sky.halted = halted;
    sky.isTold = true;
    this.#books.get(conId)!.halted = halted;
    this.tellStanding();
  }

  turn(conId: number, liveType: Sky['liveType']): void {
    const sky = this.skies.get(conId)!;
    sky.liveType = liveType;
    sky.isTold = true;
    this.tellStanding();
  }
}
