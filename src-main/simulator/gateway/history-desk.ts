import type { Price } from '#domain/price';
import { DAY, fromLocal, HOUR, localTime, parseStamp } from '../calendar/new-york.ts';
import { isTradingDay, previousTradingDay, sessionAt, tradingHours } from '../calendar/trading-day.ts';
import { backfillBar } from '../market/backfill.ts';
import { BASE_MS, type BarStore, joinBars } from '../market/bar-store.ts';
import type { Listing } from '#simulator/model/instrument';
import type { ContractQuery } from '../wire/contract-query.ts';
import { errorMessage, historicalData, historicalDataUpdate, realTimeBar } from '#simulator/wire/message';
import type { WireBar } from '#simulator/model/bar';
import type { HistoryQuery } from '../wire/request.ts';
import type { Session, Sessions } from './session.ts';

const MINUTE = 60_000;

/** TWS's words for bar sizes; a day and more are counted in calendar days. */
const BAR_MS: Readonly<Record<string, number>> = {
  '5 secs': 5_000,
  '10 secs': 10_000,
  '15 secs': 15_000,
  '30 secs': 30_000,
  '1 min': MINUTE,
  '2 mins': 2 * MINUTE,
  '3 mins': 3 * MINUTE,
  '5 mins': 5 * MINUTE,
  '10 mins': 10 * MINUTE,
  '15 mins': 15 * MINUTE,
  '20 mins': 20 * MINUTE,
  '30 mins': 30 * MINUTE,
  '1 hour': HOUR,
  '2 hours': 2 * HOUR,
  '3 hours': 3 * HOUR,
  '4 hours': 4 * HOUR,
  '8 hours': 8 * HOUR,
  '1 day': DAY,
};

/** More in one message would stall a client for long; the newest are sent. */
const MAX_BARS = 5_000;

interface Follower {
  readonly session: Session;
  readonly reqId: number;
  readonly conId: number;
  readonly rthOnly: boolean;
  /** Undefined for five-second real-time bars. */
  readonly query: HistoryQuery | undefined;
  said: string;
}

/** Bars of so many ms each, from `from` up to and without `until`, epoch ms. */
interface Wanted {
  readonly show: 'TRADES' | 'MIDPOINT';
  readonly length: number;
  readonly from: number;
  readonly until: number;
  readonly rthOnly: boolean;
}

export interface Anchor {
  /** Where the recorded market begins, and its first price there. */
  readonly at: number;
  readonly price: Price;
}

/** Bars: those of the market so far, and before it an invented past, so that a chart is never empty. */
export class HistoryDesk {
  readonly #sessions: Pick<Sessions, 'send'>;
  readonly #listing: Listing;
  readonly #stores: ReadonlyMap<number, BarStore>;
  readonly #anchors: ReadonlyMap<number, Anchor>;
  readonly #now: () => number;
  #followers: Follower[] = [];

  constructor(
    sessions: Pick<Sessions, 'send'>,
    listing: Listing,
    stores: ReadonlyMap<number, BarStore>,
    anchors: ReadonlyMap<number, Anchor>,
    now: () => number,
  ) {
    this.#sessions = sessions;
    this.#listing = listing;
    this.#stores = stores;
    this.#anchors = anchors;
    this.#now = now;
  }

  request(session: Session, reqId: number, contract: ContractQuery, query: HistoryQuery): void {
    const tell = (text: string): void => this.#sessions.send(session.clientId, text);
    const refuse = (code: number, text: string): void => tell(errorMessage(reqId, code, text));
    const instrument = this.#listing.find(contract);
    if (instrument === undefined) {
      refuse(200, 'No security definition has been found for the request');
      return;
    }
    const length = BAR_MS[query.barSize];
    if (length === undefined) {
      refuse(321, `Error validating request.-'bI' : cause - Historical data bar size setting is invalid: ${query.barSize}`);
      return;
    }
    const show = query.show.toUpperCase();
    if (show !== 'TRADES' && show !== 'MIDPOINT') {
      refuse(
        162,
        `Historical Market Data Service error message:No historical market data for ${instrument.symbol}/STK@${instrument.primaryExchange} ${show} in the simulator`,
      );
      return;
    }
    const end = query.end === '' ? this.#now() : parseStamp(query.end);
    const from = end === undefined ? undefined : beginning(query.duration, end, query.rthOnly);
    if (end === undefined || from === undefined) {
      refuse(321, `Error validating request.-'bI' : cause - Invalid end time or duration: '${query.end}' '${query.duration}'`);
      return;
    }
    if (query.keepUpToDate && query.end !== '') {
      refuse(321, "Error validating request.-'bI' : cause - End time is not allowed with keepUpToDate");
      return;
    }
    const bars = this.#bars(instrument.conId, { show, length, from, until: Math.min(end, this.#now()), rthOnly: query.rthOnly });
    if (bars.length === 0) {
      refuse(162, 'Historical Market Data Service error message:HMDS query returned no data');
      return;
    }
    tell(historicalData(reqId, { from, until: end, daily: length >= DAY }, bars.slice(-MAX_BARS), query.dateFormat));
    if (query.keepUpToDate) this.#followers.push({ session, reqId, conId: instrument.conId, rthOnly: query.rthOnly, query, said: '' });
  }

  realTimeBars(session: Session, reqId: number, contract: ContractQuery, rthOnly: boolean): void {
    const instrument = this.#listing.find(contract);
    if (instrument === undefined) {
      this.#sessions.send(session.clientId, errorMessage(reqId, 200, 'No security definition has been found for the request'));
      return;
    }
    this.#followers.push({ session, reqId, conId: instrument.conId, rthOnly, query: undefined, said: '' });
  }

