import type { Book } from '../market/book.ts';
import type { Listing } from '#simulator/model/instrument';
import type { MarketTick, TickField } from '#simulator/model/tick';
import { sessionAt } from '../calendar/trading-day.ts';
import type { ContractQuery } from '../wire/contract-query.ts';
import { priceText, quantityText } from '../wire/figure.ts';
import {
  errorMessage,
  marketDataType,
  tickGeneric,
  tickPrice,
  tickReqParams,
  tickSize,
  tickSnapshotEnd,
  tickString,
} from '../wire/message.ts';
import type { Session, Sessions } from './session.ts';

interface TickIds {
  readonly bid: readonly [price: number, size: number];
  readonly ask: readonly [price: number, size: number];
  readonly last: readonly [price: number, size: number];
  readonly high: number;
  readonly low: number;
  readonly volume: number;
  readonly close: number;
  readonly open: number;
  readonly time: number;
}

const LIVE: TickIds = { bid: [1, 0], ask: [2, 3], last: [4, 5], high: 6, low: 7, volume: 8, close: 9, open: 14, time: 45 };
const DELAYED: TickIds = { bid: [66, 69], ask: [67, 70], last: [68, 71], high: 72, low: 73, volume: 74, close: 75, open: 76, time: 88 };

interface Subscription {
  readonly session: Session;
  readonly reqId: number;
  readonly ids: TickIds;
}

/** Volume is told with every so many trades; prices with every tick. */
const VOLUME_EVERY = 20;

export interface MarketDeskOptions {
  /** What the account may see: live prices, or delayed ones only. */
  readonly permission: 'live' | 'delayed';
  readonly maxTickers: number;
}

/** Market data lines: one tickPrice for each line of the tape, never coalesced, with what TWS sends around it. */
export class MarketDesk {
  readonly #sessions: Pick<Sessions, 'send'>;
  readonly #listing: Listing;
  readonly #books: ReadonlyMap<number, Book>;
  readonly #options: MarketDeskOptions;
  readonly #now: () => number;
  readonly #lines = new Map<number, Subscription[]>();
  /** A fault script's word on the type of all data; undefined for the truth. */
  forcedType: number | undefined;

  constructor(
    sessions: Pick<Sessions, 'send'>,
    listing: Listing,
    books: ReadonlyMap<number, Book>,
    options: MarketDeskOptions,
    now: () => number,
  ) {
    this.#sessions = sessions;
    this.#listing = listing;
    this.#books = books;
    this.#options = options;
    this.#now = now;
  }

