import { describe, expect, test } from 'vitest';
import { dateText, dayNumber, fromLocal, hoursBehindUtc, localTime, parseStamp, stampText } from '#simulator/calendar/new-york';
import {
  hoursText,
  isTradingDay,
  nextOpen,
  nextTradingDay,
  previousTradingDay,
  sessionAt,
  tradingHours,
} from '#simulator/calendar/trading-day';

describe("New York's clock", () => {
  test('agrees with the time zone tables at every hour of three years', () => {
    const there = new Intl.DateTimeFormat('en-CA', {
      timeZone: 'America/New_York',
      dateStyle: 'short',
      timeStyle: 'medium',
      hour12: false,
    });
    for (let at = Date.UTC(2025, 0, 1); at < Date.UTC(2028, 0, 1); at += 3_600_000) {
      const [date = '', time = ''] = there.format(at).split(', ');
      const wanted = `${date.replaceAll('-', '')} ${time.replace(/^24/, '00')} US/Eastern`;
      if (stampText(at) !== wanted) expect(`${String(at)} ${stampText(at)}`).toBe(`${String(at)} ${wanted}`);
    }
  });

  test('local times go there and back', () => {
    for (let at = Date.UTC(2026, 0, 1); at < Date.UTC(2027, 0, 1); at += 7_200_000) {
      const { day, ms } = localTime(at);
      // The hour that comes twice in November is read as its first.
      const twice = fromLocal(day, ms) !== at;
      if (twice) expect([dateText(day), hoursBehindUtc(at)]).toEqual(['20261101', 5]);
    }
  });

  test('time stamps as TWS takes them', () => {
    const open = Date.UTC(2026, 9, 6, 13, 30);
    expect(
      ['20261006 09:30:00 US/Eastern', '20261006 09:30:00', '20261006  09:30', '20261006-13:30:00', '20261006 13:30:00 UTC'].map(
        parseStamp,
      ),
    ).toEqual([open, open, open, open, open]);
    expect(['', 'today', '2026-10-06'].map(parseStamp)).toEqual([undefined, undefined, undefined]);
  });
});

describe('the trading calendar', () => {
  test('knows the holidays of the NYSE', () => {
    const closed = (year: number): string[] =>
      Array.from({ length: 365 }, (_, i) => dayNumber(year, 1, 1) + i)
        .filter((day) => !isTradingDay(day) && ![0, 6].includes(new Date(day * 86_400_000).getUTCDay()))
        .map(dateText);
    expect(closed(2013)).toEqual([
      '20130101',
      '20130121',
      '20130218',
      '20130329',
      '20130527',
      '20130704',
      '20130902',
      '20131128',
      '20131225',
    ]);
    expect(closed(2026)).toEqual([
      '20260101',
      '20260119',
      '20260216',
      '20260403',
      '20260525',
      '20260619',
      '20260703',
      '20260907',
      '20261126',
      '20261225',
    ]);
    expect(closed(2022)).toEqual([
      '20220117',
      '20220221',
      '20220415',
      '20220530',
      '20220620',
      '20220704',
      '20220905',
      '20221124',
      '20221226',
    ]);
  });

  test('sessions of a day, a half day and a week-end', () => {
    const at = (day: number, hour: number, minute = 0): number => Date.UTC(2026, 9, day, hour + 4, minute);
    expect([at(6, 3, 59), at(6, 4), at(6, 9, 30), at(6, 16), at(6, 20), at(10, 12)].map(sessionAt)).toEqual([
      'closed',
      'pre',
      'regular',
      'post',
      'closed',
      'closed',
    ]);
    const eve = dayNumber(2015, 12, 24);
    expect([
      tradingHours(eve)?.close,
      nextOpen(at(6, 12)),
      dateText(nextTradingDay(eve)),
      dateText(previousTradingDay(dayNumber(2026, 10, 12))),
    ]).toEqual([Date.UTC(2015, 11, 24, 18), at(7, 9, 30), '20151228', '20261009']);
  });

  test('hours as contract details write them', () => {
    expect(hoursText(dayNumber(2013, 11, 28), 'liquid')).toBe(
      '20131128:CLOSED;20131129:0930-20131129:1300;20131130:CLOSED;20131201:CLOSED;20131202:0930-20131202:1600;20131203:0930-20131203:1600',
    );
    expect(
      hoursText(dayNumber(2013, 10, 8), 'trading')
        .split(';')
        .slice(0, 2),
    ).toEqual(['20131008:0400-20131008:2000', '20131009:0400-20131009:2000']);
  });
});
