import { EventEmitter } from 'node:events';
import { accessSync, constants, readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, relative } from 'node:path';
import { describe, expect, it } from 'vitest';

// The stand-in may do less than Electron, never something else: every public member it has must exist in Electron's own types.

const root = join(import.meta.dirname, '../..');
const dist = join(root, 'tests/standin/dist');
const types = readFileSync(join(root, 'node_modules/electron/electron.d.ts'), 'utf8');
const standin = createRequire(import.meta.url)('../standin/dist/standin/electron.cjs') as Record<string, object>;

/** Names that Electron's types declare for an interface or a class. */
function declared(name: string): Set<string> {
  const names = new Set<string>();
  const bodies = new RegExp(`^  (?:export )?(?:interface|class) ${name}(?: extends ([\\w.]+))?[^{]*\\{\\n([\\s\\S]*?)\\n  \\}$`, 'gm');
  for (const [, , body = ''] of types.matchAll(bodies)) {
    for (const member of body.matchAll(/^ {4}(?:static |readonly )*(\w+)\??[(:<]/gm)) names.add(member[1]!);
    for (const member of body.matchAll(/^ {4}(?:get|set) (\w+)\(/gm)) names.add(member[1]!);
  }
  return names;
}

const inherited = new Set([
  ...Object.getOwnPropertyNames(EventEmitter.prototype),
  ...Object.getOwnPropertyNames(new EventEmitter()),
  ...['constructor', 'length', 'prototype', 'name'],
]);

/** Public names that the stand-in gives an object, its prototypes included. */
function given(object: object): string[] {
  const names = new Set<string>();
  for (let at: unknown = object; typeof at === 'object' && at !== null && at !== Object.prototype; at = Object.getPrototypeOf(at)) {
    for (const name of Object.getOwnPropertyNames(at)) names.add(name);
  }
  return [...names].filter((name) => !name.startsWith('_') && !inherited.has(name));
}

const modules = {
  app: 'App',
  ipcMain: 'IpcMain',
  protocol: 'Protocol',
  dialog: 'Dialog',
  shell: 'Shell',
  powerSaveBlocker: 'PowerSaveBlocker',
  globalShortcut: 'GlobalShortcut',
  safeStorage: 'SafeStorage',
  net: 'Net',
  screen: 'Screen',
  nativeTheme: 'NativeTheme',
  clipboard: 'Clipboard',
  crashReporter: 'CrashReporter',
  powerMonitor: 'PowerMonitor',
};

describe('the stand-in for Electron', () => {
  it.each(Object.entries(modules))('gives %s nothing that Electron’s %s has not', (key, type) => {
    const known = declared(type);
    expect(known.size).toBeGreaterThan(0);
    expect(given(standin[key]!).length).toBeGreaterThan(0);
    expect(given(standin[key]!).filter((name) => !known.has(name))).toEqual([]);
  });

  it.each(['BrowserWindow', 'Tray', 'Notification', 'Menu'])('gives the class %s nothing that Electron’s has not', (name) => {
    const known = new Set([...declared(name), ...declared('BaseWindow')]);
    const made = standin[name] as unknown as { readonly prototype: object };
    // `all` and `application` are its own bookkeeping.
    const statics = Object.getOwnPropertyNames(made).filter((key) => !inherited.has(key) && !['all', 'application'].includes(key));
    expect([...given(made.prototype), ...statics].filter((key) => !known.has(key))).toEqual([]);
  });

  it('is of the version of Electron that the program is built for, and can be started', () => {
    const { version } = JSON.parse(readFileSync(join(root, 'node_modules/electron/package.json'), 'utf8')) as { version: string };
    expect(readFileSync(join(dist, 'version'), 'utf8').trim()).toBe(version);
    expect(() => accessSync(join(dist, 'electron'), constants.X_OK)).not.toThrow();
  });

  it('is known to nothing that ships and to no end-to-end test but their launcher', () => {
    const folders = ['src-shared', 'src-main', 'src-preload', 'src-renderer', 'resources', 'tests/e2e'];
    const files = folders.flatMap((folder) =>
      readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile() && /\.(ts|tsx|html|css|json|md)$/.test(entry.name))
        .map((entry) => relative(root, join(entry.parentPath, entry.name))),
    );
    expect(files.filter((file) => /stand-?in\b|ELECTRON_OVERRIDE/i.test(readFileSync(join(root, file), 'utf8')))).toEqual([
      'tests/e2e/launch.ts',
    ]);
  });
});
