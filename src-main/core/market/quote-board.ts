import type { Contract } from '#domain/contract';
import type { ConId } from '#domain/ids';
import type { Price } from '#domain/price';
import type { Quantity } from '#domain/quantity';
import type { LiveType, Quote, QuoteFault, Tick } from '#domain/quote';
import type { SessionNow } from '#domain/session-time';
import { farmServes } from './farm.ts';
import { ASK, BID, LAST, LIVE, QuoteBook } from './quote-book.ts';
import { quoteFault } from './quote-fault.ts';
import type { SessionRange } from './session-range.ts';

export interface BoardCounters {
  /** Good prices folded. */
  readonly folded: number;
  /** NaN, ±∞, unset, or a price this contract cannot have: dropped before folding. */
  readonly dropped: number;
  /** −1 or 0: the field became unknown. */
  readonly noData: number;
  /** Ticks of a contract nobody follows. */
  readonly strangers: number;
  /** Ticks dated before the contract's newest one; folded all the same, in the order they came. */
  readonly backdated: number;
}

export interface QuoteCheck {
  /** Epoch ms. */
  readonly now: number;
  readonly maxAgeMs: number;
  /** Given only when the regular session is demanded. */
  readonly session?: SessionNow['session'];
}

/** Every followed contract's quote, folded tick by tick in O(1); the hot path of the desk. */
export class QuoteBoard {
  readonly #ended = new Set<ConId>();
  readonly #books = new Map<ConId, QuoteBook>();
  readonly #downFarms = new Set<string>();
  #dirty: ConId[] = [];
  #folded = 0;
  #dropped = 0;
  #noData = 0;
  #strangers = 0;
  #backdated = 0;

  /** Makes room for a contract; ticks of others are counted and dropped. Idempotent. */
  follow(contract: Contract): QuoteBook {
    let book = this.#books.get(contract.conId);
    if (book === undefined) {
      book = new QuoteBook(contract);
      book.farmUp = this.#farmUp(contract);
      this.#books.set(contract.conId, book);
    }
    return book;
  }

  /** Its stream has ended: the last figures stay, and get old. */
  ended(conId: ConId): void {
    this.#ended.add(conId);
  }

  /** A stream begins: what stands there from one that has ended is forgotten. */
  begins(conId: ConId): void {
    if (this.#ended.delete(conId)) this.forget(conId);
  }

  /** All figures are unknown again, the contract stays known. */
  forget(conId: ConId): void {
    const book = this.#books.get(conId);
    if (book === undefined) return;
    book.reset();
    this.#mark(book);
  }

  /** Folds a tick without testing any trigger. Undefined when nothing usable came of it (counted). */
  onTick(tick: Tick): QuoteBook | undefined {
    const book = this.#books.get(tick.conId);
    if (book === undefined) {
      this.#strangers += 1;
      return undefined;
    }
    // What is no price of this contract moved nothing, so there is nothing to catch up with.
    if (book.judge(tick.price, tick.size) !== -1) book.unseen = true;
    return this.fold(book, tick) ? book : undefined;
  }

  /** True when a good price was folded; false when the tick was dropped or only made its field unknown. */
  fold(book: QuoteBook, tick: Tick): boolean {
    const { field, price, at } = tick;
    const index = field === 'last' ? LAST : field === 'bid' ? BID : ASK;
    const verdict = book.judge(price, tick.size);
    if (verdict !== 1) {
      this.#refuse(book, index, verdict);
      return false;
    }
    if (at < book.updatedAt) this.#backdated += 1;
    book.fold(index, price, tick.size, at);
    this.#folded += 1;
    if (!book.dirty) this.#mark(book);
    return true;
  }

  #refuse(book: QuoteBook, index: 0 | 1 | 2, verdict: -1 | 0): void {
    if (verdict === -1) {
      this.#dropped += 1;
      return;
    }
    this.#noData += 1;
    book.lose(index);
    this.#mark(book);
  }

  /** A size is a sign of life like a price: the broker sends one with every price and alone when only the size changed. */
  onSize(conId: ConId, field: 'bid' | 'ask' | 'last', size: Quantity, at: number): void {
    const book = this.#books.get(conId);
    if (book === undefined) return;
    if (!Number.isSafeInteger(size) || size < 0) {
      this.#dropped += 1;
      return;
    }
    if (field === 'last') book.lastSize = size;
    else if (field === 'bid') book.bidSize = size;
    else book.askSize = size;
    if (book.updatedAt !== 0) book.updatedAt = at;
    this.#changed(book);
  }

