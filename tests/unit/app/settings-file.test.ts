import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { SettingsStore } from '#app/settings-store';
import { DEFAULT_SETTINGS, type Limits, resetWindowsOf, type Settings } from '#protocol/settings';
import { temporaryDirectory } from '../../support/temporary.ts';

const RAILS = Object.keys(DEFAULT_SETTINGS.limits) as (keyof Limits)[];

/** A folder whose settings file holds these limits besides the defaults. */
function folderWith(limits: Readonly<Record<string, unknown>>): string {
  const folder = temporaryDirectory();
  const { path } = new SettingsStore(folder);
  writeFileSync(path, JSON.stringify({ ...DEFAULT_SETTINGS, limits }));
  return folder;
}

test('one limit is changed and the others stay what the operator has set', () => {
  const own = { ...DEFAULT_SETTINGS.limits, maxOrderShares: 70, maxDailyLoss: 100, firingsPerTenMinutes: 1 };
  const folder = folderWith(own);
  const store = new SettingsStore(folder);
  expect(store.update({ limits: { maxOrderNotional: 900 } })).toEqual({ ok: true, value: undefined });
  const wanted = { ...own, maxOrderNotional: 900 };
  expect(store.current.limits).toEqual(wanted);
  expect(new SettingsStore(folder).current.limits).toEqual(wanted);
});

test('a change that cannot be written is not in force', () => {
  const store = new SettingsStore(temporaryDirectory());
  rmSync(store.path);
  mkdirSync(store.path);
  expect(store.update({ limits: { maxOrderShares: 99_000 } }).ok).toBe(false);
  expect(store.current).toEqual(DEFAULT_SETTINGS);
});

test('a broken file keeps the desk from trading though a good backup lies beside it, and stays as it is', () => {
  const folder = temporaryDirectory();
  const before = new SettingsStore(folder);
  before.update({ limits: { maxOrderShares: 10 } });
  before.update({ limits: { maxOrderShares: 5 } });
  writeFileSync(before.path, '{"version":1');
  const store = new SettingsStore(folder);
  expect(store.fault).toContain('settings.json does not hold JSON');
  expect(store.view().fault).toBe(store.fault);
  expect(store.update({ limits: { maxOrderShares: 6 } })).toEqual({ ok: false, error: store.fault });
  expect(readFileSync(store.path, 'utf8')).toBe('{"version":1');
});

test.each(RAILS)('C-34: a file without %s does not load', (rail) => {
  const { [rail]: _left, ...rest } = DEFAULT_SETTINGS.limits;
  expect(new SettingsStore(folderWith(rest)).fault).toContain(rail);
});

test.each(RAILS)('C-34: %s has a ceiling, and nothing below its floor loads', (rail) => {
  for (const figure of [1e9, 0, -1]) {
    const store = new SettingsStore(folderWith({ ...DEFAULT_SETTINGS.limits, [rail]: figure }));
    expect([rail, figure, store.fault === null]).toEqual([rail, figure, false]);
    expect(store.current.limits).toEqual(DEFAULT_SETTINGS.limits);
  }
});

test('K-01: one window of the operator’s own takes the place of the region’s list, to the minute', () => {
  const own: Settings['resetWindows']['own'] = [{ name: 'mine', zone: 'America/New_York', days: [1], from: '23:45', to: '00:15' }];
  expect(resetWindowsOf({ region: 'NA', own })).toEqual([
    { name: 'mine', zone: 'America/New_York', days: [1], from: 23 * 60 + 45, to: 15 },
  ]);
  expect(resetWindowsOf({ region: 'NA', own: [] }).length).toBeGreaterThan(0);
});
