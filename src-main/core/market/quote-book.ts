import { type Contract, mayTradeBelowZero } from '#domain/contract';
import { type Price, trustedPrice } from '#domain/price';
import type { LiveType, Quote, QuoteField } from '#domain/quote';
import type { Quantity } from '#domain/quantity';
import { SessionRangeTracker } from './session-range.ts';

/** Fields by number: the tick path indexes typed arrays with them. */
export const LAST = 0;
export const BID = 1;
export const ASK = 2;
export const MID = 3;
export type FieldIndex = 0 | 1 | 2 | 3;

export const FIELD_NAMES: readonly [QuoteField, QuoteField, QuoteField, QuoteField] = ['last', 'bid', 'ask', 'mid'];

export function fieldIndex(field: QuoteField): FieldIndex {
  return field === 'last' ? LAST : field === 'bid' ? BID : field === 'ask' ? ASK : MID;
}

/**
 * How far a field is trusted. FRESH: no price since the subscription began. LIVE: usable. SUSPECT: a reconnect or data gap
 * wiped it and no price has come since. CONFIRMING: one price has come since, which is only a baseline.
 */
const FRESH = 0;
export const LIVE = 1;
export const SUSPECT = 2;
export const CONFIRMING = 3;

/**
 * What the newest fold did to a field. FIRST: first price since the subscription. BASELINE: first one after a re-baselining.
 * RETURNED: the second one after it, or the first after "no data". LOST: the price became unknown.
 */
export const STILL = 0;
export const MOVED = 1;
export const FIRST = 2;
export const BASELINE = 3;
export const RETURNED = 4;
const LOST = 5;

/** IB spells "no data" as −1. */
const NO_DATA = -1_000_000;

/**
 * One contract's figures, mutable inside: this object is touched on every tick. Prices are scaled integers, NaN is unknown.
 * Only core/market writes to it; core/trigger reads its arrays.
 */
export class QuoteBook {
  readonly contract: Contract;
  readonly mayBeNegative: boolean;
  readonly price = new Float64Array(4).fill(Number.NaN);
  /** The price before the newest fold. */
  readonly from = new Float64Array(4).fill(Number.NaN);
  readonly move = new Uint8Array(4);
  readonly phase = new Uint8Array(4);
  bidSize: Quantity | undefined = undefined;
  askSize: Quantity | undefined = undefined;
  lastSize: Quantity | undefined = undefined;
  open: Price | undefined = undefined;
  high: Price | undefined = undefined;
  low: Price | undefined = undefined;
  close: Price | undefined = undefined;
  volume: Quantity | undefined = undefined;
  halted = false;
  liveType: LiveType = 'live';
  farmUp = true;
  /** Epoch ms of the newest price or size; 0 when none has come. */
  updatedAt = 0;
  dirty = false;
  /** A price was folded that the trigger registry has not seen. */
  unseen = false;
  readonly range = new SessionRangeTracker();
  #view: Quote | undefined = undefined;

  constructor(contract: Contract) {
    this.contract = contract;
    this.mayBeNegative = mayTradeBelowZero(contract);
  }

  /** A good price of one of the three quoted fields; moves mid as well when it is a bid or an ask. */
  fold(field: 0 | 1 | 2, price: number, size: Quantity | undefined, at: number): void {
    this.updatedAt = at;
    this.#view = undefined;
    this.#step(field, price);
    if (field === LAST) {
      this.range.trade(price, at);
      if (size !== undefined) this.lastSize = size;
      return;
    }
    if (size !== undefined) {
      if (field === BID) this.bidSize = size;
      else this.askSize = size;
    }
    const sum = (this.price[BID] as number) + (this.price[ASK] as number);
    if (sum === sum) this.#step(MID, Math.floor(sum / 2));
    else this.move[MID] = STILL;
  }

  /** "No data" for a field: its price is unknown until the next good one. Does not count as a sign of life. */
  lose(field: 0 | 1 | 2): void {
    this.#view = undefined;
    this.#drop(field);
    if (field !== LAST) this.#drop(MID);
    if (field === BID) this.bidSize = undefined;
    else if (field === ASK) this.askSize = undefined;
  }

  #step(field: FieldIndex, price: number): void {
    const before = this.price[field] as number;
    this.from[field] = before;
    this.price[field] = price;
    switch (this.phase[field]) {
      case LIVE:
        this.move[field] = before === price ? STILL : before === before ? MOVED : RETURNED;
        return;
      case FRESH:
        this.phase[field] = LIVE;
        this.move[field] = FIRST;
        return;
      case SUSPECT:
        this.phase[field] = CONFIRMING;
        this.move[field] = BASELINE;
        return;
      default:
        this.phase[field] = LIVE;
        this.move[field] = RETURNED;
    }
  }

  #drop(field: FieldIndex): void {
    const before = this.price[field] as number;
    this.from[field] = before;
    this.move[field] = before === before ? LOST : STILL;
    this.price[field] = Number.NaN;
  }

  /** After a reconnect or data gap: every price is unknown and must be confirmed by a second one. */
  suspect(): void {
    this.#wipe();
    // A field that has never spoken has nothing that a gap could have hidden.
    for (let field = 0; field < 4; field += 1) if (this.phase[field] !== FRESH) this.phase[field] = SUSPECT;
  }

  /** As if never subscribed. */
  reset(): void {
    this.#wipe();
    this.phase.fill(FRESH);
    this.updatedAt = 0;
    this.halted = false;
    this.lastSize = undefined;
  }

  #wipe(): void {
    this.#view = undefined;
    this.price.fill(Number.NaN);
    this.from.fill(Number.NaN);
    this.move.fill(STILL);
    this.bidSize = undefined;
    this.askSize = undefined;
  }

  touch(): void {
    this.#view = undefined;
  }

  /** 1: a usable price; 0: "no data"; −1: not a price of this contract. */
  judge(price: number, size: number | undefined): -1 | 0 | 1 {
    if (!Number.isSafeInteger(price)) return -1;
    if (price > 0) return 1;
    const maybeNoData = price === 0 || price === NO_DATA;
    if (!this.mayBeNegative) return maybeNoData ? 0 : -1;
    // A spread may really trade at 0 or −1; only a size tells that from "no data".
    return maybeNoData && !(size !== undefined && size > 0) ? 0 : 1;
  }

  /** An immutable copy, shared until the next change. */
  view(): Quote {
    this.#view ??= this.#copy();
    return this.#view;
  }

  #copy(): Quote {
    const bid = this.price[BID] as number;
    const ask = this.price[ASK] as number;
    const last = this.price[LAST] as number;
    return {
      conId: this.contract.conId,
      ...(bid === bid ? { bid: trustedPrice(bid) } : {}),
      ...(ask === ask ? { ask: trustedPrice(ask) } : {}),
      ...(last === last ? { last: trustedPrice(last) } : {}),
      ...(this.bidSize === undefined ? {} : { bidSize: this.bidSize }),
      ...(this.askSize === undefined ? {} : { askSize: this.askSize }),
      ...(this.lastSize === undefined ? {} : { lastSize: this.lastSize }),
      ...(this.open === undefined ? {} : { open: this.open }),
      ...(this.high === undefined ? {} : { high: this.high }),
      ...(this.low === undefined ? {} : { low: this.low }),
      ...(this.close === undefined ? {} : { close: this.close }),
      ...(this.volume === undefined ? {} : { volume: this.volume }),
      halted: this.halted,
      liveType: this.liveType,
      updatedAt: this.updatedAt,
    };
  }
}
