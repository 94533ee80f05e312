import { EventEmitter } from 'node:events';
import { beforeEach, expect, test, vi } from 'vitest';
import type { DeskDoor, Subscriber } from '#desk/entrance/door';
import { createConsoleWindow } from '#desktop/console-window';
import { registerHotkeys } from '#desktop/hotkeys';
import { openIpcDoor } from '#desktop/ipc-door';
import { KeepAwake } from '#desktop/keep-awake';
import { lockDown } from '#desktop/lockdown';

type Handler = (...args: readonly never[]) => unknown;

/** What the desk has told Electron. Its own part is shown by the walls of the end-to-end tests. */
const electron = vi.hoisted(() => ({
  handlers: new Map<string, Handler>(),
  blockers: new Set<number>(),
  taken: new Set<string>(),
  windows: [] as Readonly<Record<string, unknown>>[],
}));

vi.mock('electron', async () => {
  const { EventEmitter: Emitter } = await import('node:events');
  const hear = (prefix: string) => (name: string, handler: Handler) => void electron.handlers.set(`${prefix}${name}`, handler);
  class BrowserWindow extends Emitter {
    readonly webContents = new Emitter();
    constructor(options: Readonly<Record<string, unknown>>) {
      super();
      electron.windows.push(options);
    }
    loadURL = () => Promise.resolve();
  }
  return {
    BrowserWindow,
    app: { on: hear('app:') },
    ipcMain: { handle: hear(''), on: hear('') },
    globalShortcut: { register: (keys: string) => !electron.taken.has(keys), unregisterAll: () => undefined },
    powerSaveBlocker: {
      start: () => {
        electron.blockers.add(electron.blockers.size + 1);
        return electron.blockers.size;
      },
      stop: (id: number) => electron.blockers.delete(id),
    },
    session: {
      defaultSession: {
        setPermissionRequestHandler: (handler: Handler) => electron.handlers.set('permission', handler),
        setPermissionCheckHandler: (handler: Handler) => electron.handlers.set('permission-check', handler),
        setDevicePermissionHandler: (handler: Handler) => electron.handlers.set('device', handler),
        on: hear('session:'),
        webRequest: { onBeforeRequest: (handler: Handler) => electron.handlers.set('request', handler) },
      },
    },
  };
});

const LOG = { info: () => undefined, warn: () => undefined, error: () => undefined };

function call(name: string, ...args: readonly unknown[]): unknown {
  const handler = electron.handlers.get(name) as ((...given: readonly unknown[]) => unknown) | undefined;
  if (handler === undefined) throw new Error(`nothing listens to ${name}`);
  return handler(...args);
}

beforeEach(() => {
  electron.handlers.clear();
  electron.blockers.clear();
  electron.taken.clear();
  electron.windows.length = 0;
});

test.each(['media', 'geolocation', 'notifications', 'clipboard-read', 'display-capture', 'openExternal', 'fileSystem'])(
  'no page gets the permission %s, by asking or by looking',
  (permission) => {
    lockDown(LOG);
    const answers: boolean[] = [];
    call('permission', {}, permission, (granted: boolean) => answers.push(granted));
    expect([answers, call('permission-check', {}, permission), call('device', {})]).toEqual([[false], false, false]);
  },
);

/** The page of a window behind the walls, and whether an event of it was let through. */
function lockedPage() {
  lockDown(LOG);
  const events = new EventEmitter();
  let opened: (details: { readonly url: string }) => unknown = () => undefined;
  const setWindowOpenHandler = (handler: typeof opened): void => void (opened = handler);
  call('app:web-contents-created', {}, Object.assign(events, { setWindowOpenHandler }));
  const passes = (name: string, detail: object): boolean => {
    let prevented = false;
    events.emit(name, { ...detail, preventDefault: () => (prevented = true) });
    return !prevented;
  };
  return { passes, open: (url: string) => opened({ url }) };
}

test('a page reloads itself and goes nowhere else: no link, no redirect, no frame, no embedded page', () => {
  const { passes } = lockedPage();
  const own = 'app://triggerdesk/index.html';
  expect(passes('will-navigate', { url: own })).toBe(true);
  expect(passes('will-navigate', { url: 'app://triggerdesk/assets/app.js' })).toBe(false);
  expect(passes('will-navigate', { url: 'https://example.org/' })).toBe(false);
  expect(passes('will-frame-navigate', { url: own, isMainFrame: false })).toBe(false);
  expect(passes('will-redirect', { url: own })).toBe(false);
  expect(passes('will-attach-webview', {})).toBe(false);
});

