import { BrowserWindow, type BrowserWindowConstructorOptions } from 'electron';
import type { DoorLog } from '#desk/entrance/door';
import { CrashLimit } from './crash-limit.ts';
import { FAILED_URL } from './origin.ts';

export interface ConsoleWindow {
  readonly window: BrowserWindow;
  show(): void;
  /** Loads the page anew and forgets earlier crashes. */
  reload(): void;
}

export interface ConsoleWindowOptions {
  /** Absolute path of the built preload. */
  readonly preload: string;
  /** The console's own address, with the panel that it shows alone. */
  readonly url: string;
  readonly bounds: Pick<BrowserWindowConstructorOptions, 'x' | 'y' | 'width' | 'height' | 'minWidth' | 'minHeight' | 'useContentSize'>;
  readonly log: DoorLog;
  /** The page is gone or about to be loaded anew: whatever it followed has ended. */
  onPageGone(): void;
  /** The operator closes the window; it closes only when this answers true. */
  mayClose(): boolean;
}

const CRASHES = 3;
const CRASH_WINDOW_MS = 5 * 60_000;

export function createConsoleWindow(options: ConsoleWindowOptions): ConsoleWindow {
  const { log, url: home } = options;
  const crashes = new CrashLimit(CRASHES, CRASH_WINDOW_MS);
  const window = new BrowserWindow({
    ...options.bounds,
    show: false,
    title: 'TriggerDesk',
    backgroundColor: '#0b0f14',
    webPreferences: {
      preload: options.preload,
      sandbox: true,
      contextIsolation: true,
      nodeIntegration: false,
      nodeIntegrationInWorker: false,
      nodeIntegrationInSubFrames: false,
      webSecurity: true,
      webviewTag: false,
      navigateOnDragDrop: false,
      spellcheck: false,
      // Alarms and the kill result must come through while another window is in front.
      backgroundThrottling: false,
    },
  });
  const { webContents } = window;

  function load(url: string): void {
    window.loadURL(url).catch((error: unknown) => log.error('the console could not be loaded', { url, error }));
  }

  window.once('ready-to-show', () => window.show());
  window.on('close', (event) => {
    if (!options.mayClose()) event.preventDefault();
  });
  window.on('unresponsive', () => log.warn('the console does not respond'));
  webContents.on('preload-error', (_event, path, error) => log.error('the preload failed', { path, error }));
  webContents.on('render-process-gone', (_event, details) => {
    options.onPageGone();
    if (details.reason === 'clean-exit' || window.isDestroyed()) return;
    const verdict = crashes.crashed(performance.now());
    log.error('the console crashed', { reason: details.reason, exitCode: details.exitCode, verdict });
    load(verdict === 'reload' ? home : FAILED_URL);
  });

  load(home);
  return {
    window,
    show() {
      if (window.isMinimized()) window.restore();
      window.show();
      window.focus();
    },
    reload() {
      crashes.reset();
      load(home);
    },
  };
}
