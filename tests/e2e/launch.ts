import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { _electron as electron, type ElectronApplication, type Page } from '@playwright/test';
import { chromiumPath, dataPlace, root, within } from './place.ts';

/** Whether Electron's own binary is here and could open a window. */
function realElectron(): boolean {
  const folder = join(root, 'node_modules/electron');
  if (!existsSync(join(folder, 'path.txt'))) return false;
  if (!existsSync(join(folder, 'dist', readFileSync(join(folder, 'path.txt'), 'utf8')))) return false;
  if (process.platform !== 'linux') return true;
  const display = process.env['DISPLAY'] ?? process.env['WAYLAND_DISPLAY'] ?? '';
  return display !== '' && process.getuid?.() !== 0;
}

// The npm package `electron` and Playwright both ask this variable for the binary; a test needs to know no more than that.
if (process.env['ELECTRON_OVERRIDE_DIST_PATH'] === undefined && !realElectron()) {
  process.env['ELECTRON_OVERRIDE_DIST_PATH'] = join(root, 'tests/standin/dist');
}

export interface Desk {
  readonly app: ElectronApplication;
  readonly page: Page;
  readonly dataDir: string;
  /** What the main process has written since its window opened, for a failure's message. */
  output(): string;
  /** Ends the program, by force when it does not want to end (an armed desk asks first), and removes its data folder. */
  close(): Promise<void>;
}

/** What a program needs in its surroundings to run on a data folder of its own. */
export function environment(dataDir: string): Record<string, string> {
  return {
    ...(process.env as Record<string, string>),
    XDG_CONFIG_HOME: dataDir,
    STANDIN_NODE: process.execPath,
    STANDIN_CHROMIUM: chromiumPath(),
  };
}

/** The program's own arguments: the built program with the embedded simulator. */
export function programArguments(dataDir: string, args: readonly string[] = []): string[] {
  return [root, '--simulator', '--data', dataDir, ...args];
}

export interface LaunchOptions {
  /** They come after `--simulator --data DIR`. */
  readonly args?: readonly string[];
  readonly dataDir?: string;
  /** Keeps what the program gives to the system (tray menu, global shortcuts) in `globalThis.__shell` of the main process. */
  readonly recordShell?: boolean;
  /** Global shortcuts that another program holds, as it were. */
  readonly takenKeys?: string;
}

/** Starts the built program and gives its first window. */
export async function launchDesk({ args = [], dataDir, recordShell = false, takenKeys }: LaunchOptions = {}): Promise<Desk> {
  const place = dataPlace(dataDir);
  const app = await electron.launch({
    args: [...(recordShell ? ['-r', join(import.meta.dirname, 'shell-record.cjs')] : []), ...programArguments(place.dir, args)],
    cwd: root,
    env: { ...environment(place.dir), ...(takenKeys === undefined ? {} : { TRIGGERDESK_TEST_TAKEN_KEYS: takenKeys }) },
    timeout: 60_000,
  });
  const child = app.process();
  let output = '';
  const take = (text: Buffer): void => {
    output = (output + text.toString()).slice(-50_000);
  };
  child.stdout?.on('data', take);
  child.stderr?.on('data', take);
  const gone = new Promise<void>((resolve) => {
    child.once('exit', () => resolve());
  });
  const page = await app.firstWindow({ timeout: 30_000 });
  return {
    app,
    page,
    dataDir: place.dir,
    output: () => output,
    async close() {
      if (child.exitCode === null && !(await within(5_000, app.close()))) {
        child.kill('SIGKILL');
        await within(5_000, gone);
      }
      place.remove();
    },
  };
}
