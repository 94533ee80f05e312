import { calendarDate, dateText, type DayNumber, dayNumber, fromLocal, HOUR, localTime, nthWeekday, weekday } from './new-york.ts';

/** NYSE sessions: regular 09:30–16:00 (13:00 on half days), with pre-market from 04:00 and after-hours until 20:00. */

const MINUTE = 60_000;
const PRE_OPEN = 4 * HOUR;
const OPEN = 9 * HOUR + 30 * MINUTE;

export interface TradingHours {
  /** Epoch ms. */
  readonly preOpen: number;
  readonly open: number;
  readonly close: number;
  readonly postClose: number;
}

/** Sunday in the Western church's reckoning (Gauss, Meeus/Jones/Butcher form). */
function easterSunday(year: number): DayNumber {
  const a = year % 19;
  const century = Math.floor(year / 100);
  const yearOfCentury = year % 100;
  const leapCorrection = Math.floor((century - Math.floor((century + 8) / 25) + 1) / 3);
  const epact = (19 * a + century - Math.floor(century / 4) - leapCorrection + 15) % 30;
  const week = (32 + 2 * (century % 4) + 2 * Math.floor(yearOfCentury / 4) - epact - (yearOfCentury % 4)) % 7;
  const shift = Math.floor((a + 11 * epact + 22 * week) / 451);
  const month = Math.floor((epact + week - 7 * shift + 114) / 31);
  return dayNumber(year, month, ((epact + week - 7 * shift + 114) % 31) + 1);
}

/** A fixed holiday is kept on Friday when it falls on Saturday, on Monday when on Sunday. */
function observed(day: DayNumber): DayNumber {
  const name = weekday(day);
  return name === 6 ? day - 1 : name === 0 ? day + 1 : day;
}

function holidays(year: number): ReadonlySet<DayNumber> {
  const newYear = dayNumber(year, 1, 1);
  const lastMonday = nthWeekday(year, 5, 1, 5);
  const days = [
    nthWeekday(year, 1, 1, 3),
    nthWeekday(year, 2, 1, 3),
    easterSunday(year) - 2,
    calendarDate(lastMonday).month === 5 ? lastMonday : lastMonday - 7,
    observed(dayNumber(year, 7, 4)),
    nthWeekday(year, 9, 1, 1),
    nthWeekday(year, 11, 4, 4),
    observed(dayNumber(year, 12, 25)),
  ];
  // A New Year's Day on Saturday is not kept on the last day of the old year.
  if (weekday(newYear) !== 6) days.push(observed(newYear));
  if (year >= 2022) days.push(observed(dayNumber(year, 6, 19)));
  return new Set(days);
}

const known = new Map<number, ReadonlySet<DayNumber>>();

export function isTradingDay(day: DayNumber): boolean {
  const name = weekday(day);
  if (name === 0 || name === 6) return false;
  const { year } = calendarDate(day);
  let days = known.get(year);
  if (days === undefined) known.set(year, (days = holidays(year)));
  return !days.has(day);
}

export function nextTradingDay(day: DayNumber): DayNumber {
  let next = day + 1;
  while (!isTradingDay(next)) next++;
  return next;
}

export function previousTradingDay(day: DayNumber): DayNumber {
  let previous = day - 1;
  while (!isTradingDay(previous)) previous--;
  return previous;
}

/** The day after Thanksgiving, Christmas Eve and 3 July, when they are trading days. */
function isHalfDay(day: DayNumber): boolean {
  const { year, month, day: date } = calendarDate(day);
  return day === nthWeekday(year, 11, 4, 4) + 1 || (month === 12 && date === 24) || (month === 7 && date === 3);
}

export function tradingHours(day: DayNumber): TradingHours | undefined {
  if (!isTradingDay(day)) return undefined;
  const half = isHalfDay(day);
  return {
    preOpen: fromLocal(day, PRE_OPEN),
    open: fromLocal(day, OPEN),
    close: fromLocal(day, (half ? 13 : 16) * HOUR),
    postClose: fromLocal(day, (half ? 17 : 20) * HOUR),
  };
}

export type Session = 'closed' | 'pre' | 'regular' | 'post';

export function sessionAt(at: number): Session {
  const hours = tradingHours(localTime(at).day);
  if (hours === undefined || at < hours.preOpen || at >= hours.postClose) return 'closed';
  return at < hours.open ? 'pre' : at < hours.close ? 'regular' : 'post';
}

/** The next regular opening at or after this moment. */
export function nextOpen(at: number): number {
  const { day } = localTime(at);
  const today = tradingHours(day);
  if (today !== undefined && at <= today.open) return today.open;
  return fromLocal(nextTradingDay(day), OPEN);
}

/** `20131008:0400-20131008:2000;20131009:…`, `20131012:CLOSED` for days without trade: contract details' form, six days from `day`. */
export function hoursText(day: DayNumber, kind: 'trading' | 'liquid'): string {
  return Array.from({ length: 6 }, (_, index) => {
    const date = day + index;
    if (!isTradingDay(date)) return `${dateText(date)}:CLOSED`;
    const half = isHalfDay(date);
    const [from, to] = kind === 'trading' ? ['0400', half ? '1700' : '2000'] : ['0930', half ? '1300' : '1600'];
    return `${dateText(date)}:${from}-${dateText(date)}:${to}`;
  }).join(';');
}
