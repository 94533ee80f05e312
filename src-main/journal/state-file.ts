import { basename, dirname, join } from 'node:path';
import { err, ok, type Result } from '#domain/result';
import { type Files, fileTrouble, NodeFiles, writeAll } from './files.ts';

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
    const temporary = `${this.path}.tmp`;
    try {
      const directory = dirname(this.path);
      this.#files.makeDirectory(directory);
      this.#writeWhole(temporary, Buffer.from(`${JSON.stringify(value, null, 2)}\n`, 'utf8'));
      this.#keepBackup();
      this.#files.rename(temporary, this.path);
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
    const temporary = `${this.path}.tmp`;
    const backup = this.#backupPath();
    try {
      this.#files.makeDirectory(dirname(this.path));
      if (this.#files.exists(this.path) && this.#parseFile(this.path).ok) {
        await this.#writeWholeLater(`${backup}.tmp`, this.#files.read(this.path));
        this.#files.rename(`${backup}.tmp`, backup);
      }
      await this.#writeWholeLater(temporary, Buffer.from(`${JSON.stringify(value, null, 2)}\n`, 'utf8'));
      this.#files.rename(temporary, this.path);
      return ok(undefined);
    } catch (error) {
      return err(`${basename(this.path)} cannot be written: ${fileTrouble(error)}`);
    }
  }

  /** Only a good value replaces the backup: a broken file must not push out the last good one. */
  #keepBackup(): void {
    if (!this.#files.exists(this.path) || !this.#parseFile(this.path).ok) return;
    const temporary = `${this.#backupPath()}.tmp`;
    this.#writeWhole(temporary, this.#files.read(this.path));
    this.#files.rename(temporary, this.#backupPath());
  }

  #writeWhole(path: string, bytes: Uint8Array): void {
    const fd = this.#files.open(path);
    try {
      this.#files.truncate(fd, 0);
      writeAll(this.#files, fd, bytes, 0);
      this.#files.sync(fd);
    } finally {
      this.#files.close(fd);
    }
  }

  async #writeWholeLater(path: string, bytes: Uint8Array): Promise<void> {
    const fd = this.#files.open(path);
    try {
      this.#files.truncate(fd, 0);
      writeAll(this.#files, fd, bytes, 0);
      await new Promise<void>((resolve, reject) => {
        this.#files.syncLater(fd, (error) => {
          if (error === null) resolve();
          else reject(error);
        });
      });
    } finally {
      this.#files.close(fd);
    }
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
