import { basename, dirname, join } from 'node:path';
import { err, ok, type Result } from '#domain/result';
import { type Files, fileTrouble, NodeFiles, replaceFile, replaceFileLater } from './files.ts';

/** Why a state file cannot be used. `backup` is the last value before it, when that one is good. */
export interface StateFileError<T> {
  readonly code: 'unreadable' | 'broken' | 'invalid';
  readonly text: string;
  readonly backup?: T;
}

/**
 * A small JSON file that is always whole: a new value is written beside it, synced and renamed over it; the value before stays as
 * `.bak`. What cannot be used is an error value, never an exception; the caller decides, and files may only make the desk more careful.
 */
export class StateFile<T> {
  readonly path: string;
  readonly #parse: (value: unknown) => Result<T>;
  readonly #files: Files;

  /** `parse` checks what stands in the file; its error says what is wrong, in words. */
  constructor(path: string, parse: (value: unknown) => Result<T>, files: Files = new NodeFiles()) {
    this.path = path;
    this.#parse = parse;
    this.#files = files;
  }

  /** Undefined when there is no file and no backup. A missing file beside a backup is an error: something removed it. */
  read(): Result<T | undefined, StateFileError<T>> {
    try {
      if (!this.#files.exists(this.path)) {
        if (!this.#files.exists(this.#backupPath())) return ok(undefined);
        return this.#refuse('unreadable', `${basename(this.path)} is missing, but its backup is there`);
      }
    } catch (error) {
      return this.#refuse('unreadable', `${basename(this.path)} cannot be read: ${fileTrouble(error)}`);
    }
    const parsed = this.#parseFile(this.path);
    return parsed.ok ? parsed : this.#refuse(parsed.error.code, parsed.error.text);
  }

  /** On an error the old value stands as before. */
  write(value: T): Result<void> {
    try {
      const directory = dirname(this.path);
      this.#files.makeDirectory(directory);
      const old = this.#goodBytes();
      if (old !== undefined) replaceFile(this.#files, this.#backupPath(), old);
      replaceFile(this.#files, this.path, bytesOf(value));
      this.#files.syncDirectory(directory);
      return ok(undefined);
    } catch (error) {
      return err(`${basename(this.path)} cannot be written: ${fileTrouble(error)}`);
    }
  }

  /**
   * The same without waiting for the disk: nothing but small writes into memory happens on the caller's thread. Not to be called while
   * another write of this file is under way. The directory is not synced: after a power cut the value before may stand there.
   */
  async writeLater(value: T): Promise<Result<void>> {
    try {
      this.#files.makeDirectory(dirname(this.path));
      const old = this.#goodBytes();
      if (old !== undefined) await replaceFileLater(this.#files, this.#backupPath(), old);
      await replaceFileLater(this.#files, this.path, bytesOf(value));
      return ok(undefined);
    } catch (error) {
      return err(`${basename(this.path)} cannot be written: ${fileTrouble(error)}`);
    }
  }

  /** What becomes the backup. Only a good value does: a broken file must not push out the last good one. */
  #goodBytes(): Uint8Array | undefined {
    return this.#files.exists(this.path) && this.#parseFile(this.path).ok ? this.#files.read(this.path) : undefined;
  }

  #parseFile(path: string): Result<T, { readonly code: StateFileError<T>['code']; readonly text: string }> {
    const name = basename(path);
    let text: string;
    try {
      text = this.#files.read(path).toString('utf8');
    } catch (error) {
      return err({ code: 'unreadable', text: `${name} cannot be read: ${fileTrouble(error)}` });
    }
    let value: unknown;
    try {
      value = JSON.parse(text);
    } catch {
      return err({ code: 'broken', text: `${name} does not hold JSON` });
    }
    const parsed = this.#parse(value);
    return parsed.ok ? parsed : err({ code: 'invalid', text: `${name} is not valid: ${parsed.error}` });
  }

  #refuse(code: StateFileError<T>['code'], text: string): Result<never, StateFileError<T>> {
    const backup = this.#parseFile(this.#backupPath());
    return err({ code, text, ...(backup.ok ? { backup: backup.value } : {}) });
  }

  #backupPath(): string {
    return join(dirname(this.path), `${basename(this.path)}.bak`);
  }
}

function bytesOf(value: unknown): Uint8Array {
  return Buffer.from(`${JSON.stringify(value, null, 2)}\n`, 'utf8');
}
