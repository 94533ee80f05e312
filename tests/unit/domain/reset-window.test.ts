import { expect, test } from 'vitest';
import { isLoginDay, RESET_WINDOWS, resetWindowAt } from '#domain/reset-window';
import { DEFAULT_SETTINGS, resetWindowsOf, settings } from '#protocol/settings';

const MINUTE = 60_000;
/** New York is four hours behind in July, five in January. */
const summer = (day: number, hour: number, minute: number): number => Date.UTC(2025, 6, day, hour + 4, minute);

test('the nightly reset of North America is each night from Sunday to Friday, the weekend’s from Friday to Saturday', () => {
  const inside = (day: number, hour: number, minute: number): string | undefined =>
    resetWindowAt(summer(day, hour, minute), RESET_WINDOWS.NA)?.window.name;
  // 6 July 2025 is a Sunday.
  for (const day of [6, 7, 8, 9, 10, 11])
    expect([inside(day, 0, 14), inside(day, 0, 15), inside(day, 1, 44), inside(day, 1, 45)]).toEqual([
      undefined,
      'nightly reset',
      'nightly reset',
      undefined,
    ]);
  expect([inside(12, 0, 30), inside(12, 2, 59), inside(12, 3, 0), inside(11, 22, 59), inside(11, 23, 0)]).toEqual([
    'weekend reset',
    'weekend reset',
    undefined,
    undefined,
    'weekend reset',
  ]);
  // Saturday has no night of its own, and Sunday none of the weekend's.
  expect([inside(12, 23, 30), inside(13, 2, 0)]).toEqual([undefined, undefined]);
});

test('an end is told to the minute, in summer and in winter, and a lead counts as inside', () => {
  const at = summer(8, 0, 15) + 17_000;
  expect(resetWindowAt(at, RESET_WINDOWS.NA)?.endsAt).toBe(summer(8, 1, 45));
  const winter = Date.UTC(2025, 0, 7, 5, 30);
  expect(resetWindowAt(winter, RESET_WINDOWS.NA)?.endsAt).toBe(Date.UTC(2025, 0, 7, 6, 45));
  const before = summer(8, 0, 14) + 500;
  expect(resetWindowAt(before, RESET_WINDOWS.NA)).toBeUndefined();
  expect(resetWindowAt(before, RESET_WINDOWS.NA, MINUTE)?.endsAt).toBe(summer(8, 1, 45));
  expect(resetWindowAt(before - 1_000, RESET_WINDOWS.NA, MINUTE)).toBeUndefined();
  expect(resetWindowAt(summer(11, 23, 30), RESET_WINDOWS.NA)?.endsAt).toBe(summer(12, 3, 0));
});

test('each region has its own; none has none', () => {
  const europe = Date.UTC(2025, 6, 8, 5, 0);
  const asia = Date.UTC(2025, 6, 8, 12, 30);
  const names = (at: number): readonly (string | undefined)[] =>
    (['NA', 'EU', 'APAC', 'none'] as const).map((region) => resetWindowAt(at, RESET_WINDOWS[region])?.window.name);
  // Europe's night and New York's fall into the same hours.
  expect(names(europe)).toEqual(['nightly reset', 'nightly reset', undefined, undefined]);
  expect(names(asia)).toEqual([undefined, undefined, 'evening reset', undefined]);
});

test('Sunday from one o’clock in New York is the day of the log-in', () => {
  expect([isLoginDay(summer(6, 0, 59)), isLoginDay(summer(6, 1, 0)), isLoginDay(summer(6, 23, 59)), isLoginDay(summer(7, 0, 0))]).toEqual([
    false,
    true,
    true,
    false,
  ]);
});

test('a settings file without reset windows opens with those of North America, one with an unknown key or time does not', () => {
  const { resetWindows: _new, ...old } = DEFAULT_SETTINGS;
  expect(settings.parse(old)).toEqual(DEFAULT_SETTINGS);
  expect(resetWindowsOf(DEFAULT_SETTINGS.resetWindows)).toBe(RESET_WINDOWS.NA);
  const own = { name: 'TWS restart', zone: 'America/Chicago', days: [1, 2], from: '23:45', to: '00:10' };
  const parsed = settings.parse({ ...old, resetWindows: { region: 'EU', own: [own] } });
  expect(resetWindowsOf(parsed.resetWindows)).toEqual([{ ...own, from: 1_425, to: 10 }]);
  for (const wrong of [
    { region: 'EU' },
    { region: 'MARS', own: [] },
    { region: 'NA', own: [], more: 1 },
    { region: 'NA', own: [{ ...own, from: '24:00' }] },
    { region: 'NA', own: [{ ...own, zone: 'Nowhere/At_All' }] },
    { region: 'NA', own: [{ ...own, days: [7] }] },
  ])
    expect(settings.safeParse({ ...old, resetWindows: wrong }).success).toBe(false);
});
