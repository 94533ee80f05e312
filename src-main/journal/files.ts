import { randomBytes } from 'node:crypto';
import * as fs from 'node:fs';
import { join } from 'node:path';
import { isForOthers, ownerTrouble, thisUser, writerTrouble } from './ownership.ts';

/**
 * The part of the file system that everything in the data folder is opened with. Links are not followed; what is no regular file, or belongs
 * to another user, is refused; what others may read is made the owner's alone. Every function throws the system's error (`code` ENOSPC, EIO,
 * EROFS, …); callers turn it into a value. Tests inject one that fails on demand.
 */
export interface Files {
  /** Makes it when it is missing. One that others may write to is refused. */
  makeDirectory(path: string): void;
  /** Names in a directory, not sorted. */
  list(directory: string): readonly string[];
  /** Also a link is something, wherever it leads. */
  exists(path: string): boolean;
  read(path: string): Buffer;
  /** Opens for reading and positional writing; creates the file, readable by its owner alone, when it is missing. */
  open(path: string): number;
  /** The same for a file that must not be there yet. */
  createNew(path: string): number;
  openToRead(path: string): number;
  /** Returns how many bytes went in: a filling disk takes a part before it fails. */
  write(fd: number, bytes: Uint8Array, position: number): number;
  /** Returns how many bytes came; 0 at the end. */
  readAt(fd: number, target: Uint8Array, position: number): number;
  size(fd: number): number;
  truncate(fd: number, length: number): void;
  sync(fd: number): void;
  /** The same off the main thread. */
  syncLater(fd: number, done: (error: Error | null) => void): void;
  syncDirectory(directory: string): void;
  close(fd: number): void;
  rename(from: string, to: string): void;
  remove(path: string): void;
}

/** Windows has neither of the two: a link there takes an administrator, and a pipe has another kind of name. */
const GUARDED = flag('O_NOFOLLOW') | flag('O_NONBLOCK');
const READ_AND_WRITE = fs.constants.O_RDWR | fs.constants.O_CREAT;

function flag(name: 'O_NOFOLLOW' | 'O_NONBLOCK'): number {
  return (fs.constants as Partial<Record<typeof name, number>>)[name] ?? 0;
}

export class NodeFiles implements Files {
  readonly #user: number | undefined;

  /** `user` is the only one whose files are opened; undefined where the system has no owners. */
  constructor(user: number | undefined = thisUser()) {
    this.#user = user;
  }

