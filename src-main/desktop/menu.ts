import { app, Menu, type MenuItemConstructorOptions } from 'electron';

export interface DeskActions {
  kill(by: string): void;
  pause(by: string): void;
  show(): void;
  reload(): void;
  quit(): void;
}

export const KILL_ACCELERATOR = 'CommandOrControl+Shift+K';

export function installMenu(actions: DeskActions): void {
  const desk: MenuItemConstructorOptions[] = [
    { id: 'pause', label: 'Pause', click: () => actions.pause('menu') },
    { id: 'kill', label: 'Kill: stop and cancel everything', accelerator: KILL_ACCELERATOR, click: () => actions.kill('menu') },
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
