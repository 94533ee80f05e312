import { expect, test } from 'vitest';
import { changeSettings, limitsRefusal } from '#core/engine/change-settings';
import { err, ok } from '#domain/result';
import { CoreDesk } from '../../support/core/desk.ts';

const LIMITS = { changesLimits: true, detail: '{"limits":{}}' };
const SCREEN = { changesLimits: false, detail: '{"screen":{}}' };

test('limits stay as they are in EMERGENCY, and nothing is written; other settings may change', () => {
  const desk = new CoreDesk().started();
  expect(limitsRefusal(desk.core.view)).toBeUndefined();
  desk.killBy();
  const written: string[] = [];
  const write = (what: string) => () => {
    written.push(what);
    return ok(undefined);
  };
  const refused = changeSettings(desk.deskState, LIMITS, 'the test', write('limits'));
  expect(refused).toEqual({ ok: false, error: { code: 'not-allowed-now', text: 'Limits cannot be changed in EMERGENCY.' } });
  expect(changeSettings(desk.deskState, SCREEN, 'the test', write('screen')).ok).toBe(true);
  expect(written).toEqual(['screen']);
});

test('a change that was written is committed and logged with who made it; one that could not be written is not', () => {
  const desk = new CoreDesk().started();
  const before = desk.coordinator.seq;
  expect(changeSettings(desk.deskState, LIMITS, 'the test', () => err('the disk is full'))).toEqual({
    ok: false,
    error: { code: 'invalid-input', text: 'the disk is full' },
  });
  expect(desk.coordinator.seq).toBe(before);
  expect(changeSettings(desk.deskState, LIMITS, 'the test', () => ok(undefined))).toEqual({ ok: true, value: before + 1 });
  expect(desk.coordinator.record(before + 1)?.name).toBe('settings.update');
  expect(desk.logs.at(-1)).toEqual({ level: 'warning', text: 'Settings changed by the test' });
});
