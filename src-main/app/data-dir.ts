import { mkdirSync, accessSync, constants } from 'node:fs';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { err, ok, type Result } from '#domain/result';

/** Where programs keep their data on this system: APPDATA, Application Support, XDG_CONFIG_HOME. */
function usualPlace(): string {
  const home = homedir();
  switch (process.platform) {
    case 'win32':
      return join(process.env['APPDATA'] ?? join(home, 'AppData', 'Roaming'), 'TriggerDesk');
    case 'darwin':
      return join(home, 'Library', 'Application Support', 'TriggerDesk');
    default:
      return join(process.env['XDG_CONFIG_HOME'] ?? join(home, '.config'), 'TriggerDesk');
  }
}

/** Makes the folder. The simulator gets one of its own, so that a rehearsal never mixes with real records. */
export function openDataDir(wanted: string | undefined, simulator: boolean): Result<string> {
  const dir = wanted === undefined ? join(usualPlace(), simulator ? 'simulator' : 'desk') : resolve(wanted);
  try {
    mkdirSync(dir, { recursive: true, mode: 0o700 });
    accessSync(dir, constants.R_OK | constants.W_OK);
    return ok(dir);
  } catch (error) {
    return err(
      `The data folder ${dir} cannot be used: ${error instanceof Error ? error.message : String(error)}. Choose another with --data DIR.`,
    );
  }
}
