import type { EventEmitter } from 'node:events';
import { beforeEach, expect, test, vi } from 'vitest';
import type { Caller, DeskDoor, DoorStatus } from '#desk/entrance/door';
import { claimDesktop, type DesktopClaim } from '#desktop/claim';
import { type Desktop, startDesktop } from '#desktop/start-desktop';

interface Item {
  readonly id?: string;
  readonly submenu?: readonly Item[];
  readonly click?: () => void;
}
interface FakeWindow extends EventEmitter {
  readonly options: Readonly<Record<string, unknown>>;
  readonly loaded: string[];
  readonly said: string[];
  readonly webContents: EventEmitter & { readonly id: number };
  minimized: boolean;
  destroyed: boolean;
}
type Handler = (...args: readonly unknown[]) => unknown;

/** Electron as far as the desktop uses it; what it was told stands here. */
const electron = vi.hoisted(() => ({
  app: undefined as unknown as EventEmitter & { readonly quits: number },
  windows: [] as FakeWindow[],
  handlers: new Map<string, Handler>(),
  keys: new Map<string, () => void>(),
  menus: [] as unknown[],
  tray: undefined as unknown as EventEmitter & { readonly images: string[]; readonly tips: string[]; readonly destroyed: boolean },
  noTray: false,
  first: true,
  boxes: [] as Readonly<Record<string, unknown>>[],
  answer: 0,
  blockers: 0,
  areas: [{ workArea: { x: 0, y: 0, width: 1920, height: 1040 } }],
}));

vi.mock('electron', async () => {
  const { EventEmitter: Emitter } = await import('node:events');
  const { createHash } = await import('node:crypto');
  class App extends Emitter {
    quits = 0;
    readonly isPackaged = true;
    readonly enableSandbox = (): void => undefined;
    readonly whenReady = (): Promise<void> => Promise.resolve();
    readonly requestSingleInstanceLock = (): boolean => electron.first;
    readonly quit = (): void => void (this.quits += 1);
  }
  electron.app = new App();
  class BrowserWindow extends Emitter {
    readonly loaded: string[] = [];
    readonly said: string[] = [];
    readonly webContents = Object.assign(new Emitter(), {
      id: electron.windows.length + 1,
      isDestroyed: () => this.destroyed,
      send: () => undefined,
    });
    minimized = false;
    destroyed = false;
    readonly options: Readonly<Record<string, unknown>>;
    constructor(options: Readonly<Record<string, unknown>>) {
      super();
      this.options = options;
      electron.windows.push(this);
    }
    readonly loadURL = (url: string): Promise<void> => {
      this.loaded.push(url);
      return Promise.resolve();
    };
    readonly isMinimized = (): boolean => this.minimized;
    readonly isDestroyed = (): boolean => this.destroyed;
    readonly restore = (): void => void this.said.push('restore');
    readonly show = (): void => void this.said.push('show');
    readonly focus = (): void => void this.said.push('focus');
    readonly close = (): void => void this.emit('closed');
  }
  class Tray extends Emitter {
    readonly images: string[] = [];
    readonly tips: string[] = [];
    destroyed = false;
    constructor(image: string) {
      super();
      if (electron.noTray) throw new Error('no tray here');
      this.images.push(image);
      electron.tray = this;
    }
    readonly setContextMenu = (): void => undefined;
    readonly setToolTip = (text: string): void => void this.tips.push(text);
    readonly setImage = (image: string): void => void this.images.push(image);
    readonly destroy = (): void => void (this.destroyed = true);
  }
  const hear = (name: string, handler: Handler): void => void electron.handlers.set(name, handler);
  const nothing = (): void => undefined;
  return {
    app: electron.app,
    BrowserWindow,
    Tray,
    Menu: { buildFromTemplate: (items: unknown) => (electron.menus.push(items), items), setApplicationMenu: nothing },
    nativeImage: { createFromBuffer: (png: Buffer) => createHash('sha256').update(png).digest('hex') },
    dialog: {
      showMessageBox: (_window: unknown, box: Readonly<Record<string, unknown>>) => {
        electron.boxes.push(box);
        return Promise.resolve({ response: electron.answer });
      },
    },
    screen: { getAllDisplays: () => electron.areas },
    protocol: { handle: hear, registerSchemesAsPrivileged: nothing },
    ipcMain: { handle: hear, on: hear },
    globalShortcut: {
      register: (key: string, act: () => void) => {
        if (electron.keys.has(key)) return false;
        electron.keys.set(key, act);
        return true;
      },
      unregisterAll: () => electron.keys.clear(),
    },
    powerSaveBlocker: { start: () => (electron.blockers += 1), stop: () => (electron.blockers -= 1) },
    session: {
      defaultSession: {
        ...{ setPermissionRequestHandler: nothing, setPermissionCheckHandler: nothing, setDevicePermissionHandler: nothing, on: nothing },
        webRequest: { onBeforeRequest: nothing },
      },
    },
  };
});

