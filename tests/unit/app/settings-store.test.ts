import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { StateFile } from '#journal/state-file';
import { DEFAULT_SETTINGS } from '#protocol/settings';
import { SettingsStore } from '../../../src-main/app/settings-store.ts';
import { temporaryDirectory } from '../../support/temporary.ts';

const WITHOUT_RAIL = JSON.stringify({ ...DEFAULT_SETTINGS, limits: { ...DEFAULT_SETTINGS.limits, maxDailyLoss: undefined } });

function stored(folder: string): string {
  return readFileSync(join(folder, 'settings.json'), 'utf8');
}

test.each([
  ['no JSON', '{"version": 1, "limits": {"maxOrderShares": 7'],
  ['without a limit', WITHOUT_RAIL],
  ['of another version', JSON.stringify({ ...DEFAULT_SETTINGS, version: 99 })],
])('a settings file that is %s is never written over: not at the start, not by a change in the console', (_what, text) => {
  const folder = temporaryDirectory();
  writeFileSync(join(folder, 'settings.json'), text);
  const store = new SettingsStore(folder);
  expect([store.current, store.fault === null, stored(folder)]).toEqual([DEFAULT_SETTINGS, false, text]);
  const changed = store.update({ limits: { maxOrderShares: 5 } });
  expect(changed).toMatchObject({ ok: false, error: expect.stringContaining('Mend or remove the file') as string });
  expect([store.current, stored(folder)]).toEqual([DEFAULT_SETTINGS, text]);
});

test('a change that cannot be written is not in force either, and one that can is both', () => {
  const folder = temporaryDirectory();
  const store = new SettingsStore(folder);
  const { maxOrderShares } = store.current.limits;
  const write = vi.spyOn(StateFile.prototype, 'write').mockReturnValue({ ok: false, error: 'the disk is full' });
  try {
    expect(store.update({ limits: { maxOrderShares: 5 } })).toEqual({ ok: false, error: 'the disk is full' });
  } finally {
    write.mockRestore();
  }
  expect([store.current.limits.maxOrderShares, new SettingsStore(folder).current.limits.maxOrderShares]).toEqual([
    maxOrderShares,
    maxOrderShares,
  ]);
  expect(store.update({ limits: { maxOrderShares: 5 } }).ok).toBe(true);
  expect([store.current.limits.maxOrderShares, new SettingsStore(folder).current.limits.maxOrderShares]).toEqual([5, 5]);
});
