import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { holds } from '../../support/property.ts';
import {
  ageSeconds,
  ageText,
  clockText,
  leftText,
  millisecondsText,
  minuteFromText,
  minuteText,
  newYorkSeconds,
  preciseTime,
} from '../../../src-renderer/format/time.ts';

describe('times', () => {
  test('the clock is New York, in winter and in summer', () => {
    expect([clockText(Date.UTC(2026, 0, 15, 15, 32, 5)), clockText(Date.UTC(2026, 6, 15, 14, 32, 5)), clockText(null)]).toEqual([
      '10:32:05',
      '10:32:05',
      '—',
    ]);
  });

  test('a precise time has date, milliseconds and zone', () => {
    expect(preciseTime(Date.UTC(2013, 9, 8, 14, 32, 5, 7))).toBe('08 Oct 2013 10:32:05.007 New York');
  });

  test('ages grow coarser, and never run backwards', () => {
    const ages = [0, 400, 9_940, 9_960, 38_000, 99_000, 99_600, 2_460_000, 5_999_000, 19_620_000, 172_800_000, -500, null];
    expect(ages.map(ageText)).toEqual([
      '0.0 s',
      '0.4 s',
      '9.9 s',
      '10 s',
      '38 s',
      '99 s',
      '1 min',
      '41 min',
      '99 min',
      '5 h 27',
      '2 d',
      '0.0 s',
      '—',
    ]);
  });

  test('ages in a column of seconds have no unit', () => {
    expect([200, 7_200, 14_400, 900_000, 99_999_999].map(ageSeconds)).toEqual(['0.2', '7.2', '14', '900', '>9999']);
  });

  test('what is left until the close', () => {
    expect([19_675_000, 720_000, 40_900, -1].map(leftText)).toEqual(['5 h 27', '12 min', '40 s', '0 s']);
  });

  test('milliseconds keep the digits that matter', () => {
    expect([0.24, 1.3, 41.2, 96, null].map(millisecondsText)).toEqual(['0.24', '1.3', '41', '96', '—']);
  });

  test('minutes of the day read back as they are written', async () => {
    await holds(
      'minutes of the day',
      fc.property(fc.integer({ min: 0, max: 1_440 }), (minute) => {
        expect(minuteFromText(minuteText(minute))).toBe(minute);
      }),
    );
    expect(['9:45', '0945', '9', '24:00', '24:01', '9:60', 'x', ''].map(minuteFromText)).toEqual([
      585,
      585,
      540,
      1_440,
      undefined,
      undefined,
      undefined,
      undefined,
    ]);
  });

  test('the chart, which knows only UTC, is handed New York wall time', () => {
    expect(newYorkSeconds(Date.UTC(2013, 9, 8, 13, 30))).toBe(Date.UTC(2013, 9, 8, 9, 30) / 1_000);
  });
});
