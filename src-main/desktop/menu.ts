import { app, Menu, type MenuItemConstructorOptions } from 'electron';
import type { KillExits } from '#desk/entrance/door';
import { KEYS } from '#protocol/keys';

export interface DeskActions {
  /** Protective exits of open positions stay, unless `exits` takes them too. */
  kill(by: string, exits?: KillExits): void;
  pause(by: string): void;
  show(): void;
  reload(): void;
  quit(): void;
}

const [QUIT_ACCELERATOR] = KEYS.menu.quit.keys;
export const [KILL_ACCELERATOR] = KEYS.menu.kill.keys;

/** The second choice, without a key of its own; menu and tray say the same. */
export const KILL_EVERYTHING = 'Kill: stop and cancel everything, protective exits too';

export function installMenu(actions: DeskActions): void {
  const desk: MenuItemConstructorOptions[] = [
    { id: 'pause', label: KEYS.system.pause.text, click: () => actions.pause('menu') },
    { id: 'kill', label: KEYS.menu.kill.text, accelerator: KILL_ACCELERATOR, click: () => actions.kill('menu') },
    { id: 'kill-everything', label: KILL_EVERYTHING, click: () => actions.kill('menu', 'cancel') },
    { type: 'separator' },
    { id: 'quit', label: KEYS.menu.quit.text, accelerator: QUIT_ACCELERATOR, click: () => actions.quit() },
  ];
  const view: MenuItemConstructorOptions[] = [
    { id: 'reload', label: 'Reload console', click: () => actions.reload() },
    { role: 'togglefullscreen' },
    { role: 'resetZoom' },
    { role: 'zoomIn' },
    { role: 'zoomOut' },
    ...(app.isPackaged ? [] : [{ role: 'toggleDevTools' } as const]),
  ];
  Menu.setApplicationMenu(
    Menu.buildFromTemplate([
      { id: 'desk', label: 'Desk', submenu: desk },
      { label: 'Edit', submenu: [{ role: 'cut' }, { role: 'copy' }, { role: 'paste' }, { role: 'selectAll' }] },
      { label: 'View', submenu: view },
    ]),
  );
}
