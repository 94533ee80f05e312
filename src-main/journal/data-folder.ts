import * as fs from 'node:fs';
import { resolve } from 'node:path';
import { err, ok, type Result } from '#domain/result';
import { fileTrouble } from './files.ts';
import { isForOthers, ownerTrouble, thisUser, writerTrouble } from './ownership.ts';

/**
 * Makes the data folder and says where it really is, so that every spelling of its path leads to the same files and the same lock. Refused, in
 * a sentence with the way to mend it: a folder of another user, and one that others may write to. One that others may read becomes the owner's
 * alone.
 */
export function prepareDataFolder(wanted: string, user: number | undefined = thisUser()): Result<string> {
  const path = resolve(wanted);
  try {
    fs.mkdirSync(path, { recursive: true, mode: 0o700 });
    const folder = fs.realpathSync.native(path);
    const status = fs.statSync(folder);
    const foreign = ownerTrouble(status, user);
    if (foreign !== undefined)
      return refuse(path, `${foreign}. Start the desk as that user, or say: sudo chown -R "$(id -un)" "${folder}"`);
    const trouble = status.isDirectory() ? writerTrouble(status, folder, user) : 'it is no folder';
    if (trouble !== undefined) return refuse(path, trouble);
    if (isForOthers(status, user)) fs.chmodSync(folder, 0o700);
    fs.accessSync(folder, fs.constants.R_OK | fs.constants.W_OK);
    return ok(folder);
  } catch (error) {
    return refuse(path, fileTrouble(error));
  }
}

function refuse(path: string, why: string): Result<never> {
  return err(`The data folder ${path} cannot be used: ${why}. Or choose another with --data DIR.`);
}
