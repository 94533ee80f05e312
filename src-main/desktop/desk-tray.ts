import { Menu, nativeImage, Tray } from 'electron';
import { KEYS } from '#protocol/keys';
import type { DoorLog, DoorStatus } from '#desk/entrance/door';
import { type DeskActions, KILL_EVERYTHING } from './menu.ts';
import { trayPng, trayShape, trayText, type TrayShape } from './tray-icon.ts';

export interface DeskTray {
  show(status: DoorStatus): void;
  close(): void;
}

/** A desktop without a tray is no reason not to trade: everything in it is also in the menu. */
export function createTray(actions: DeskActions, log: DoorLog): DeskTray | null {
  let shape: TrayShape = 'ring';
  try {
    const tray = new Tray(nativeImage.createFromBuffer(trayPng(shape)));
    tray.setContextMenu(
      Menu.buildFromTemplate([
        { id: 'show', label: 'Show console', click: () => actions.show() },
        { id: 'pause', label: KEYS.system.pause.text, click: () => actions.pause('tray') },
        { type: 'separator' },
        { id: 'kill', label: KEYS.menu.kill.text, click: () => actions.kill('tray') },
        { id: 'kill-everything', label: KILL_EVERYTHING, click: () => actions.kill('tray', 'cancel') },
        { type: 'separator' },
        { id: 'quit', label: KEYS.menu.quit.text, click: () => actions.quit() },
      ]),
    );
    tray.on('click', () => actions.show());
    return {
      show(status) {
        tray.setToolTip(trayText(status));
        const next = trayShape(status);
        if (next === shape) return;
        shape = next;
        tray.setImage(nativeImage.createFromBuffer(trayPng(shape)));
      },
      close: () => tray.destroy(),
    };
  } catch (error) {
    log.warn('this desktop has no tray', { error });
    return null;
  }
}
