import { NodeFiles } from '#journal/files';

function systemError(code: string): Error {
  return Object.assign(new Error(`${code}: injected`), { code });
}

/** The real file system with faults on demand. A fault stays until it is taken away. */
export class FaultyFiles extends NodeFiles {
  /** Code that every write fails with, after it has taken `room` bytes. */
  writeFault: string | undefined;
  room = 0;
  syncFault: string | undefined;
  openFault: string | undefined;
  listFault: string | undefined;
  renameFault: string | undefined;
  /** Syncs wait here until the test finishes them. */
  heldSyncs: (() => void)[] | undefined;
  synced = 0;
  readonly #open = new Set<number>();
  #dead = false;

  get openFiles(): number {
    return this.#open.size;
  }

  /** What the system does when the process dies. */
  closeAll(): void {
    for (const fd of [...this.#open]) this.close(fd);
    this.#dead = true;
    this.heldSyncs = [];
  }

  override write(fd: number, bytes: Uint8Array, position: number): number {
    if (this.writeFault === undefined) return super.write(fd, bytes, position);
    if (this.room <= 0) throw systemError(this.writeFault);
    const taken = super.write(fd, bytes.subarray(0, this.room), position);
    this.room -= taken;
    return taken;
  }

  override open(path: string): number {
    if (this.openFault !== undefined) throw systemError(this.openFault);
    const fd = super.open(path);
    this.#open.add(fd);
    return fd;
  }

  override createNew(path: string): number {
    if (this.openFault !== undefined) throw systemError(this.openFault);
    const fd = super.createNew(path);
    this.#open.add(fd);
    return fd;
  }

  override openToRead(path: string): number {
    const fd = super.openToRead(path);
    this.#open.add(fd);
    return fd;
  }

  /** After `closeAll` the process is dead: what it still had in mind does not happen any more. */
  override close(fd: number): void {
    if (this.#open.delete(fd)) super.close(fd);
  }

  override list(directory: string): readonly string[] {
    if (this.listFault !== undefined) throw systemError(this.listFault);
    return super.list(directory);
  }

  override rename(from: string, to: string): void {
    if (this.renameFault !== undefined) throw systemError(this.renameFault);
    super.rename(from, to);
  }

  override syncLater(fd: number, done: (error: Error | null) => void): void {
    if (!this.#open.has(fd)) return;
    const finish = (): void => {
      // A sync that was under way ends after the death; the dead process must not go on from there beside its successor.
      if (this.#dead) return;
      this.synced += 1;
      done(this.syncFault === undefined ? null : systemError(this.syncFault));
    };
    if (this.heldSyncs === undefined) super.syncLater(fd, finish);
    else this.heldSyncs.push(finish);
  }
}
