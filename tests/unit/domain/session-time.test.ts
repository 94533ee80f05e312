import { describe, expect, test } from 'vitest';
import type { ContractDetails } from '#domain/contract';
import {
  dayKey,
  epochAt,
  exchangeDay,
  isZone,
  minuteOfDay,
  NEW_YORK,
  parseHours,
  sessionAt,
  zoneOffsetMinutes,
} from '#domain/session-time';
import { IBM, px } from '../../support/core/trigger-fixtures.ts';

function details(more: Partial<ContractDetails> = {}): ContractDetails {
  return { contract: IBM, longName: 'IBM', minTick: px(0.01), timeZoneId: 'US/Eastern', tradingHours: '', liquidHours: '', ...more };
}

const utc = (text: string): number => Date.parse(`${text}Z`);

describe('the New York clock', () => {
  test('reads winter and summer time', () => {
    expect([zoneOffsetMinutes(utc('2026-01-15T12:00')), zoneOffsetMinutes(utc('2026-07-15T12:00'))]).toEqual([-300, -240]);
    expect(minuteOfDay(utc('2026-01-15T14:30'))).toBe(570);
    expect(minuteOfDay(utc('2026-07-15T13:30'))).toBe(570);
    expect(dayKey(utc('2026-01-15T04:59'))).toBe('20260114');
    expect(dayKey(utc('2026-01-15T05:00'))).toBe('20260115');
  });

  test('jumps from 02:00 to 03:00 in spring at the very millisecond', () => {
    const jump = utc('2026-03-08T07:00');
    expect([minuteOfDay(jump - 1), minuteOfDay(jump)]).toEqual([119, 180]);
  });

  test('repeats the hour from 01:00 in autumn', () => {
    const back = utc('2026-11-01T06:00');
    expect([minuteOfDay(back - 1), minuteOfDay(back), minuteOfDay(back + 3_600_000)]).toEqual([119, 60, 120]);
  });

  test('opens at 09:30 on both sides of either change, also in the weeks when Europe has not changed yet', () => {
    for (const day of ['20260306', '20260309', '20260330', '20261030', '20261102']) {
      const open = epochAt(day, 570);
      expect([dayKey(open), minuteOfDay(open)]).toEqual([day, 570]);
    }
    expect(epochAt('20260306', 570)).toBe(utc('2026-03-06T14:30'));
    expect(epochAt('20260309', 570)).toBe(utc('2026-03-09T13:30'));
    // London is on summer time from 29 March to 25 October only.
    expect(minuteOfDay(utc('2026-03-09T13:30'), 'Europe/London')).toBe(810);
    expect(minuteOfDay(utc('2026-03-30T13:30'), 'Europe/London')).toBe(870);
  });

  test('gives a skipped wall clock the instant after the gap and a repeated one its first', () => {
    expect(epochAt('20260308', 150)).toBe(utc('2026-03-08T07:30'));
    expect(epochAt('20261101', 90)).toBe(utc('2026-11-01T05:30'));
  });

  test('agrees with Intl for every quarter hour of a year', () => {
    const format = new Intl.DateTimeFormat('en-US', { timeZone: NEW_YORK, hourCycle: 'h23', hour: '2-digit', minute: '2-digit' });
    for (let at = utc('2026-01-01T00:07'); at < utc('2027-01-01T00:00'); at += 45 * 60_000) {
      const [hour, minute] = format.format(at).split(':').map(Number);
      if (minuteOfDay(at) !== hour! * 60 + minute!) expect({ at, minute: minuteOfDay(at) }).toEqual({ at, minute: hour! * 60 + minute! });
    }
  });

  test('knows the names that TWS uses for zones, and says when it does not', () => {
    expect(['US/Eastern', 'EST5EDT', 'EST (Eastern Standard Time)', 'MET', 'JST', 'GB-Eire', 'HongKong'].map(isZone)).toEqual(
      Array<boolean>(7).fill(true),
    );
    expect(['', 'Mars/Olympus', 'N/A'].map(isZone)).toEqual([false, false, false]);
    expect(() => minuteOfDay(0, 'Mars/Olympus')).toThrow('Unknown time zone "Mars/Olympus"');
  });
});

