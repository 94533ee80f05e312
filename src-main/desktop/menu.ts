import { app, Menu, type MenuItemConstructorOptions } from 'electron';
import type { KillExits } from '#desk/entrance/door';

export interface DeskActions {
  /** Protective exits of open positions stay, unless `exits` takes them too. */
  kill(by: string, exits?: KillExits): void;
  pause(by: string): void;
  show(): void;
  reload(): void;
  quit(): void;
}

export const KILL_ACCELERATOR = 'CommandOrControl+Shift+K';

/** Menu and tray say the same. */
export const KILL_LABELS: Readonly<Record<KillExits, string>> = {
  keep: 'Kill: stop and cancel entries, keep protective exits',
  cancel: 'Kill: stop and cancel everything, protective exits too',
};

export function installMenu(actions: DeskActions): void {
  const desk: MenuItemConstructorOptions[] = [
    { id: 'pause', label: 'Pause', click: () => actions.pause('menu') },
    { id: 'kill', label: KILL_LABELS.keep, accelerator: KILL_ACCELERATOR, click: () => actions.kill('menu') },
    { id: 'kill-everything', label: KILL_LABELS.cancel, click: () => actions.kill('menu', 'cancel') },
    { type: 'separator' },
    { id: 'quit', label: 'Quit TriggerDesk', accelerator: 'CommandOrControl+Q', click: () => actions.quit() },
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
