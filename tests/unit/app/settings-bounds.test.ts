import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { DEFAULT_SETTINGS, type Limits, resetWindowsOf, settings, settingsPatch, type Settings } from '#protocol/settings';

/** The hard floor and ceiling of every safety rail, and the least step that is a different figure. */
const RAILS: Readonly<Record<keyof Limits, readonly [floor: number, ceiling: number, step: number]>> = {
  maxOrderShares: [1, 100_000, 1],
  maxOrderContracts: [1, 1_000, 1],
  maxOrderNotional: [1, 10_000_000, 0.01],
  collarPercent: [0.01, 20, 0.01],
  collarTicks: [1, 100_000, 1],
  maxQuoteAgeMs: [100, 60_000, 1],
  messagesPerSecond: [15, 45, 1],
  reservedMessagesPerSecond: [2, 20, 1],
  ordersPerSecondPerSymbol: [1, 10, 1],
  ordersPerSecond: [1, 20, 1],
  firingsPerTenMinutes: [1, 20, 1],
  duplicateWindowSeconds: [1, 600, 1],
  maxWorkingPerSide: [1, 20, 1],
  maxWorkingTotal: [1, 200, 1],
  maxPositionShares: [1, 1_000_000, 1],
  maxPositionContracts: [1, 10_000, 1],
  maxDailyLoss: [1, 10_000_000, 0.01],
};

type Window = Settings['resetWindows']['own'][number];
const WINDOW: Window = { name: 'mine', zone: 'Europe/Berlin', days: [0, 6], from: '23:45', to: '00:15' };

/** Whether a file with this change of the defaults loads. */
function loads(change: Readonly<Record<string, unknown>>): boolean {
  return settings.safeParse({ ...DEFAULT_SETTINGS, ...change }).success;
}

function loadsLimit(rail: string, figure: number): boolean {
  // The reserve is bounded by the rate as well; a full rate leaves its own bounds to be seen.
  const rate =
    rail === 'reservedMessagesPerSecond' ? { messagesPerSecond: 45 } : rail === 'messagesPerSecond' ? { reservedMessagesPerSecond: 2 } : {};
  return loads({ limits: { ...DEFAULT_SETTINGS.limits, ...rate, [rail]: figure } });
}

const loadsConnection = (part: Readonly<Record<string, unknown>>): boolean =>
  loads({ connection: { ...DEFAULT_SETTINGS.connection, ...part } });
const loadsWindow = (part: Readonly<Record<string, unknown>>): boolean =>
  loads({ resetWindows: { region: 'NA', own: [{ ...WINDOW, ...part }] } });