const IDLE: DoorStatus = { engine: 'SCANNING', account: 'DU1234567', paper: true, armed: false };
const OWN = 'app://triggerdesk/index.html';

/** The desk behind the windows, and what reached it. */
class Desk {
  readonly said: unknown[] = [];
  readonly hotkeys: unknown[] = [];
  readonly callers: Caller[] = [];
  readonly streams: { open: boolean }[] = [];
  readonly logged: string[] = [];
  armed = false;
  listener: ((status: DoorStatus) => void) | undefined;
  readonly door = {
    armed: () => this.armed,
    quitSummary: () => ({ continues: ['SELL 100 IBM stop 178.00'], stops: [] }),
    kill: (...words: readonly unknown[]) => void this.said.push(['kill', ...words]),
    pause: (by: string) => void this.said.push(['pause', by]),
    reportHotkeys: (list: readonly unknown[]) => void this.hotkeys.push(...list),
    onStatus: (listener: (status: DoorStatus) => void) => {
      this.listener = listener;
      listener(IDLE);
      return () => (this.listener = undefined);
    },
    call: (name: unknown, _input: unknown, caller: Caller) => {
      this.callers.push(caller);
      return Promise.resolve({ ok: true, value: name });
    },
    subscribe: () => {
      const stream = { open: true };
      this.streams.push(stream);
      return { ack: () => undefined, resync: () => undefined, setPaused: () => undefined, close: () => (stream.open = false) };
    },
  } as unknown as DeskDoor;

  async start(): Promise<Desktop> {
    const claim = claimDesktop() as DesktopClaim;
    const say = (text: string): void => void this.logged.push(text);
    return startDesktop({
      ...{ claim, door: this.door, assets: { find: () => null }, preload: '/p.cjs', log: { info: say, warn: say, error: say } },
      stop: () => {
        this.said.push('stop');
        return Promise.resolve();
      },
    });
  }
}

let desk: Desk;
beforeEach(() => {
  electron.app.removeAllListeners();
  Object.assign(electron.app, { quits: 0 });
  electron.windows.length = 0;
  electron.handlers.clear();
  electron.keys.clear();
  electron.menus.length = 0;
  electron.boxes.length = 0;
  Object.assign(electron, { first: true, noTray: false, answer: 0, blockers: 0 });
  desk = new Desk();
});

const shown = (window: FakeWindow | undefined): readonly string[] => window?.said.splice(0) ?? ['no window'];
const from = (id: number, url = OWN) => ({ sender: { id }, senderFrame: { url, parent: null } });
const call = (id: number, name = 'engine.pause'): unknown => electron.handlers.get('desk:call')?.(from(id), name, {});
const subscribe = (id: number): unknown => electron.handlers.get('desk:subscribe')?.(from(id), 'a', ['status']);

/** Chooses an entry of the menu, or of the tray's. */
function choose(menu: 'menu' | 'tray', id: string): void {
  const [first, second] = electron.menus as readonly (readonly Item[])[];
  const items = menu === 'tray' ? second : first?.flatMap(({ submenu }) => submenu ?? []);
  const item = items?.find((one) => one.id === id);
  if (item?.click === undefined) throw new Error(`${menu} holds no ${id}`);
  item.click();
}

/** Once everything that waits for nothing has run. */
const settled = (): Promise<void> => new Promise((done) => setImmediate(done));

/** Whether closing or quitting was held back. */
function prevented(emitter: EventEmitter, name: string): boolean {
  let held = false;
  emitter.emit(name, { preventDefault: () => (held = true) });
  return held;
}

test('the window is shown when its page is there, and comes forward from the tray, the dock and a second start', async () => {
  await desk.start();
  const [window] = electron.windows;
  expect([window?.options['show'], window?.loaded, shown(window)]).toEqual([false, [OWN], []]);
  window?.emit('ready-to-show');
  expect(shown(window)).toEqual(['show']);
  electron.tray.emit('click');
  electron.app.emit('activate');
  electron.app.emit('second-instance');
  choose('tray', 'show');
  expect(shown(window)).toEqual(Array.from({ length: 4 }, () => ['show', 'focus']).flat());
  Object.assign(window as FakeWindow, { minimized: true });
  electron.tray.emit('click');
  expect(shown(window)).toEqual(['restore', 'show', 'focus']);
});