  /** The close is the previous session's. With a trigger registry, give closes to `registry.onClose`, which calls this. */
  onFigure(conId: ConId, figure: 'open' | 'high' | 'low' | 'close', price: Price): void {
    const book = this.#books.get(conId);
    if (book === undefined) return;
    if (book.judge(price, 1) !== 1) {
      this.#dropped += 1;
      return;
    }
    book[figure] = price;
    this.#changed(book);
  }

  onVolume(conId: ConId, volume: Quantity): void {
    const book = this.#books.get(conId);
    if (book === undefined || !Number.isSafeInteger(volume) || volume < 0) return;
    book.volume = volume;
    this.#changed(book);
  }

  onHalted(conId: ConId, halted: boolean): void {
    const book = this.#books.get(conId);
    if (book === undefined) return;
    book.halted = halted;
    this.#changed(book);
  }

  onLiveType(conId: ConId, liveType: LiveType): void {
    const book = this.#books.get(conId);
    if (book === undefined) return;
    book.liveType = liveType;
    this.#changed(book);
  }

  /** 2103 / 2104 and their kin. */
  onFarm(name: string, up: boolean): void {
    if (up) this.#downFarms.delete(name);
    else this.#downFarms.add(name);
    for (const book of this.#books.values()) {
      const farmUp = this.#farmUp(book.contract);
      if (farmUp === book.farmUp) continue;
      book.farmUp = farmUp;
      this.#changed(book);
    }
  }

  #farmUp(contract: Contract): boolean {
    for (const farm of this.#downFarms) if (farmServes(farm, contract)) return false;
    return true;
  }

  /** The exchange's clock was set by so many ms, forward or back: what is on the board stays as old as it is. */
  clockSet(ms: number): void {
    for (const book of this.#books.values()) {
      if (book.updatedAt === 0) continue;
      book.updatedAt += ms;
      book.touch();
    }
  }

  /** After a reconnect, 1101 or data gap. With a trigger registry, call its `rebaseline`, which calls this. */
  rebaseline(conId?: ConId): void {
    for (const book of this.#books.values()) {
      if (conId !== undefined && book.contract.conId !== conId) continue;
      book.suspect();
      this.#mark(book);
    }
  }

  book(conId: ConId): QuoteBook | undefined {
    return this.#books.get(conId);
  }

  /** An immutable copy of the quote as it is now. */
  quote(conId: ConId): Quote | undefined {
    return this.#books.get(conId)?.view();
  }

  contract(conId: ConId): Contract | undefined {
    return this.#books.get(conId)?.contract;
  }

  conIds(): readonly ConId[] {
    return [...this.#books.keys()];
  }

  /** Why an order or trigger must not rely on this quote. After a gap at least one field must have been confirmed. */
  fault(conId: ConId, check: QuoteCheck): QuoteFault | undefined {
    const book = this.#books.get(conId);
    if (book === undefined) return 'none-yet';
    return quoteFault(book.view(), {
      ...check,
      mayBeNegative: book.mayBeNegative,
      farmUp: book.farmUp,
      baselined: [LAST, BID, ASK].some((field) => book.phase[field] === LIVE),
    });
  }

  range(conId: ConId): SessionRange {
    return this.#books.get(conId)?.range.range() ?? {};
  }

  #changed(book: QuoteBook): void {
    book.touch();
    this.#mark(book);
  }

  #mark(book: QuoteBook): void {
    if (book.dirty) return;
    book.dirty = true;
    this.#dirty.push(book.contract.conId);
  }

  /** Contracts that changed since the last call, in the order of their first change. For the projection to the screen. */
  takeDirty(): readonly ConId[] {
    const taken = this.#dirty;
    this.#dirty = [];
    for (const conId of taken) {
      const book = this.#books.get(conId);
      if (book !== undefined) book.dirty = false;
    }
    return taken;
  }

  counters(): BoardCounters {
    return {
      folded: this.#folded,
      dropped: this.#dropped,
      noData: this.#noData,
      strangers: this.#strangers,
      backdated: this.#backdated,
    };
  }
}