describe('C-34: the hard bounds of a setting', () => {
  test.each(Object.entries(RAILS))(
    '%s lies between its floor and its ceiling, both allowed, and nothing beyond is',
    (rail, [floor, ceiling, step]) => {
      expect([floor, ceiling, floor - step, ceiling + step].map((figure) => loadsLimit(rail, figure))).toEqual([true, true, false, false]);
      expect(loadsLimit(rail, floor + 0.5)).toBe(step !== 1);
    },
  );

  test('the console’s own changes meet the same bounds', () => {
    for (const [rail, [, ceiling, step]] of Object.entries(RAILS)) {
      expect([rail, settingsPatch.safeParse({ limits: { [rail]: ceiling } }).success]).toEqual([rail, true]);
      expect([rail, settingsPatch.safeParse({ limits: { [rail]: ceiling + step } }).success]).toEqual([rail, false]);
    }
  });

  test('the reserve leaves room for a bracket and not one message less', () => {
    const loadsBoth = (messagesPerSecond: number, reservedMessagesPerSecond: number): boolean =>
      loads({ limits: { ...DEFAULT_SETTINGS.limits, messagesPerSecond, reservedMessagesPerSecond } });
    expect([loadsBoth(15, 12), loadsBoth(15, 13), loadsBoth(22, 19), loadsBoth(22, 20)]).toEqual([true, false, true, false]);
  });

  test('where TWS listens: a host with a name, a port of TCP, and room for three client ids below a thousand', () => {
    expect(['', 'x', 'x'.repeat(100), 'x'.repeat(101)].map((host) => loadsConnection({ host }))).toEqual([false, true, true, false]);
    expect([0, 1, 65_535, 65_536, 7.5].map((port) => loadsConnection({ port }))).toEqual([false, true, true, false, false]);
    expect([-1, 0, 900, 901].map((clientIdBase) => loadsConnection({ clientIdBase }))).toEqual([false, true, true, false]);
  });

  test('something must be allowed, and the version is the first', () => {
    const allowed = DEFAULT_SETTINGS.allowed;
    expect([loads({ allowed: { ...allowed, orderTypes: ['LMT'] } }), loads({ allowed: { ...allowed, orderTypes: [] } })]).toEqual([
      true,
      false,
    ]);
    expect([loads({ allowed: { ...allowed, timesInForce: ['DAY'] } }), loads({ allowed: { ...allowed, timesInForce: [] } })]).toEqual([
      true,
      false,
    ]);
    expect([0, 1, 2].map((version) => loads({ version }))).toEqual([false, true, false]);
  });

  test('K-01: a window has a short name, a zone, one to seven days of the week and times of a clock; there are at most twenty', () => {
    expect(['', 'x', 'x'.repeat(60), 'x'.repeat(61)].map((name) => loadsWindow({ name }))).toEqual([false, true, true, false]);
    expect(['', 'Europe/Berlin', 'Nowhere/There'].map((zone) => loadsWindow({ zone }))).toEqual([false, true, false]);
    expect([[-1], [0], [6], [7], [], [0, 1, 2, 3, 4, 5, 6], [0, 1, 2, 3, 4, 5, 6, 6]].map((days) => loadsWindow({ days }))).toEqual([
      ...[false, true, true, false],
      ...[false, true, false],
    ]);
    expect(['00:00', '23:59', '24:00', '7:30'].map((from) => loadsWindow({ from }))).toEqual([true, true, false, false]);
    const many = (count: number): boolean => loads({ resetWindows: { region: 'NA', own: Array(count).fill(WINDOW) } });
    expect([many(20), many(21)]).toEqual([true, false]);
  });

  test('K-01: a clock time is minutes after midnight, and the region’s list holds while there is none of one’s own', () => {
    const own = [{ ...WINDOW, from: '10:09', to: '21:50' }];
    expect(resetWindowsOf({ region: 'NA', own }).map(({ from, to }) => [from, to])).toEqual([[609, 1_310]]);
    expect(resetWindowsOf({ region: 'EU', own: [] })).not.toEqual(resetWindowsOf({ region: 'APAC', own: [] }));
    expect(resetWindowsOf({ region: 'EU', own: [] }).length).toBeGreaterThan(0);
  });
});

test('the defaults are those that the settings’ page names, and they load', () => {
  const page = readFileSync(new URL('../../../docs/settings.md', import.meta.url), 'utf8');
  const told = new Map<string, string>();
  for (const [, names = '', values = ''] of page.matchAll(/^\| (`[^|]*`) +\| ([^|]*?) +\|/gm)) {
    const keys = [...names.matchAll(/`([\w.]+)`/g)].map(([, key = '']) => key);
    const said = values.split(', ');
    keys.forEach((key, at) => told.set(key, said[at] ?? ''));
  }
  for (const [rail, figure] of Object.entries(DEFAULT_SETTINGS.limits))
    expect([rail, told.get(`limits.${rail}`)?.replaceAll(' ', '')]).toEqual([rail, String(figure)]);
  const { connection, killScope, screen, resetWindows, allowed } = DEFAULT_SETTINGS;
  expect(['connection.host', 'connection.port', 'connection.clientIdBase'].map((key) => told.get(key))).toEqual([
    connection.host,
    String(connection.port),
    String(connection.clientIdBase),
  ]);
  expect([told.get('killScope'), told.get('screen.upColor'), told.get('screen.sound')]).toEqual([
    killScope,
    screen.upColor,
    String(screen.sound),
  ]);
  expect([told.get('resetWindows.region'), told.get('resetWindows.own')]).toEqual([resetWindows.region, JSON.stringify(resetWindows.own)]);
  expect([allowed.orderTypes.length, allowed.timesInForce.length]).toEqual([5, 3]);
  expect(settings.safeParse(DEFAULT_SETTINGS).data).toEqual(DEFAULT_SETTINGS);
});

test('a file from before sound and windows existed loads with the tone on and the region’s windows', () => {
  const { resetWindows: _windows, ...older } = DEFAULT_SETTINGS;
  const loaded = settings.parse({ ...older, screen: { upColor: 'red' } });
  expect([loaded.screen, loaded.resetWindows]).toEqual([
    { upColor: 'red', sound: true },
    { region: 'NA', own: [] },
  ]);
});