test('a second start ends itself and starts nothing', () => {
  electron.first = false;
  expect(claimDesktop()).toBeNull();
  expect(electron.app.quits).toBe(1);
});

test('the last window that closes does not end the program past its orderly stop', () => {
  claimDesktop();
  expect(electron.app.listenerCount('window-all-closed')).toBe(1);
});

test('menu, tray and global keys kill and pause under their own names, and only the second choice takes exits', async () => {
  await desk.start();
  for (const menu of ['menu', 'tray'] as const) for (const id of ['kill', 'kill-everything', 'pause']) choose(menu, id);
  for (const act of electron.keys.values()) act();
  const by = (name: string): readonly unknown[] => [
    ['kill', 'as-set', name, undefined],
    ['kill', 'as-set', name, 'cancel'],
    ['pause', name],
  ];
  const keys = [
    ['kill', 'as-set', 'global shortcut', undefined],
    ['pause', 'global shortcut'],
  ];
  expect(desk.said).toEqual([...by('menu'), ...by('tray'), ...keys]);
});

test('the screen is told which kill keys work: the one of the window always, the global ones when nobody else holds them', async () => {
  await desk.start();
  expect(desk.hotkeys).toMatchObject([{ action: 'Kill (in this window)', registered: true }, { registered: true }, { registered: true }]);
  const again = new Desk();
  // The keys of the first are held still.
  await again.start();
  expect(again.hotkeys).toMatchObject([{ registered: true }, { registered: false }, { registered: false }]);
});

test('tray and power follow the desk: another picture only for another state, awake only while armed', async () => {
  await desk.start();
  const { tray } = electron;
  expect([tray.images.length, electron.blockers]).toEqual([1, 0]);
  desk.listener?.(IDLE);
  expect(tray.images.length).toBe(1);
  desk.listener?.({ ...IDLE, armed: true });
  desk.listener?.({ ...IDLE, armed: true });
  expect([tray.images.length, electron.blockers, tray.tips.at(-1)]).toEqual([2, 1, 'TriggerDesk · PAPER DU1234567 · SCANNING · armed']);
  desk.listener?.({ ...IDLE, engine: 'EMERGENCY', armed: true });
  desk.listener?.(IDLE);
  expect([tray.images.length, electron.blockers]).toEqual([4, 0]);
  expect([tray.images[3], new Set(tray.images).size]).toEqual([tray.images[0], 3]);
});

test('a desktop without a tray trades all the same', async () => {
  electron.noTray = true;
  await desk.start();
  desk.listener?.({ ...IDLE, armed: true });
  choose('menu', 'kill');
  expect([desk.said.length, electron.blockers, desk.logged]).toEqual([1, 1, ['this desktop has no tray']]);
});

test('the window’s page speaks as the operator at the desk', async () => {
  await desk.start();
  expect(await call(1)).toEqual({ ok: true, value: 'engine.pause' });
  expect(desk.callers[0]).toMatchObject({ by: 'console window', scope: 'operate', atDesk: true, session: null, closed: false });
});

test('a page that crashed, or is loaded anew, leaves no stream behind, and crashing on ends in a page without script', async () => {
  await desk.start();
  const [window] = electron.windows;
  subscribe(1);
  window?.webContents.emit('render-process-gone', {}, { reason: 'crashed', exitCode: 5 });
  expect([desk.streams.map(({ open }) => open), window?.loaded]).toEqual([[false], [OWN, OWN]]);
  subscribe(1);
  choose('menu', 'reload');
  expect([desk.streams.map(({ open }) => open), window?.loaded.length]).toEqual([[false, false], 3]);
  // Loading anew has forgotten the crash before it.
  for (let at = 0; at < 3; at += 1) window?.webContents.emit('render-process-gone', {}, { reason: 'oom', exitCode: 5 });
  expect(window?.loaded.slice(3)).toEqual([OWN, OWN, 'app://triggerdesk/console-failed.html']);
});

test('a page that left in order is not loaded again, nor is one whose window is gone', async () => {
  await desk.start();
  const [window] = electron.windows;
  subscribe(1);
  window?.webContents.emit('render-process-gone', {}, { reason: 'clean-exit', exitCode: 0 });
  Object.assign(window as FakeWindow, { destroyed: true });
  window?.webContents.emit('render-process-gone', {}, { reason: 'killed', exitCode: 1 });
  expect([window?.loaded, desk.streams[0]?.open]).toEqual([[OWN], false]);
});

test('a preload that fails, and a page that hangs, are in the log', async () => {
  await desk.start();
  const [window] = electron.windows;
  window?.webContents.emit('preload-error', {}, '/p.cjs', new Error('broken'));
  window?.emit('unresponsive');
  expect(desk.logged).toEqual(['the preload failed', 'the console does not respond']);
});

