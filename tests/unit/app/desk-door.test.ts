import { expect, test } from 'vitest';
import { deskDoor, type DoorParts } from '#app/desk-door';
import { DEFAULT_SETTINGS } from '#protocol/settings';
import { armAsSeen } from '../../support/core/arm-as-seen.ts';
import { CoreDesk } from '../../support/core/desk.ts';

function opened(killScope: 'own' | 'all') {
  const desk = new CoreDesk().started();
  const parts: unknown = { core: desk.core, settings: { current: { ...DEFAULT_SETTINGS, killScope } } };
  return { desk, door: deskDoor(parts as DoorParts) };
}

test.each(['own', 'all'] as const)('the kill of key, tray and menu has the scope of the settings: %s', (scope) => {
  const { desk, door } = opened(scope);
  door.kill('as-set', 'global shortcut');
  expect(desk.kill).toMatchObject({ scope, exits: 'keep', by: 'global shortcut' });
});

test('a kill whose scope was said has that scope, whatever the settings say', () => {
  const { desk, door } = opened('all');
  door.kill('own', 'tray', 'cancel');
  expect(desk.kill).toMatchObject({ scope: 'own', exits: 'cancel' });
});

test('whoever quits is told by name what ends with the program: what is armed', () => {
  const { desk, door } = opened('own');
  expect(door.quitSummary().stops).toEqual([]);
  const spec = desk.spec(180);
  expect(armAsSeen(desk.deskState, spec, 'the test').ok).toBe(true);
  expect(door.armed()).toBe(true);
  expect(door.quitSummary().stops).toEqual([expect.stringContaining(`${spec.name}: `)]);
});
