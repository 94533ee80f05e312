import type { Clock } from '#core/ports/clock';
import type { Scheduler } from '#core/ports/scheduler';
import type { JournalHead } from './head.ts';
import type { StateFile } from './state-file.ts';

export interface HeadKeeperPorts {
  readonly file: StateFile<JournalHead>;
  readonly clock: Clock;
  readonly scheduler: Scheduler;
  /** A checkpoint is due after so many ms or so many commits, whichever comes first. */
  readonly everyMs: number;
  readonly everyCommits: number;
}

/**
 * Writes the journal's checkpoints, seldom and without waiting for the disk. It is told only of places that are on the disk, so that a
 * checkpoint never claims more than a power cut leaves. When it cannot be written the older one stays true.
 */
export class HeadKeeper {
  readonly #ports: HeadKeeperPorts;
  /** The furthest place that was told, and whether it waits to be written. */
  #newest: JournalHead | undefined;
  #waiting = false;
  #writtenSeq: number;
  #lastAt: number;
  #running: Promise<void> | undefined;
  #cancelTimer: (() => void) | undefined;
  #stopped = false;
  #known = false;
  #reason: string | undefined;

  constructor(ports: HeadKeeperPorts) {
    this.#ports = ports;
    this.#lastAt = ports.clock.monotonic();
    this.#writtenSeq = 0;
  }

  /** There is a checkpoint on the disk. */
  get known(): boolean {
    return this.#known;
  }

  /** Why the last one could not be written. */
  get reason(): string | undefined {
    return this.#reason;
  }

  found(): void {
    this.#known = true;
  }

  startAfter(seq: number): void {
    this.#writtenSeq = seq;
  }

  /** The journal is on the disk up to `head`. `soon` does not wait until it is due: the end of a file, a doubt about the one before. */
  synced(head: JournalHead, soon = false): void {
    if (this.#stopped) return;
    // A full file is synced beside the one after it: which of them is told first is not known.
    if (this.#newest === undefined || isFurther(head, this.#newest)) {
      this.#newest = head;
      this.#waiting = true;
    }
    if (!this.#waiting || this.#running !== undefined) return;
    const left = this.#lastAt + this.#ports.everyMs - this.#ports.clock.monotonic();
    if (soon || left <= 0 || head.seq - this.#writtenSeq >= this.#ports.everyCommits) this.#start();
    else this.#cancelTimer ??= this.#ports.scheduler.after(left, () => this.#start());
  }

  /** The last one, at the end of a run: waits for the one under way, then writes at once. */
  async close(head: JournalHead | undefined): Promise<void> {
    this.#stopped = true;
    this.#forgetTimer();
    await this.#running;
    if (head === undefined) return;
    const done = this.#ports.file.write(head);
    this.#reason = done.ok ? undefined : done.error;
  }

  #forgetTimer(): void {
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
  }

  #start(): void {
    this.#forgetTimer();
    const head = this.#newest;
    if (head === undefined || this.#running !== undefined) return;
    this.#waiting = false;
    this.#lastAt = this.#ports.clock.monotonic();
    this.#running = this.#ports.file.writeLater(head).then((done) => {
      this.#running = undefined;
      this.#reason = done.ok ? undefined : done.error;
      if (done.ok) {
        this.#known = true;
        this.#writtenSeq = head.seq;
      }
      if (this.#waiting && this.#newest !== undefined) this.synced(this.#newest);
    });
  }
}

function isFurther(a: JournalHead, b: JournalHead): boolean {
  return a.file === b.file ? a.length > b.length : a.file > b.file;
}
