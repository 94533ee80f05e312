import { app, dialog, protocol, screen } from 'electron';
import type { ConsoleAssets } from '#desk/entrance/console-assets';
import type { DeskDoor, DoorLog } from '#desk/entrance/door';
import type { DesktopClaim } from './claim.ts';
import { openingPlace, panelQuery, PLACE_BOUNDS } from '#protocol/panels';
import { type ConsoleWindow, createConsoleWindow } from './console-window.ts';
import { createTray } from './desk-tray.ts';
import { registerHotkeys, releaseHotkeys } from './hotkeys.ts';
import { type IpcDoor, openIpcDoor } from './ipc-door.ts';
import { KeepAwake } from './keep-awake.ts';
import { lockDown } from './lockdown.ts';
import { installMenu, KILL_ACCELERATOR, type DeskActions } from './menu.ts';
import { CONSOLE_URL, SCHEME } from './origin.ts';
import { PanelWindows, visiblePlace } from './panel-windows.ts';
import { Quit } from './quit.ts';
import { serveConsole } from './serve-console.ts';

export interface DesktopOptions {
  readonly claim: DesktopClaim;
  readonly door: DeskDoor;
  readonly assets: ConsoleAssets;
  /** Absolute path of the built preload. */
  readonly preload: string;
  readonly log: DoorLog;
  /** Stops the desk in order; called once, before the program ends. */
  stop(): Promise<void>;
}

export interface Desktop {
  /** Stops the desk and ends the program; asks first while anything is armed or works at the broker, unless `asked` is false. */
  quit(asked?: boolean): Promise<void>;
}

const CONSOLE_BOUNDS = { width: 1440, height: 900, minWidth: 1100, minHeight: 640 } as const;
/** The page knows its inner size. */
const PANEL_BOUNDS = { useContentSize: true, minWidth: PLACE_BOUNDS.width[0], minHeight: PLACE_BOUNDS.height[0] } as const;

/** Windows of one panel each, behind the same walls as the console's own. One that is closed takes nothing with it. */
function panelWindows({ preload, log }: DesktopOptions, ipc: IpcDoor, console_: ConsoleWindow): PanelWindows {
  const windows = new PanelWindows({
    showConsole: () => console_.show(),
    create: (panel, place, onClosed) => {
      const areas = screen.getAllDisplays().map(({ workArea }) => workArea);
      const bounds = { ...(place === undefined ? openingPlace(place) : visiblePlace(place, areas)), ...PANEL_BOUNDS };
      const made = createConsoleWindow({
        preload,
        log,
        url: `${CONSOLE_URL}${panelQuery(panel)}`,
        bounds,
        onPageGone: () => seat.pageGone(),
        mayClose: () => true,
      });
      const seat = ipc.admit(made.window.webContents, `console window, ${panel}`, windows);
      made.window.once('closed', () => {
        seat.leave();
        onClosed();
      });
      return {
        show: () => made.show(),
        close: () => made.window.close(),
        reload: () => {
          seat.pageGone();
          made.reload();
        },
      };
    },
  });
  return windows;
}

/** Opens the window and everything around it. The desk runs already; a window that fails to open does not stop it. */
export async function startDesktop(options: DesktopOptions): Promise<Desktop> {
  const { door, log } = options;
  await app.whenReady();
  lockDown(log);
  protocol.handle(SCHEME, (request) => serveConsole(options.assets, request));

  const quit = new Quit({
    armed: () => door.armed(),
    summary: () => door.quitSummary(),
    ask: async ({ message, detail }) => {
      console_.show();
      const answer = await dialog.showMessageBox(console_.window, {
        type: 'warning',
        title: 'TriggerDesk',
        message,
        detail,
        buttons: ['Stay', 'Quit'],
        defaultId: 0,
        cancelId: 0,
        noLink: true,
      });
      return answer.response === 1;
    },
    stop: () => options.stop(),
    leave: () => {
      end();
      app.quit();
    },
    failed: (error) => log.error('the desk did not stop in order', { error }),
  });
  const console_ = createConsoleWindow({
    preload: options.preload,
    log,
    url: CONSOLE_URL,
    bounds: CONSOLE_BOUNDS,
    onPageGone: () => seat.pageGone(),
    mayClose: () => {
      if (!quit.mayQuit) void quit.request();
      return quit.mayQuit;
    },
  });
  const ipc = openIpcDoor(door, log);
  const windows = panelWindows(options, ipc, console_);
  const seat = ipc.admit(console_.window.webContents, 'console window', windows);
  const actions: DeskActions = {
    kill: (by, exits) => door.kill('as-set', by, exits),
    pause: (by) => door.pause(by),
    show: () => console_.show(),
    reload: () => {
      seat.pageGone();
      console_.reload();
      windows.reload();
    },
    quit: () => void quit.request(),
  };
  installMenu(actions);
  const tray = createTray(actions, log);
  const awake = new KeepAwake();
  door.reportHotkeys([{ keys: KILL_ACCELERATOR, action: 'Kill (in this window)', registered: true }, ...registerHotkeys(actions)]);
  const endStatus = door.onStatus((status) => {
    tray?.show(status);
    awake.set(status.armed);
  });
  options.claim.onSecondInstance(() => console_.show());
  app.on('activate', () => console_.show());
  app.on('before-quit', (event) => {
    if (quit.mayQuit) return;
    event.preventDefault();
    void quit.request();
  });

  function end(): void {
    endStatus();
    awake.set(false);
    releaseHotkeys();
    tray?.close();
    ipc.close();
  }

  return { quit: (asked) => quit.request(asked) };
}