test('a panel has a window of its own, where it was, and its end takes its seat along and nothing else', async () => {
  await desk.start();
  await call(1);
  const windows = desk.callers[0]?.windows;
  windows?.open('orders', { x: 100, y: 50, width: 900, height: 500 });
  windows?.open('fills', { x: -9_000, y: 50, width: 900, height: 500 });
  const [console_, orders, fills] = electron.windows;
  expect(orders?.options).toMatchObject({ x: 100, y: 50, width: 900, height: 500, useContentSize: true });
  expect(fills?.options['x']).toBeUndefined();
  expect(orders?.loaded[0]).toContain('orders');
  await call(2);
  expect(desk.callers[1]).toMatchObject({ by: 'console window, orders', scope: 'operate', atDesk: true });
  windows?.open('orders', undefined);
  expect([shown(orders), electron.windows.length]).toEqual([['show', 'focus'], 3]);
  windows?.open('console', undefined);
  expect(shown(console_)).toEqual(['show', 'focus']);
  for (const id of [1, 2, 3]) subscribe(id);
  choose('menu', 'reload');
  expect([desk.streams.map(({ open }) => open), electron.windows.map(({ loaded }) => loaded.length)]).toEqual([
    [false, false, false],
    [2, 2, 2],
  ]);
  for (const id of [1, 2]) subscribe(id);
  orders?.emit('closed');
  expect(desk.streams.slice(3).map(({ open }) => open)).toEqual([true, false]);
  expect(desk.callers[1]?.closed).toBe(true);
  expect(await call(2)).toMatchObject({ error: { code: 'foreign-sender' } });
  windows?.open('orders', undefined);
  expect(electron.windows.length).toBe(4);
  windows?.closePanels();
  expect(await call(3)).toMatchObject({ error: { code: 'foreign-sender' } });
  expect(await call(1)).toMatchObject({ ok: true });
});

test('a panel’s window closes without a question, and its page that is gone leaves no stream', async () => {
  await desk.start();
  desk.armed = true;
  await call(1);
  desk.callers[0]?.windows?.open('orders', undefined);
  const [, orders] = electron.windows;
  subscribe(2);
  orders?.webContents.emit('render-process-gone', {}, { reason: 'crashed', exitCode: 5 });
  expect(desk.streams[0]?.open).toBe(false);
  expect([prevented(orders as FakeWindow, 'close'), electron.boxes]).toEqual([false, []]);
});

test('armed: closing the window and quitting are held back until the operator says quit; Stay is the choice of a hasty Enter', async () => {
  await desk.start();
  const [window] = electron.windows;
  desk.armed = true;
  expect(prevented(window as FakeWindow, 'close')).toBe(true);
  await settled();
  expect(electron.boxes.length).toBe(1);
  expect(electron.boxes[0]).toMatchObject({ type: 'warning', buttons: ['Stay', 'Quit'], defaultId: 0, cancelId: 0, noLink: true });
  expect(String(electron.boxes[0]?.['detail'])).toContain('SELL 100 IBM stop 178.00');
  expect([desk.said, electron.app.quits, shown(window)]).toEqual([[], 0, ['show', 'focus']]);
  electron.answer = 1;
  expect(prevented(electron.app, 'before-quit')).toBe(true);
  await settled();
  expect(electron.app.quits).toBe(1);
  expect(desk.said).toEqual(['stop']);
  expect([prevented(window as FakeWindow, 'close'), prevented(electron.app, 'before-quit')]).toEqual([false, false]);
});

test('what ends with the program: the status, the keys, the tray, the blocker and the pages’ calls', async () => {
  const desktop = await desk.start();
  desk.listener?.({ ...IDLE, armed: true });
  subscribe(1);
  await desktop.quit(false);
  expect([desk.listener, electron.keys.size, electron.tray.destroyed, electron.blockers]).toEqual([undefined, 0, true, 0]);
  expect(desk.streams[0]?.open).toBe(false);
  expect(await call(1)).toMatchObject({ error: { code: 'unavailable' } });
  expect([desk.said, electron.boxes, electron.app.quits]).toEqual([['stop'], [], 1]);
});

test('the quit of menu and tray asks while armed, and asked once is enough', async () => {
  await desk.start();
  desk.armed = true;
  choose('menu', 'quit');
  await settled();
  expect(electron.boxes.length).toBe(1);
  choose('tray', 'quit');
  await settled();
  expect(electron.boxes.length).toBe(2);
  expect(electron.app.quits).toBe(0);
});
