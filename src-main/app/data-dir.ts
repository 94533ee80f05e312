import { homedir } from 'node:os';
import { join } from 'node:path';
import { err, ok, type Result } from '#domain/result';
import { prepareDataFolder } from '#journal/data-folder';
import { NodeFiles, sweepTemporaries } from '#journal/files';
import { type FolderLock, lockFolder } from '#journal/folder-lock';

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

/** The exit code of a program that found its data folder in the hands of another one. Also read by scripts/start.mjs. */
const FOLDER_IN_USE = 3;

/** Why the desk did not start: a sentence for the terminal, and the program's exit code. */
export interface StartFailure {
  readonly text: string;
  readonly exitCode: number;
}

export interface DataDir {
  /** Its real path. */
  readonly path: string;
  readonly lock: FolderLock;
}

/**
 * Makes the folder and takes it, before anything in it is opened. The simulator gets one of its own, so that a rehearsal never mixes with real
 * records. `me` is what a second desk is told.
 */
export function openDataDir(
  wanted: string | undefined,
  simulator: boolean,
  me: { readonly program: string; readonly since: number },
): Result<DataDir, StartFailure> {
  const folder = prepareDataFolder(wanted ?? join(usualPlace(), simulator ? 'simulator' : 'desk'));
  if (!folder.ok) return err({ text: folder.error, exitCode: 1 });
  const path = folder.value;
  const lock = lockFolder(path, me);
  if (!lock.ok) return err({ text: lock.error.text, exitCode: lock.error.kind === 'held' ? FOLDER_IN_USE : 1 });
  sweep(path);
  return ok({ path, lock: lock.value });
}

/** What a death left of half-written files is in nobody's way: it must not keep the desk from starting. */
function sweep(path: string): void {
  const files = new NodeFiles();
  for (const folder of [path, join(path, 'exports')]) {
    try {
      if (files.exists(folder)) sweepTemporaries(files, folder);
    } catch {
      return;
    }
  }
}
