/** New York's clock by the rule in force since 2007, so that a run needs no time-zone tables. Times are epoch ms UTC. */

export const HOUR = 3_600_000;
export const DAY = 86_400_000;

/** Days since the epoch of a calendar date; the simulator's name for a date. */
export type DayNumber = number;

export interface CalendarDate {
  readonly year: number;
  /** 1–12 */
  readonly month: number;
  readonly day: number;
}

export function dayNumber(year: number, month: number, day: number): DayNumber {
  return Date.UTC(year, month - 1, day) / DAY;
}

export function calendarDate(day: DayNumber): CalendarDate {
  const date = new Date(day * DAY);
  return { year: date.getUTCFullYear(), month: date.getUTCMonth() + 1, day: date.getUTCDate() };
}

/** 0 is Sunday. */
export function weekday(day: DayNumber): number {
  return (day + 4) % 7;
}

export function nthWeekday(year: number, month: number, wanted: number, nth: number): DayNumber {
  const first = dayNumber(year, month, 1);
  return first + ((wanted - weekday(first) + 7) % 7) + 7 * (nth - 1);
}

/** Hours that New York stands behind UTC at this moment: 4 in summer, 5 in winter. */
export function hoursBehindUtc(at: number): number {
  const year = new Date(at).getUTCFullYear();
  const summerFrom = nthWeekday(year, 3, 0, 2) * DAY + 7 * HOUR;
  const summerUntil = nthWeekday(year, 11, 0, 1) * DAY + 6 * HOUR;
  return at >= summerFrom && at < summerUntil ? 4 : 5;
}

export interface LocalTime {
  readonly day: DayNumber;
  /** Milliseconds since local midnight. */
  readonly ms: number;
}

export function localTime(at: number): LocalTime {
  const shifted = at - hoursBehindUtc(at) * HOUR;
  const day = Math.floor(shifted / DAY);
  return { day, ms: shifted - day * DAY };
}

/** Local wall-clock time → epoch ms. Times in the spring gap are read as summer time. */
export function fromLocal(day: DayNumber, ms: number): number {
  const winter = day * DAY + ms + 5 * HOUR;
  const summer = winter - HOUR;
  return hoursBehindUtc(summer) === 4 ? summer : winter;
}

function two(value: number): string {
  return String(value).padStart(2, '0');
}

export function dateText(day: DayNumber): string {
  const date = calendarDate(day);
  return `${String(date.year)}${two(date.month)}${two(date.day)}`;
}

function clockText(ms: number): string {
  return `${two(Math.floor(ms / HOUR))}:${two(Math.floor(ms / 60_000) % 60)}:${two(Math.floor(ms / 1000) % 60)}`;
}

/** `20131008 09:30:00 US/Eastern` */
export function stampText(at: number): string {
  const local = localTime(at);
  return `${dateText(local.day)} ${clockText(local.ms)} US/Eastern`;
}

/** Reads `20131008 09:30:00`, `20131008-09:30:00` (UTC in TWS's notation), each with or without a time zone; undefined when it is no time. */
export function parseStamp(text: string): number | undefined {
  const match = /^(\d{4})(\d{2})(\d{2})(?:(-| +)(\d{2}):(\d{2})(?::(\d{2}))?)?(?: +(\S.*))?$/.exec(text.trim());
  if (!match) return undefined;
  const [, year, month, date, dash, hour = '0', minute = '0', second = '0', zone] = match;
  const day = dayNumber(Number(year), Number(month), Number(date));
  const ms = (Number(hour) * 60 + Number(minute)) * 60_000 + Number(second) * 1000;
  return dash === '-' || zone === 'UTC' || zone === 'GMT' ? day * DAY + ms : fromLocal(day, ms);
}
