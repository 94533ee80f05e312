import * as fs from 'node:fs';
import { join } from 'node:path';

/**
 * The part of the file system that the journal and the state files use. Every function throws the system's error (`code` ENOSPC, EIO,
 * EROFS, …); callers turn it into a value. Tests inject one that fails on demand.
 */
export interface Files {
  makeDirectory(path: string): void;
  /** Names in a directory, not sorted. */
  list(directory: string): readonly string[];
  exists(path: string): boolean;
  read(path: string): Buffer;
  /** Opens for reading and positional writing; creates the file, readable by its owner alone, when it is missing. */
  open(path: string): number;
  openToRead(path: string): number;
  /** Returns how many bytes went in: a filling disk takes a part before it fails. */
  write(fd: number, bytes: Uint8Array, position: number): number;
  /** Returns how many bytes came; 0 at the end. */
  readAt(fd: number, target: Uint8Array, position: number): number;
  truncate(fd: number, length: number): void;
  sync(fd: number): void;
  /** The same off the main thread. */
  syncLater(fd: number, done: (error: Error | null) => void): void;
  syncDirectory(directory: string): void;
  close(fd: number): void;
  rename(from: string, to: string): void;
  copy(from: string, to: string): void;
  remove(path: string): void;
}

export class NodeFiles implements Files {
  makeDirectory(path: string): void {
    fs.mkdirSync(path, { recursive: true, mode: 0o700 });
  }

  list(directory: string): readonly string[] {
    return fs.readdirSync(directory);
  }

  exists(path: string): boolean {
    return fs.existsSync(path);
  }

  read(path: string): Buffer {
    return fs.readFileSync(path);
  }

  open(path: string): number {
    return fs.openSync(path, fs.constants.O_RDWR | fs.constants.O_CREAT, 0o600);
  }

  openToRead(path: string): number {
    return fs.openSync(path, fs.constants.O_RDONLY);
  }

  write(fd: number, bytes: Uint8Array, position: number): number {
    return fs.writeSync(fd, bytes, 0, bytes.byteLength, position);
  }

  readAt(fd: number, target: Uint8Array, position: number): number {
    return fs.readSync(fd, target, 0, target.byteLength, position);
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

  copy(from: string, to: string): void {
    fs.copyFileSync(from, to);
  }

  remove(path: string): void {
    fs.rmSync(path, { force: true });
  }
}

/** Writes all bytes or throws. */
export function writeAll(files: Files, fd: number, bytes: Uint8Array, position: number): void {
  let done = 0;
  while (done < bytes.byteLength) {
    const written = files.write(fd, done === 0 ? bytes : bytes.subarray(done), position + done);
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
