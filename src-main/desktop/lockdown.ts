import { app, session, type WebContents } from 'electron';
import type { DoorLog } from '#desk/entrance/door';
import { leavesTheProgram, mayNavigate } from './origin.ts';

/** No page of this program may go elsewhere, open a window, embed one, ask for a device, download, or use the network. */
export function lockDown(log: DoorLog): void {
  const { defaultSession } = session;
  defaultSession.setPermissionRequestHandler((_contents, permission, done) => {
    log.warn('permission denied', { permission });
    done(false);
  });
  defaultSession.setPermissionCheckHandler(() => false);
  defaultSession.setDevicePermissionHandler(() => false);
  defaultSession.on('will-download', (event) => event.preventDefault());
  defaultSession.webRequest.onBeforeRequest((details, done) => done({ cancel: leavesTheProgram(details.url) }));
  app.on('web-contents-created', (_event, contents) => lockContents(contents, log));
}

function lockContents(contents: WebContents, log: DoorLog): void {
  contents.on('will-navigate', (event) => {
    if (mayNavigate(event.url)) return;
    event.preventDefault();
    log.warn('navigation denied', { url: event.url });
  });
  contents.on('will-frame-navigate', (event) => {
    if (!event.isMainFrame) event.preventDefault();
  });
  contents.on('will-redirect', (event) => event.preventDefault());
  contents.on('will-attach-webview', (event) => event.preventDefault());
  contents.setWindowOpenHandler(({ url }) => {
    log.warn('window denied', { url });
    return { action: 'deny' };
  });
}
