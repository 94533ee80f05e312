import * as fs from 'node:fs';
import { dirname, join } from 'node:path';
import { NodeFiles } from '#journal/files';

/** A file as the disk has it: what was synced last, whatever it is called by now. */
interface OnDisk {
  synced: Buffer;
}

/**
 * The real file system with a disk behind it that keeps its promises and nothing more: the bytes of a file are on it once they were synced,
 * names in a folder once the folder was. `cut` leaves what a power cut may leave.
 */
export class PowerCutFiles extends NodeFiles {
  /** By path: as programs see it, and as the disk has it. */
  readonly #seen = new Map<string, OnDisk>();
  readonly #kept = new Map<string, OnDisk>();
  readonly #opened = new Map<number, OnDisk>();
  /** Syncs off the thread wait here until the test finishes them; undefined: they end at once. */
  heldSyncs: (() => void)[] | undefined;

  /** What is in the folder now has been on the disk for long. */
  adopt(folder: string): this {
    for (const name of fs.readdirSync(folder)) {
      const path = join(folder, name);
      if (!fs.statSync(path).isFile()) continue;
      const file = { synced: fs.readFileSync(path) };
      this.#seen.set(path, file);
      this.#kept.set(path, file);
    }
    return this;
  }

  /** The power fails: everything is as the disk has it. The process is gone, so this object is not to be used any more. */
  cut(): void {
    for (const path of this.#seen.keys()) fs.rmSync(path, { force: true });
    for (const [path, { synced }] of this.#kept) fs.writeFileSync(path, synced, { mode: 0o600 });
  }

  override open(path: string): number {
    return this.#note(path, super.open(path));
  }

  override createNew(path: string): number {
    return this.#note(path, super.createNew(path));
  }

  override sync(fd: number): void {
    super.sync(fd);
    this.#onDisk(fd);
  }

  override syncLater(fd: number, done: (error: Error | null) => void): void {
    const bytes = bytesOf(fd);
    const finish = (): void => {
      const file = this.#opened.get(fd);
      if (file !== undefined) file.synced = bytes;
      done(null);
    };
    if (this.heldSyncs === undefined) finish();
    else this.heldSyncs.push(finish);
  }

  override syncDirectory(directory: string): void {
    for (const path of [...this.#kept.keys()]) if (dirname(path) === directory) this.#kept.delete(path);
    for (const [path, file] of this.#seen) if (dirname(path) === directory) this.#kept.set(path, file);
  }

  override rename(from: string, to: string): void {
    super.rename(from, to);
    const file = this.#seen.get(from);
    this.#seen.delete(from);
    if (file !== undefined) this.#seen.set(to, file);
  }

  override remove(path: string): void {
    super.remove(path);
    this.#seen.delete(path);
  }

  override close(fd: number): void {
    super.close(fd);
    this.#opened.delete(fd);
  }

  #note(path: string, fd: number): number {
    const file = this.#seen.get(path) ?? { synced: Buffer.alloc(0) };
    this.#seen.set(path, file);
    this.#opened.set(fd, file);
    return fd;
  }

  #onDisk(fd: number): void {
    const file = this.#opened.get(fd);
    if (file !== undefined) file.synced = bytesOf(fd);
  }
}

function bytesOf(fd: number): Buffer {
  const bytes = Buffer.alloc(fs.fstatSync(fd).size);
  fs.readSync(fd, bytes, 0, bytes.length, 0);
  return bytes;
}