  makeDirectory(path: string): void {
    fs.mkdirSync(path, { recursive: true, mode: 0o700 });
    const status = fs.lstatSync(path);
    if (!status.isDirectory()) throw new Error('its folder is a link');
    const trouble = ownerTrouble(status, this.#user) ?? writerTrouble(status, path, this.#user);
    if (trouble !== undefined) throw new Error(trouble);
  }

  list(directory: string): readonly string[] {
    return fs.readdirSync(directory);
  }

  exists(path: string): boolean {
    return fs.lstatSync(path, { throwIfNoEntry: false }) !== undefined;
  }

  read(path: string): Buffer {
    const fd = this.#guarded(path, fs.constants.O_RDONLY);
    try {
      return fs.readFileSync(fd);
    } finally {
      fs.closeSync(fd);
    }
  }

  open(path: string): number {
    return this.#guarded(path, READ_AND_WRITE);
  }

  createNew(path: string): number {
    return this.#guarded(path, READ_AND_WRITE | fs.constants.O_EXCL);
  }

  openToRead(path: string): number {
    return this.#guarded(path, fs.constants.O_RDONLY);
  }

  #guarded(path: string, flags: number): number {
    const fd = fs.openSync(path, flags | GUARDED, 0o600);
    try {
      const status = fs.fstatSync(fd);
      const trouble = status.isFile() ? ownerTrouble(status, this.#user) : 'it is no regular file';
      if (trouble !== undefined) throw new Error(trouble);
      if (isForOthers(status, this.#user)) fs.fchmodSync(fd, 0o600);
      return fd;
    } catch (error) {
      fs.closeSync(fd);
      throw error;
    }
  }

  write(fd: number, bytes: Uint8Array, position: number): number {
    return fs.writeSync(fd, bytes, 0, bytes.byteLength, position);
  }

  readAt(fd: number, target: Uint8Array, position: number): number {
    return fs.readSync(fd, target, 0, target.byteLength, position);
  }

  size(fd: number): number {
    return fs.fstatSync(fd).size;
  }

  truncate(fd: number, length: number): void {
    fs.ftruncateSync(fd, length);
  }

  sync(fd: number): void {
    fs.fsyncSync(fd);
  }

  syncLater(fd: number, done: (error: Error | null) => void): void {
    fs.fdatasync(fd, done);
  }

  /** A new or renamed file survives a power cut only when its directory is synced too. Where the system cannot do that, it is left out. */
  syncDirectory(directory: string): void {
    if (process.platform === 'win32') return;
    const fd = fs.openSync(join(directory, '.'), fs.constants.O_RDONLY);
    try {
      fs.fsyncSync(fd);
    } catch (error) {
      if (!['EINVAL', 'ENOTSUP', 'EPERM'].includes(errorCode(error))) throw error;
    } finally {
      fs.closeSync(fd);
    }
  }

  close(fd: number): void {
    fs.closeSync(fd);
  }

  rename(from: string, to: string): void {
    fs.renameSync(from, to);
  }

  remove(path: string): void {
    fs.rmSync(path, { force: true });
  }
}

const TEMPORARY = /\.[0-9a-f]{16}\.tmp$/;

/** A name that nobody can have put something under beforehand, in the same directory as `path`. */
export function temporaryFor(path: string): string {
  return `${path}.${randomBytes(8).toString('hex')}.tmp`;
}

/** Removes what a death has left of writes that were under way. Only for who holds the folder: another one may be writing. */
export function sweepTemporaries(files: Files, directory: string): void {
  for (const name of files.list(directory)) if (TEMPORARY.test(name)) files.remove(join(directory, name));
}

/** The error that led here is the one to be told. */
function removeQuietly(files: Files, path: string): void {
  try {
    files.remove(path);
  } catch {
    // The next start sweeps it away.
  }
}

/** Puts a whole new file in the place of an old one, which stands until then. Throws the system's errors and leaves nothing behind. */
export function replaceFile(files: Files, path: string, bytes: Uint8Array): void {
  const temporary = temporaryFor(path);
  try {
    const fd = files.createNew(temporary);
    try {
      writeAll(files, fd, bytes, 0);
      files.sync(fd);
    } finally {
      files.close(fd);
    }
    files.rename(temporary, path);
  } catch (error) {
    removeQuietly(files, temporary);
    throw error;
  }
}

/** The same without waiting for the disk on the caller's thread. */
export async function replaceFileLater(files: Files, path: string, bytes: Uint8Array): Promise<void> {
  const temporary = temporaryFor(path);
  try {
    const fd = files.createNew(temporary);
    try {
      writeAll(files, fd, bytes, 0);
      await new Promise<void>((resolve, reject) => {
        files.syncLater(fd, (error) => {
          if (error === null) resolve();
          else reject(error);
        });
      });
    } finally {
      files.close(fd);
    }
    files.rename(temporary, path);
  } catch (error) {
    removeQuietly(files, temporary);
    throw error;
  }
}

/** Writes all bytes or throws. */
export function writeAll(files: Files, fd: number, bytes: Uint8Array, position: number): void {
  let done = 0;
  while (done < bytes.byteLength) {
    const written = files.write(fd, bytes.subarray(done), position + done);
    if (written <= 0) throw new Error('The system took no bytes');
    done += written;
  }
}

const causes: Readonly<Record<string, string>> = {
  ENOSPC: 'the disk is full',
  EDQUOT: 'the disk quota is used up',
  EIO: 'the disk reports a read or write error',
  EROFS: 'the disk is read-only',
  EACCES: 'access is denied',
  EPERM: 'access is denied',
  EEXIST: 'something of that name is there already',
  ELOOP: 'it is a link, and links are not followed',
  ENOENT: 'it does not exist',
  ENOTDIR: 'a part of its path is not a directory',
  EMFILE: 'too many files are open',
  ENFILE: 'too many files are open',
};

function errorCode(error: unknown): string {
  return typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : '';
}

/** The system's error in words for an operator, with its code. */
export function fileTrouble(error: unknown): string {
  const code = errorCode(error);
  const cause = causes[code];
  if (cause !== undefined) return `${cause} (${code})`;
  return error instanceof Error ? error.message : String(error);
}