  subscribe(session: Session, reqId: number, contract: ContractQuery, snapshot: boolean): void {
    const tell = (text: string): void => this.#sessions.send(session.clientId, text);
    const instrument = this.#listing.find(contract);
    const book = instrument === undefined ? undefined : this.#books.get(instrument.conId);
    if (instrument === undefined || book === undefined) {
      tell(errorMessage(reqId, 200, 'No security definition has been found for the request'));
      return;
    }
    const own = [...this.#lines.values()].flat().filter((line) => line.session === session);
    if (own.some((line) => line.reqId === reqId)) {
      tell(errorMessage(reqId, 102, 'Duplicate ticker ID.'));
      return;
    }
    if (!snapshot && own.length >= this.#options.maxTickers) {
      tell(errorMessage(reqId, 101, 'Max number of tickers has been reached'));
      return;
    }
    const type = this.#typeFor(session);
    if (type === undefined) {
      tell(errorMessage(reqId, 354, 'Requested market data is not subscribed. Delayed market data is available.'));
      return;
    }
    if (type >= 3 && this.#options.permission === 'delayed')
      tell(errorMessage(reqId, 10_167, 'Requested market data is not subscribed. Displaying delayed market data.'));
    const line = { session, reqId, ids: type >= 3 ? DELAYED : LIVE };
    tell(marketDataType(reqId, type));
    tell(tickReqParams(reqId, instrument.minTick));
    this.#tellSoFar(line, book);
    if (snapshot) {
      tell(tickSnapshotEnd(reqId));
      return;
    }
    const lines = this.#lines.get(instrument.conId);
    if (lines === undefined) this.#lines.set(instrument.conId, [line]);
    else lines.push(line);
  }

  cancel(session: Session, reqId: number): void {
    if (!this.#remove((line) => line.session === session && line.reqId === reqId)) {
      this.#sessions.send(session.clientId, errorMessage(reqId, 300, `Can't find EId with tickerId:${reqId}`));
    }
  }

  closed(session: Session): void {
    this.#remove((line) => line.session === session);
  }

  /** `book` has the tick already. */
  tick(tick: MarketTick, book: Book): void {
    const lines = this.#lines.get(book.instrument.conId);
    if (lines === undefined) return;
    const price = priceText(tick.price);
    const size = quantityText(tick.size);
    for (const line of lines) {
      if (tick.field === 'last') this.#tell(line, tickString(line.reqId, line.ids.time, String(Math.floor(tick.at / 1000))));
      this.#tellPrice(line, tick.field, price, size);
      if (tick.field !== 'last') continue;
      if (book.trades === 1) this.#tell(line, tickPrice(line.reqId, line.ids.open, price, '0'));
      if (tick.price === book.high) this.#tellExtreme(line, line.ids.high, price, book, 'high');
      if (tick.price === book.low) this.#tellExtreme(line, line.ids.low, price, book, 'low');
      if (book.trades % VOLUME_EVERY === 0) this.#tell(line, tickSize(line.reqId, line.ids.volume, quantityText(book.volume)));
    }
    if (tick.field === 'last') this.#extremes.set(book, { high: book.high, low: book.low });
  }

  /** Any text as a price, to every line of the instrument; the book does not hear of it. */
  inject(conId: number, field: TickField, price: string, size: string): void {
    for (const line of this.#lines.get(conId) ?? []) this.#tellPrice(line, field, price, size);
  }

  halted(conId: number, halted: boolean): void {
    for (const line of this.#lines.get(conId) ?? []) this.#tell(line, tickGeneric(line.reqId, 49, halted ? '1' : '0'));
  }

  /** Says the type anew on every line, after the script changed it. */
  retype(): void {
    for (const line of [...this.#lines.values()].flat()) this.#tell(line, marketDataType(line.reqId, this.#typeFor(line.session) ?? 1));
  }

  readonly #extremes = new Map<Book, { readonly high: number | undefined; readonly low: number | undefined }>();

  #tellExtreme(line: Subscription, id: number, price: string, book: Book, which: 'high' | 'low'): void {
    if (this.#extremes.get(book)?.[which] !== book[which]) this.#tell(line, tickPrice(line.reqId, id, price, '0'));
  }

  #tellSoFar(line: Subscription, book: Book): void {
    const { ids, reqId } = line;
    this.#tell(line, tickGeneric(reqId, 49, book.halted ? '1' : '0'));
    if (book.close !== undefined) this.#tell(line, tickPrice(reqId, ids.close, priceText(book.close), '0'));
    if (book.bid !== undefined) this.#tellPrice(line, 'bid', priceText(book.bid), quantityText(book.bidSize));
    if (book.ask !== undefined) this.#tellPrice(line, 'ask', priceText(book.ask), quantityText(book.askSize));
    if (book.last === undefined) return;
    this.#tell(line, tickString(reqId, ids.time, String(Math.floor(book.lastAt / 1000))));
    this.#tellPrice(line, 'last', priceText(book.last), quantityText(book.lastSize));
    for (const [id, price] of [
      [ids.open, book.open],
      [ids.high, book.high],
      [ids.low, book.low],
    ] as const) {
      if (price !== undefined) this.#tell(line, tickPrice(reqId, id, priceText(price), '0'));
    }
    this.#tell(line, tickSize(reqId, ids.volume, quantityText(book.volume)));
  }

  /** The size comes inside the price and once more on its own, as from TWS. */
  #tellPrice(line: Subscription, field: TickField, price: string, size: string): void {
    const [priceId, sizeId] = line.ids[field];
    this.#tell(line, tickPrice(line.reqId, priceId, price, size));
    this.#tell(line, tickSize(line.reqId, sizeId, size));
  }

  #tell(line: Subscription, text: string): void {
    this.#sessions.send(line.session.clientId, text);
  }

  /** Who has live data gets it also when asking for delayed; frozen data only while the market is closed. Undefined: not permitted. */
  #typeFor(session: Session): number | undefined {
    if (this.forcedType !== undefined) return this.forcedType;
    const closed = sessionAt(this.#now()) === 'closed';
    const wanted = session.marketDataType;
    if (this.#options.permission === 'live') return closed && (wanted === 2 || wanted === 4) ? 2 : 1;
    if (wanted < 3) return undefined;
    return closed && wanted === 4 ? 4 : 3;
  }

  #remove(which: (line: Subscription) => boolean): boolean {
    let found = false;
    for (const [conId, lines] of this.#lines) {
      const kept = lines.filter((line) => !which(line));
      found ||= kept.length < lines.length;
      if (kept.length === 0) this.#lines.delete(conId);
      else this.#lines.set(conId, kept);
    }
    return found;
  }
}
