import { globalShortcut } from 'electron';
import { KEYS } from '#protocol/keys';
import type { HotkeyReport } from '#desk/entrance/door';
import type { DeskActions } from './menu.ts';

/** Another program may hold a key already: the report says which of ours work. */
export function registerHotkeys(actions: DeskActions): readonly HotkeyReport[] {
  const { kill, pause } = KEYS.system;
  const acts = [
    { word: kill, act: () => actions.kill('global shortcut') },
    { word: pause, act: () => actions.pause('global shortcut') },
  ];
  return acts.map(({ word, act }) => {
    const [keys] = word.keys;
    return { keys, action: word.text, registered: globalShortcut.register(keys, act) };
  });
}

export function releaseHotkeys(): void {
  globalShortcut.unregisterAll();
}
