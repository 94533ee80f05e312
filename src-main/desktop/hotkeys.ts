import { globalShortcut } from 'electron';
import type { HotkeyReport } from '#desk/entrance/door';
import type { DeskActions } from './menu.ts';

/** Three modifiers: these act while any other program has the keyboard. */
const KEYS = [
  { keys: 'CommandOrControl+Alt+Shift+K', action: 'Kill' },
  { keys: 'CommandOrControl+Alt+Shift+P', action: 'Pause' },
] as const;

/** Another program may hold a key already: the report says which of ours work. */
export function registerHotkeys(actions: DeskActions): readonly HotkeyReport[] {
  return KEYS.map(({ keys, action }) => ({
    keys,
    action,
    registered: globalShortcut.register(keys, () => {
      if (action === 'Kill') actions.kill('global shortcut');
      else actions.pause('global shortcut');
    }),
  }));
}

export function releaseHotkeys(): void {
  globalShortcut.unregisterAll();
}