  cancel(session: Session, reqId: number): void {
    const kept = this.#followers.filter((one) => one.session !== session || one.reqId !== reqId);
    if (kept.length === this.#followers.length)
      this.#sessions.send(
        session.clientId,
        errorMessage(reqId, 162, 'Historical Market Data Service error message:API historical data query cancelled: ' + String(reqId)),
      );
    this.#followers = kept;
  }

  closed(session: Session): void {
    this.#followers = this.#followers.filter((one) => one.session !== session);
  }

  /** Once in a second of tape time. */
  beat(at: number): void {
    for (const follower of this.#followers) {
      const text = follower.query === undefined ? this.#finishedBar(follower, at) : this.#currentBar(follower, follower.query);
      if (text === undefined || text === follower.said) continue;
      follower.said = text;
      this.#sessions.send(follower.session.clientId, text);
    }
  }

  #finishedBar(follower: Follower, at: number): string | undefined {
    const bars = this.#stores.get(follower.conId)?.trades ?? [];
    const bar = bars.findLast((one) => one.at + BASE_MS <= at);
    return bar === undefined || (follower.rthOnly && sessionAt(bar.at) !== 'regular') ? undefined : realTimeBar(follower.reqId, bar);
  }

  #currentBar(follower: Follower, query: HistoryQuery): string | undefined {
    const store = this.#stores.get(follower.conId);
    const length = BAR_MS[query.barSize] ?? MINUTE;
    const base = (query.show.toUpperCase() === 'MIDPOINT' ? store?.mids : store?.trades) ?? [];
    const newest = base.at(-1);
    if (newest === undefined) return undefined;
    const start = startOf(newest.at, length);
    const bar = joinBars(
      base.slice(-Math.ceil(Math.min(length, DAY) / BASE_MS) - 1).filter((one) => one.at >= start),
      () => start,
    ).at(-1);
    return bar === undefined || (follower.rthOnly && sessionAt(bar.at) !== 'regular')
      ? undefined
      : historicalDataUpdate(follower.reqId, bar, query.dateFormat);
  }

  #bars(conId: number, wanted: Wanted): WireBar[] {
    const { show, length, from, until, rthOnly } = wanted;
    const store = this.#stores.get(conId);
    const recorded = ((show === 'MIDPOINT' ? store?.mids : store?.trades) ?? []).filter(
      (bar) => bar.at >= from && bar.at < until && (!rthOnly || sessionAt(bar.at) === 'regular'),
    );
    const bars = joinBars(recorded, (at) => startOf(at, length));
    const anchor = this.#anchors.get(conId);
    if (anchor === undefined) return bars;
    const first = bars[0]?.at ?? Math.min(until, startOf(anchor.at, length));
    return [...pastBars(conId, anchor, wanted, first, MAX_BARS - bars.length).reverse(), ...bars];
  }
}

/** The invented bars of a stock before `first`, newest first, no more than `most`. */
function pastBars(conId: number, anchor: Anchor, wanted: Wanted, first: number, most: number): WireBar[] {
  const { length, from } = wanted;
  const past: WireBar[] = [];
  const invent = (begin: number, span: number, at: number): void =>
    void past.push({ ...backfillBar(conId, begin, span, anchor.at, anchor.price), at });
  for (let { day } = localTime(first - 1); past.length < most && fromLocal(day, 0) + DAY > from; day = previousTradingDay(day)) {
    const hours = openHours(day, wanted);
    if (hours === undefined) continue;
    const [open, close] = hours;
    if (length >= DAY) {
      if (fromLocal(day, 0) < first) invent(open, close - open, fromLocal(day, 0));
      continue;
    }
    for (let at = startOf(close - 1, length); at + length > open && past.length < most; at -= length) {
      const begin = Math.max(at, open); // the first bar of a day begins with its session
      if (begin >= from && begin < first) invent(begin, at + length - begin, at);
    }
  }
  return past;
}

/** When the bars of a day begin and end; those of whole days cover regular hours. */
function openHours(day: number, { length, rthOnly }: Wanted): readonly [open: number, close: number] | undefined {
  const hours = isTradingDay(day) ? tradingHours(day) : undefined;
  if (hours === undefined) return undefined;
  return rthOnly || length >= DAY ? [hours.open, hours.close] : [hours.preOpen, hours.postClose];
}

/** Bars begin at round times of New York's clock. */
function startOf(at: number, length: number): number {
  const { day, ms } = localTime(at);
  return fromLocal(day, length >= DAY ? 0 : ms - (ms % length));
}

/** Days of the units that are counted in calendar days. */
const CALENDAR_DAYS: Readonly<Record<string, number>> = { W: 7, M: 30, Y: 365 };

/** `3600 S`, `5 D`, `2 W`, `1 M`, `1 Y`: days are trading days, of which the one that holds `end` is the first. */
function beginning(duration: string, end: number, rthOnly: boolean): number | undefined {
  const match = /^(\d{1,5}) ?([SDWMY])$/i.exec(duration.trim());
  const count = Number(match?.[1] ?? 0);
  if (count === 0) return undefined;
  const unit = match?.[2]?.toUpperCase() ?? '';
  if (unit === 'S') return end - count * 1000;
  const calendarDays = CALENDAR_DAYS[unit];
  return calendarDays === undefined ? tradingDaysBefore(count, end, rthOnly) : end - count * DAY * calendarDays;
}

function tradingDaysBefore(count: number, end: number, rthOnly: boolean): number | undefined {
  const from = rthOnly ? 'open' : 'preOpen';
  let { day } = localTime(end - 1);
  const begun = (tradingHours(day)?.[from] ?? Infinity) < end;
  if (!begun) day = previousTradingDay(day);
  for (let i = 1; i < count; i++) day = previousTradingDay(day);
  return tradingHours(day)?.[from];
}
