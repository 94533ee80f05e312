import { app, protocol } from 'electron';
import { SCHEME } from './origin.ts';

export interface DesktopClaim {
  /** Called when a second instance was started; it has ended itself. */
  onSecondInstance(listener: () => void): void;
}

/**
 * What must happen before Electron is ready. Null: this program is running already; the other instance shows its window, this one is
 * on its way out and must start nothing.
 */
export function claimDesktop(): DesktopClaim | null {
  app.enableSandbox();
  protocol.registerSchemesAsPrivileged([{ scheme: SCHEME, privileges: { standard: true, secure: true, supportFetchAPI: true } }]);
  if (!app.requestSingleInstanceLock()) {
    app.quit();
    return null;
  }
  // Without a listener Electron quits by itself when the last window closes, past the question and the orderly stop.
  app.on('window-all-closed', () => undefined);
  return { onSecondInstance: (listener) => void app.on('second-instance', listener) };
}
