import type { Contract, ContractDetails } from './contract.ts';
import { err, ok, type Result } from './result.ts';

/**
 * Exchange clocks. Everything is epoch milliseconds; a zone is looked at only to read a wall clock or an hour string, so
 * that daylight saving of the machine never matters. The zone is always explicit.
 */
export const NEW_YORK = 'America/New_York';

const MINUTE = 60_000;
const QUARTER = 15 * MINUTE;
const DAY = 1440 * MINUTE;

interface ZoneMemo {
  readonly format: Intl.DateTimeFormat;
  quarter: number;
  offset: number;
}

/** Pure memo: zones change their offset only at whole quarter hours, so one Intl call serves 15 minutes of ticks. */
const memo = new Map<string, ZoneMemo>();

/** Names that TWS uses and Intl does not, or understands otherwise. */
const ALIAS: Readonly<Record<string, string>> = {
  EST: NEW_YORK,
  EDT: NEW_YORK,
  CST: 'America/Chicago',
  MST: 'America/Denver',
  PST: 'America/Los_Angeles',
  JST: 'Asia/Tokyo',
  HongKong: 'Asia/Hong_Kong',
  MET: 'Europe/Paris',
};

/** `EST (Eastern Standard Time)` and `US/Eastern` alike → a name that Intl knows, or undefined. */
function zoneName(text: string): string | undefined {
  const bare = text.replace(/\s*\(.*$/, '').trim();
  const name = ALIAS[bare] ?? bare;
  if (name === '') return undefined;
  if (memo.has(name)) return name;
  try {
    const format = new Intl.DateTimeFormat('en-US', {
      timeZone: name,
      hourCycle: 'h23',
      year: 'numeric',
      month: '2-digit',
      day: '2-digit',
      hour: '2-digit',
      minute: '2-digit',
      second: '2-digit',
    });
    memo.set(name, { format, quarter: Number.NaN, offset: 0 });
    return name;
  } catch {
    return undefined;
  }
}

export function isZone(text: string): boolean {
  return zoneName(text) !== undefined;
}

/** Wall clock minus UTC, in ms. An unknown zone is a bug of the caller: check with `isZone` where the text comes from outside. */
function zoneOffset(epochMs: number, zone: string): number {
  let entry = memo.get(zone);
  if (entry === undefined) {
    const name = zoneName(zone);
    entry = name === undefined ? undefined : memo.get(name);
    if (entry === undefined) throw new Error(`Unknown time zone "${zone}"`);
    memo.set(zone, entry);
  }
  const quarter = Math.floor(epochMs / QUARTER);
  if (quarter !== entry.quarter) {
    entry.offset = readOffset(entry.format, quarter * QUARTER);
    entry.quarter = quarter;
  }
  return entry.offset;
}

function readOffset(format: Intl.DateTimeFormat, epochMs: number): number {
  const part: Record<string, number> = {};
  for (const { type, value } of format.formatToParts(epochMs)) part[type] = Number(value);
  const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = part;
  return Date.UTC(year, month - 1, day, hour, minute, second) - epochMs;
}

export function zoneOffsetMinutes(epochMs: number, zone: string = NEW_YORK): number {
  return zoneOffset(epochMs, zone) / MINUTE;
}

/** Minutes after local midnight, 0…1439. */
export function minuteOfDay(epochMs: number, zone: string = NEW_YORK): number {
  const local = epochMs + zoneOffset(epochMs, zone);
  return Math.floor((((local % DAY) + DAY) % DAY) / MINUTE);
}

/** Local calendar day as `YYYYMMDD`. */
export function dayKey(epochMs: number, zone: string = NEW_YORK): string {
  return utcKey(epochMs + zoneOffset(epochMs, zone));
}

function utcKey(ms: number): string {
  return new Date(ms).toISOString().slice(0, 10).replaceAll('-', '');
}

function utcOfKey(day: string): number {
  return Date.UTC(Number(day.slice(0, 4)), Number(day.slice(4, 6)) - 1, Number(day.slice(6, 8)));
}

function isDayKey(day: string): boolean {
  return /^\d{8}$/.test(day) && utcKey(utcOfKey(day)) === day;
}

/** The calendar day `days` later; pure calendar arithmetic, no zone. */
function addDays(day: string, days: number): string {
  return utcKey(utcOfKey(day) + days * DAY);
}

/** Wall clock → epoch ms. A time that daylight saving skips becomes the instant after the gap; a repeated one is its first. */
export function epochAt(day: string, minute: number, zone: string = NEW_YORK): number {
  const local = utcOfKey(day) + minute * MINUTE;
  const early = local - zoneOffset(local - DAY, zone);
  const late = local - zoneOffset(local + DAY, zone);
  if (early + zoneOffset(early, zone) === local) return early;
  if (late + zoneOffset(late, zone) === local) return late;
  return Math.max(early, late);
}

/**
 * A day (`YYYYMMDD`) with hour, minute and second of a wall clock → epoch ms, as `epochAt`. Undefined when there is no such day or time: it is
 * not rolled over into another one. A leap second is the first of the next minute.
 */
export function momentAt(day: string, [hour, minute, second]: readonly [number, number, number], zone: string): number | undefined {
  const isTime = hour < 24 && minute < 60 && second <= 60;
  return isTime && isDayKey(day) ? epochAt(day, hour * 60 + minute, zone) + second * 1_000 : undefined;
}

/** Half-open, epoch ms. */
export interface Interval {
  readonly from: number;
  readonly to: number;
}

export interface HoursDay {
  readonly day: string;
  /** Empty when the broker says CLOSED. */
  readonly intervals: readonly Interval[];
}

/**
 * IB's tradingHours / liquidHours: `20131008:0930-20131008:1600;20131009:CLOSED`, and the older `20131008:0930-1200,1300-1600`
 * in which an end at or before its start means that the session began on the day before.
 */
export function parseHours(text: string, timeZoneId: string): Result<readonly HoursDay[]> {
  const zone = zoneName(timeZoneId);
  if (zone === undefined) return err(`"${timeZoneId}" is not a time zone; the contract's hours cannot be read`);
  const days: HoursDay[] = [];
  for (const piece of text.split(';')) {
    if (piece.trim() === '') continue;
    const parsed = parseDay(piece.trim(), zone);
    if (parsed === undefined) return err(`"${piece.trim()}" is not a line of trading hours`);
    days.push(parsed);
  }
  return ok(days);
}

const RANGE = /^(?:(\d{8}):)?(\d{4})-(?:(\d{8}):)?(\d{4})$/;

function parseDay(piece: string, zone: string): HoursDay | undefined {
  const day = piece.slice(0, 8);
  if (!isDayKey(day) || piece[8] !== ':') return undefined;
  const rest = piece.slice(9);
  if (rest === 'CLOSED') return { day, intervals: [] };
  const intervals: Interval[] = [];
  for (const range of rest.split(',')) {
    const interval = parseRange(range, day, zone);
    if (interval === undefined) return undefined;
    intervals.push(interval);
  }
  return { day, intervals };
}

function parseRange(range: string, day: string, zone: string): Interval | undefined {
  const match = RANGE.exec(range);
  if (!match) return undefined;
  const [, startDay = day, startText = '', endDay, endText = ''] = match;
  const start = hhmm(startText);
  const end = hhmm(endText);
  if (start === undefined || end === undefined || !isDayKey(startDay)) return undefined;
  if (endDay !== undefined && !isDayKey(endDay)) return undefined;
  const overnight = endDay === undefined && end <= start;
  const interval = {
    from: epochAt(overnight ? addDays(startDay, -1) : startDay, start, zone),
    to: epochAt(endDay ?? startDay, end, zone),
  };
  return interval.from < interval.to ? interval : undefined;
}

function hhmm(text: string): number | undefined {
  const hour = Number(text.slice(0, 2));
  const minute = Number(text.slice(2, 4));
  return hour <= 24 && minute < 60 && hour * 60 + minute <= 1440 ? hour * 60 + minute : undefined;
}

/** NYSE full closes, 2024–2028. 2026-07-03 and 2027-12-24 are full closes, not half days; 2028-01-01 is a Saturday and not observed. */
const FULL_CLOSE: ReadonlySet<string> = new Set(
  [
    '20240101 20240115 20240219 20240329 20240527 20240619 20240704 20240902 20241128 20241225',
    '20250101 20250109 20250120 20250217 20250418 20250526 20250619 20250704 20250901 20251127 20251225',
    '20260101 20260119 20260216 20260403 20260525 20260619 20260703 20260907 20261126 20261225',
    '20270101 20270118 20270215 20270326 20270531 20270618 20270705 20270906 20271125 20271224',
    '20280117 20280221 20280414 20280529 20280619 20280704 20280904 20281123 20281225',
  ].flatMap((year) => year.split(' ')),
);

/** Close at 13:00 New York. */
const EARLY_CLOSE: ReadonlySet<string> = new Set(
  '20240703 20241129 20241224 20250703 20251128 20251224 20261127 20261224 20271126 20280703 20281124'.split(' '),
);

/** Regular session of the XNYS calendar in minutes after midnight; undefined on weekends and full closes. Outside 2024–2028 only weekends are known. */
export function exchangeDay(day: string): { readonly open: number; readonly close: number } | undefined {
  const weekday = new Date(utcOfKey(day)).getUTCDay();
  if (weekday === 0 || weekday === 6 || FULL_CLOSE.has(day)) return undefined;
  return { open: 570, close: EARLY_CLOSE.has(day) ? 780 : 960 };
}

const EXTENDED_OPEN = 240;
const EXTENDED_CLOSE = 1200;
const EXTENDED_CLOSE_EARLY = 1020;

export interface SessionNow {
  readonly session: 'rth' | 'extended' | 'closed';
  /** Where it is known from: the contract's own hours, the XNYS table, or nowhere (then it counts as closed). */
  readonly source: 'broker' | 'calendar' | 'unknown';
  /** To the end of the present session, whole minutes rounded up. */
  readonly minutesToClose?: number;
  /** To the next regular session, as far as it is known. */
  readonly minutesToOpen?: number;
}

export type SessionDetails = Pick<ContractDetails, 'contract' | 'timeZoneId' | 'tradingHours' | 'liquidHours'>;

interface ParsedHours {
  readonly zone: string;
  readonly liquid: readonly HoursDay[];
  readonly trading: readonly HoursDay[];
}

/** Parsed once per details object, which are immutable and kept by their owner. */
const parsedHours = new WeakMap<object, ParsedHours | 'unreadable'>();

/**
 * Which session it is. The contract's own hours come first; where they are missing, unreadable or do not speak of this day,
 * US stocks, options and funds follow the XNYS table. Anything else is closed with an unknown source: better to hold than to guess.
 */
export function sessionAt(epochMs: number, details?: SessionDetails): SessionNow {
  if (details === undefined) return calendarSession(epochMs);
  let hours = parsedHours.get(details);
  if (hours === undefined) {
    hours = readHours(details);
    parsedHours.set(details, hours);
  }
  if (hours !== 'unreadable') {
    const known = brokerSession(epochMs, hours);
    if (known !== undefined) return known;
  }
  const zone = hours === 'unreadable' ? zoneName(details.timeZoneId) : hours.zone;
  return followsXnys(details.contract, zone) ? calendarSession(epochMs) : { session: 'closed', source: 'unknown' };
}

function readHours(details: SessionDetails): ParsedHours | 'unreadable' {
  const zone = zoneName(details.timeZoneId);
  const liquid = parseHours(details.liquidHours, details.timeZoneId);
  const trading = parseHours(details.tradingHours, details.timeZoneId);
  return zone !== undefined && liquid.ok && trading.ok ? { zone, liquid: liquid.value, trading: trading.value } : 'unreadable';
}

const NEW_YORK_NAMES: ReadonlySet<string> = new Set([NEW_YORK, 'US/Eastern', 'EST5EDT']);

function followsXnys(contract: Contract, zone: string | undefined): boolean {
  const american = contract.secType === 'STK' || contract.secType === 'OPT' || contract.secType === 'FUND' || contract.secType === 'WAR';
  return american && contract.currency === 'USD' && (zone === undefined || NEW_YORK_NAMES.has(zone));
}

function within(days: readonly HoursDay[], epochMs: number): Interval | undefined {
  for (const { intervals } of days) {
    const hit = intervals.find(({ from, to }) => epochMs >= from && epochMs < to);
    if (hit !== undefined) return hit;
  }
  return undefined;
}

function brokerSession(epochMs: number, hours: ParsedHours): SessionNow | undefined {
  const liquid = within(hours.liquid, epochMs);
  if (liquid !== undefined) return { session: 'rth', source: 'broker', minutesToClose: minutesUntil(liquid.to, epochMs) };
  const day = dayKey(epochMs, hours.zone);
  const trading = within(hours.trading, epochMs);
  if (trading === undefined && !hours.liquid.some((line) => line.day === day)) return undefined;
  const opens = hours.liquid.flatMap((line) => line.intervals.map(({ from }) => from)).filter((from) => from > epochMs);
  return {
    session: trading === undefined ? 'closed' : 'extended',
    source: 'broker',
    ...(trading === undefined ? {} : { minutesToClose: minutesUntil(trading.to, epochMs) }),
    ...(opens.length === 0 ? {} : { minutesToOpen: minutesUntil(Math.min(...opens), epochMs) }),
  };
}

function calendarSession(epochMs: number): SessionNow {
  const day = dayKey(epochMs);
  const minute = minuteOfDay(epochMs);
  const hours = exchangeDay(day);
  const minutesToOpen = minutesUntil(nextOpen(day, minute), epochMs);
  if (hours === undefined) return { session: 'closed', source: 'calendar', minutesToOpen };
  if (minute >= hours.open && minute < hours.close) {
    return { session: 'rth', source: 'calendar', minutesToClose: minutesUntil(epochAt(day, hours.close), epochMs) };
  }
  const end = hours.close < 960 ? EXTENDED_CLOSE_EARLY : EXTENDED_CLOSE;
  if (minute >= EXTENDED_OPEN && minute < end) {
    return { session: 'extended', source: 'calendar', minutesToClose: minutesUntil(epochAt(day, end), epochMs), minutesToOpen };
  }
  return { session: 'closed', source: 'calendar', minutesToOpen };
}

function nextOpen(day: string, minute: number): number {
  let next = day;
  for (let i = 0; i < 10; i += 1) {
    const hours = exchangeDay(next);
    if (hours !== undefined && (next !== day || minute < hours.open)) return epochAt(next, hours.open);
    next = addDays(next, 1);
  }
  return epochAt(next, 570);
}

function minutesUntil(then: number, now: number): number {
  return Math.ceil((then - now) / MINUTE);
}
