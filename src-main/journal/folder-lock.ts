import * as fs from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { err, ok, type Result } from '#domain/result';
import { type Files, fileTrouble, NodeFiles, replaceFile } from './files.ts';

/** Who has a data folder, for the one who comes second. It is only told: whether the folder is free is asked of the system. */
export interface FolderHolder {
  readonly program: string;
  readonly pid: number;
  readonly host: string;
  /** Epoch ms. */
  readonly since: number;
}

export interface FolderLock {
  /** False: the lock was removed or replaced behind this program's back, and another one may have the folder by now. */
  isIntact(): boolean;
  /** At the orderly end. After any other end the system does it. */
  release(): void;
}

/** `held`: another program has the folder. `failed`: nobody can tell. Both end the start; the text is a sentence. */
export interface LockRefusal {
  readonly kind: 'held' | 'failed';
  readonly text: string;
}

/** Names of the lock and of what is told about its holder, in the data folder. Nothing else may ever open the lock's file (see below). */
const LOCK = 'desk.lock';
const HOLDER = 'desk-holder.json';
const SQLITE_BUSY = 5;

/** A handle that is collected as garbage would let go of its lock. */
const handles = new Set<DatabaseSync>();

/**
 * Takes the folder for this process alone. The lock is the system's own on the bytes of a file, as SQLite takes it: `fcntl` on Linux and macOS,
 * `LockFileEx` on Windows. It follows the file and not a path, it is seen by all users and containers of the machine, and it ends with the
 * process, however that ends. The system also lets go when this process closes *any* handle of that file: so no one else opens it.
 */
export function lockFolder(
  folder: string,
  me: Pick<FolderHolder, 'program' | 'since'>,
  files: Files = new NodeFiles(),
): Result<FolderLock, LockRefusal> {
  const path = join(folder, LOCK);
  try {
    const made = makeLockFile(path, files);
    if (made !== undefined) return refuse('failed', `The data folder ${folder} cannot be locked: ${made}.`);
    const sqlite = process.getBuiltinModule('node:sqlite') as typeof import('node:sqlite') | undefined;
    if (sqlite === undefined)
      return refuse('failed', 'This Node has no SQLite, with which the data folder is locked. Use Node 22.15 or newer.');
    const handle = new sqlite.DatabaseSync(path, { timeout: 0 });
    try {
      handle.exec('PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE');
    } catch (error) {
      handle.close();
      return isBusy(error)
        ? refuse('held', heldText(folder, holderOf(folder, files)))
        : refuse(
            'failed',
            `The data folder ${folder} cannot be locked: ${fileTrouble(error)}. If ${LOCK} is not of this program, remove it.`,
          );
    }
    handles.add(handle);
    const mine = identity(path);
    tell(folder, me, files);
    return ok({
      isIntact: () => mine !== undefined && identity(path) === mine,
      release: () => {
        files.remove(join(folder, HOLDER));
        handles.delete(handle);
        handle.close();
      },
    });
  } catch (error) {
    return refuse('failed', `The data folder ${folder} cannot be locked: ${fileTrouble(error)}.`);
  }
}

/** Makes the file when it is missing. Its opening ends here, before there can be a lock of this process on it. */
function makeLockFile(path: string, files: Files): string | undefined {
  if (!files.exists(path)) {
    try {
      files.close(files.createNew(path));
    } catch (error) {
      // Another program was faster.
      if (!files.exists(path)) throw error;
    }
  }
  const status = fs.lstatSync(path);
  if (!status.isFile()) return `${LOCK} is no regular file; remove it`;
  fs.chmodSync(path, 0o600);
  return undefined;
}

function isBusy(error: unknown): boolean {
  return typeof error === 'object' && error !== null && 'errcode' in error && error.errcode === SQLITE_BUSY;
}

/** Looks without opening. */
function identity(path: string): string | undefined {
  const status = fs.lstatSync(path, { bigint: true, throwIfNoEntry: false });
  return status === undefined ? undefined : `${status.dev}:${status.ino}`;
}

/** A holder that cannot be told is no reason not to start: the lock is there. */
function tell(folder: string, me: Pick<FolderHolder, 'program' | 'since'>, files: Files): void {
  const holder: FolderHolder = { ...me, pid: process.pid, host: hostname() };
  try {
    replaceFile(files, join(folder, HOLDER), Buffer.from(`${JSON.stringify(holder)}\n`, 'utf8'));
  } catch {
    files.remove(join(folder, HOLDER));
  }
}

/** What the holder told; undefined when it has told nothing yet, or what stands there is of a process that is gone. */
function holderOf(folder: string, files: Files): FolderHolder | undefined {
  try {
    const value = JSON.parse(files.read(join(folder, HOLDER)).toString('utf8')) as Partial<FolderHolder> | null;
    const { program, pid, host, since } = value ?? {};
    if (typeof program !== 'string' || typeof pid !== 'number' || typeof host !== 'string' || typeof since !== 'number') return undefined;
    return host === hostname() && !isAlive(pid) ? undefined : { program, pid, host, since };
  } catch {
    return undefined;
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // A process of another user may not be signalled, and lives.
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

function heldText(folder: string, holder: FolderHolder | undefined): string {
  const who =
    holder === undefined
      ? 'another program, most likely a desk that is just starting'
      : `${clean(holder.program)}, process ${holder.pid}${holder.host === hostname() ? '' : ` on ${clean(holder.host)}`}, since ${timeText(holder.since)}`;
  return `The data folder ${folder} is in use by ${who}.\nTwo desks on one folder would overwrite each other's records. Use that desk or end it, or choose another folder with --data DIR.`;
}

function timeText(epochMs: number): string {
  return Number.isFinite(epochMs) && Math.abs(epochMs) < 8e15
    ? `${new Date(epochMs).toISOString().slice(0, 19).replace('T', ' ')} UTC`
    : 'an unknown time';
}

/** It comes from a file and goes to a terminal. */
function clean(text: string): string {
  return text.replaceAll(/[^\x20-\x7e]/g, '?').slice(0, 80);
}

function refuse(kind: LockRefusal['kind'], text: string): Result<never, LockRefusal> {
  return err({ kind, text });
}
