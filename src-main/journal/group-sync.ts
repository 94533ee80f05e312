import type { Clock } from '#core/ports/clock';
import type { Scheduler } from '#core/ports/scheduler';
import { type Files, fileTrouble } from './files.ts';

export interface GroupSyncPorts<P> {
  readonly files: Files;
  readonly clock: Clock;
  readonly scheduler: Scheduler;
  /** How long records may gather before they are synced together, ms. */
  readonly delayMs: number;
  readonly onError: (reason: string) => void;
  /** Where writing stands. What `onSynced` is given was asked for before its sync began, so it is on the disk. */
  readonly position: () => P;
  readonly onSynced: (position: P) => void;
}

/** Brings written records to the disk in groups, off the hot path: at most one sync runs, and one waits. */
export class GroupSync<P> {
  readonly #ports: GroupSyncPorts<P>;
  #fd: number | undefined;
  /** Written and not covered by a finished sync. */
  #records = 0;
  #oldestAt = 0;
  /** Time of the oldest record written after the running sync began; -1 for none. */
  #nextOldestAt = -1;
  #covered = 0;
  #running = false;
  #cancelTimer: (() => void) | undefined;
  #waiters: (() => void)[] = [];

  constructor(ports: GroupSyncPorts<P>) {
    this.#ports = ports;
  }

  get unsyncedRecords(): number {
    return this.#records;
  }

  /** Age of the oldest unsynced record, ms. */
  get unsyncedMs(): number {
    return this.#records === 0 ? 0 : this.#ports.clock.monotonic() - this.#oldestAt;
  }

  /** Records are in the file `fd` but perhaps not on the disk. */
  wrote(fd: number, records: number): void {
    this.#fd = fd;
    if (this.#records === 0) this.#oldestAt = this.#ports.clock.monotonic();
    else if (this.#running && this.#nextOldestAt < 0) this.#nextOldestAt = this.#ports.clock.monotonic();
    this.#records += records;
    this.#plan();
  }

  /** The file is about to be closed: forgets its records once `fd` has been synced by the caller. */
  forget(): void {
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
    this.#fd = undefined;
    this.#records = 0;
    this.#covered = 0;
    this.#nextOldestAt = -1;
  }

  /** Resolves when no sync is running. */
  idle(): Promise<void> {
    if (!this.#running) return Promise.resolve();
    return new Promise((resolve) => {
      this.#waiters.push(resolve);
    });
  }

  #plan(): void {
    if (this.#running || this.#cancelTimer !== undefined || this.#records === 0) return;
    this.#cancelTimer = this.#ports.scheduler.after(this.#ports.delayMs, () => {
      this.#cancelTimer = undefined;
      this.#start();
    });
  }

  #start(): void {
    const fd = this.#fd;
    if (fd === undefined || this.#records === 0) return;
    this.#running = true;
    this.#covered = this.#records;
    this.#nextOldestAt = -1;
    const position = this.#ports.position();
    this.#ports.files.syncLater(fd, (error) => {
      this.#running = false;
      if (error !== null && fd === this.#fd) this.#ports.onError(fileTrouble(error));
      else if (fd === this.#fd) {
        this.#records -= this.#covered;
        this.#oldestAt = this.#nextOldestAt;
        this.#ports.onSynced(position);
      }
      for (const waiter of this.#waiters.splice(0)) waiter();
      this.#plan();
    });
  }
}