test.each(['https://example.org/', 'app://triggerdesk/index.html', 'about:blank'])('a page opens no window at %s', (url) => {
  expect(lockedPage().open(url)).toEqual({ action: 'deny' });
});

test('no download, and no request that leaves the program', () => {
  lockDown(LOG);
  let prevented = false;
  call('session:will-download', { preventDefault: () => (prevented = true) });
  const cancels = ['https://example.org/', 'file:///etc/passwd', 'app://triggerdesk/index.html'].map((url) => {
    let cancel = false;
    call('request', { url }, (answer: { readonly cancel: boolean }) => (cancel = answer.cancel));
    return cancel;
  });
  expect([prevented, cancels]).toEqual([true, [true, true, false]]);
});

test('the window keeps its page away from the preload, from Node and from other sites', () => {
  createConsoleWindow({
    preload: '/p.cjs',
    url: 'app://triggerdesk/index.html',
    bounds: {},
    log: LOG,
    onPageGone: () => undefined,
    mayClose: () => true,
  });
  expect(electron.windows[0]?.['webPreferences']).toMatchObject({
    sandbox: true,
    contextIsolation: true,
    nodeIntegration: false,
    nodeIntegrationInWorker: false,
    nodeIntegrationInSubFrames: false,
    webSecurity: true,
    webviewTag: false,
    navigateOnDragDrop: false,
  });
});

/** One window at the desk's IPC door, and what reached the desk. */
function seated() {
  const calls: unknown[] = [];
  const streams: { closed: boolean }[] = [];
  const door = {
    call: (name: unknown) => {
      calls.push(name);
      return Promise.resolve({ ok: true });
    },
    subscribe: (): Subscriber => {
      const stream = { closed: false };
      streams.push(stream);
      const close = (): void => void (stream.closed = true);
      return { ack: () => undefined, resync: () => undefined, setPaused: () => undefined, close };
    },
  } as unknown as DeskDoor;
  const ipc = openIpcDoor(door, LOG);
  const contents = { id: 7, isDestroyed: () => false, send: () => undefined };
  const seat = ipc.admit(contents as never, 'console window', { open: () => undefined, closePanels: () => undefined });
  const from = (url: string, parent: unknown = null, id = 7) => ({ sender: { id }, senderFrame: { url, parent } });
  return { ipc, seat, calls, streams, from, own: from('app://triggerdesk/index.html') };
}

test('only the console’s own page in an admitted window reaches the desk', async () => {
  const { calls, streams, from, own } = seated();
  const strangers = [
    from('https://example.org/'),
    from('app://triggerdesk.evil/index.html'),
    from('app://triggerdesk/index.html', {}),
    from('app://triggerdesk/index.html', null, 8),
    { sender: { id: 7 }, senderFrame: null },
  ];
  for (const stranger of strangers) {
    expect(await call('desk:call', stranger, 'kill', {})).toMatchObject({ ok: false, error: { code: 'foreign-sender' } });
    call('desk:subscribe', stranger, 's1', ['status']);
  }
  expect([calls, streams]).toEqual([[], []]);
  expect(await call('desk:call', own, 'kill', {})).toEqual({ ok: true });
  expect(calls).toEqual(['kill']);
});

test('the late goodbye of a page that was loaded anew does not end the stream of the one that is there', () => {
  const { streams, own } = seated();
  call('desk:subscribe', own, 'old', ['status']);
  call('desk:subscribe', own, 'new', ['status']);
  call('desk:unsubscribe', own, 'old');
  expect(streams.map(({ closed }) => closed)).toEqual([true, false]);
  call('desk:unsubscribe', own, 'new');
  expect(streams.map(({ closed }) => closed)).toEqual([true, true]);
});

test('while the program ends no call reaches the desk, and the page is told why', async () => {
  const { ipc, calls, own } = seated();
  ipc.close();
  expect(await call('desk:call', own, 'engine.start', {})).toMatchObject({ ok: false, error: { code: 'unavailable' } });
  expect(calls).toEqual([]);
});

test('a key that another program holds is reported as not working', () => {
  const actions = { kill: () => undefined, pause: () => undefined, show: () => undefined, reload: () => undefined, quit: () => undefined };
  const [kill] = registerHotkeys(actions);
  expect(kill?.registered).toBe(true);
  electron.taken.add(kill?.keys ?? '');
  expect(registerHotkeys(actions).map(({ registered }) => registered)).toEqual([false, true]);
});

test('the machine stays awake exactly while something is armed', () => {
  const awake = new KeepAwake();
  const held = [true, true, false, false, true].map((armed) => {
    awake.set(armed);
    return electron.blockers.size;
  });
  expect(held).toEqual([1, 1, 0, 0, 1]);
});