describe('trading hours of the broker', () => {
  test('are read in the present form', () => {
    expect(parseHours('20131008:0930-20131008:1600;20131009:CLOSED', 'US/Eastern')).toEqual({
      ok: true,
      value: [
        { day: '20131008', intervals: [{ from: utc('2013-10-08T13:30'), to: utc('2013-10-08T20:00') }] },
        { day: '20131009', intervals: [] },
      ],
    });
  });

  test('are read in the older form, with several sessions and with one that began the day before', () => {
    expect(parseHours('20131008:0930-1200,1300-1600', 'US/Eastern')).toEqual({
      ok: true,
      value: [
        {
          day: '20131008',
          intervals: [
            { from: utc('2013-10-08T13:30'), to: utc('2013-10-08T16:00') },
            { from: utc('2013-10-08T17:00'), to: utc('2013-10-08T20:00') },
          ],
        },
      ],
    });
    expect(parseHours('20131008:1700-1600', 'US/Central')).toEqual({
      ok: true,
      value: [{ day: '20131008', intervals: [{ from: utc('2013-10-07T22:00'), to: utc('2013-10-08T21:00') }] }],
    });
  });

  test('cross midnight and a change to summer time', () => {
    expect(parseHours('20260308:1700-20260309:1600', 'US/Central')).toEqual({
      ok: true,
      value: [{ day: '20260308', intervals: [{ from: utc('2026-03-08T22:00'), to: utc('2026-03-09T21:00') }] }],
    });
  });

  test.each(['2013108:0930-1600', '20131308:0930-1600', '20131008:0930', '20131008:2930-3000', '20131008:1600-20131008:0930', 'tomorrow'])(
    'are refused when they are malformed: %s',
    (text) => {
      expect(parseHours(text, 'US/Eastern')).toEqual({ ok: false, error: `"${text}" is not a line of trading hours` });
    },
  );

  test('are refused without a zone that means something', () => {
    expect(parseHours('20131008:0930-1600', 'Mars/Olympus')).toEqual({
      ok: false,
      error: '"Mars/Olympus" is not a time zone; the contract\'s hours cannot be read',
    });
  });
});

describe('the XNYS table', () => {
  test.each(['20250109', '20260703', '20270618', '20270705', '20271224', '20240329', '20261225', '20280414', '20260307', '20260308'])(
    '%s is closed',
    (day) => {
      expect(exchangeDay(day)).toBeUndefined();
    },
  );

  test.each(['20240703', '20241129', '20241224', '20250703', '20251128', '20251224', '20261127', '20261224', '20271126'])(
    '%s closes at 13:00',
    (day) => {
      expect(exchangeDay(day)).toEqual({ open: 570, close: 780 });
    },
  );

  test.each(['20260702', '20271223', '20271231', '20280103', '20131008'])('%s is a whole day', (day) => {
    expect(exchangeDay(day)).toEqual({ open: 570, close: 960 });
  });
});

describe('the session of a contract', () => {
  const hours = details({
    liquidHours: '20131008:0930-20131008:1600;20131009:CLOSED;20131010:0930-20131010:1600',
    tradingHours: '20131008:0400-20131008:2000;20131009:CLOSED;20131010:0400-20131010:2000',
  });

  test('follows its own hours, to the minute', () => {
    expect(sessionAt(utc('2013-10-08T13:29'), hours)).toEqual({
      session: 'extended',
      source: 'broker',
      minutesToClose: 631,
      minutesToOpen: 1,
    });
    expect(sessionAt(utc('2013-10-08T13:30'), hours)).toEqual({ session: 'rth', source: 'broker', minutesToClose: 390 });
    expect(sessionAt(utc('2013-10-08T19:59:30'), hours)).toEqual({ session: 'rth', source: 'broker', minutesToClose: 1 });
    expect(sessionAt(utc('2013-10-08T20:00'), hours)).toMatchObject({ session: 'extended', source: 'broker', minutesToClose: 240 });
    expect(sessionAt(utc('2013-10-09T15:00'), hours)).toEqual({ session: 'closed', source: 'broker', minutesToOpen: 22 * 60 + 30 });
  });

  test('falls back to the calendar on a day that the hours do not speak of, or when they are unreadable', () => {
    expect(sessionAt(utc('2026-11-27T18:30'), hours)).toMatchObject({ session: 'extended', source: 'calendar' });
    expect(sessionAt(utc('2026-11-27T17:59'), details({ liquidHours: 'soon' }))).toEqual({
      session: 'rth',
      source: 'calendar',
      minutesToClose: 1,
    });
    expect(sessionAt(utc('2026-11-27T22:01'), undefined)).toMatchObject({ session: 'closed', source: 'calendar' });
  });

  test('counts the minutes to the next open over a weekend and a holiday', () => {
    // Thursday 2 July 2026, 16:00 New York; Friday is the holiday observed.
    expect(sessionAt(utc('2026-07-02T20:00'))).toEqual({
      session: 'extended',
      source: 'calendar',
      minutesToClose: 240,
      minutesToOpen: (3 * 24 + 17.5) * 60,
    });
  });

  test('is closed, source unknown, for a contract of which nothing is known', () => {
    const dax = details({ contract: { ...IBM, secType: 'FUT', currency: 'EUR' }, timeZoneId: 'MET' });
    expect(sessionAt(utc('2026-03-10T12:00'), dax)).toEqual({ session: 'closed', source: 'unknown' });
  });
});
