import { join } from 'node:path';
import { type Files, NodeFiles, writeAll } from '#journal/files';
import type { LogSink } from '#system/logger';

/** Five files of 5 MB: the newest weeks of a desk that works, the newest hours of one that complains. */
const MAX_BYTES = 5 * 1024 * 1024;
const KEPT = 4;
/** Lines gather for so long: a burst of warnings is one write. */
const GATHER_MS = 100;
const GATHER_CHARACTERS = 64 * 1024;

export interface DeskLogOptions {
  readonly files?: Files;
  readonly maxBytes?: number;
  /** Calls `act` once, later. It must not keep the process alive. */
  readonly later?: (act: () => void) => void;
}

/**
 * `desk.log`, and before it `desk.log.1` (newer) to `desk.log.4`. A log that cannot be written holds nothing up: its lines are lost, and the
 * next ones are tried again.
 */
export class DeskLog implements LogSink {
  readonly #path: string;
  readonly #files: Files;
  readonly #maxBytes: number;
  readonly #later: (act: () => void) => void;
  #fd: number | undefined;
  #length = 0;
  #waiting = '';
  #isPlanned = false;

  constructor(folder: string, options: DeskLogOptions = {}) {
    this.#path = join(folder, 'desk.log');
    this.#files = options.files ?? new NodeFiles();
    this.#maxBytes = options.maxBytes ?? MAX_BYTES;
    this.#later = options.later ?? ((act) => void setTimeout(act, GATHER_MS).unref());
  }

  write(line: string): void {
    this.#waiting += line;
    if (this.#waiting.length >= GATHER_CHARACTERS) this.flushSync();
    else if (!this.#isPlanned) {
      this.#isPlanned = true;
      this.#later(() => this.flushSync());
    }
  }

  flushSync(): void {
    this.#isPlanned = false;
    const text = this.#waiting;
    this.#waiting = '';
    if (text === '') return;
    try {
      const bytes = Buffer.from(text, 'utf8');
      const fd = this.#ready();
      writeAll(this.#files, fd, bytes, this.#length);
      this.#length += bytes.byteLength;
    } catch {
      this.close();
    }
  }

  close(): void {
    const fd = this.#fd;
    this.#fd = undefined;
    if (fd === undefined) return;
    try {
      this.#files.close(fd);
    } catch {
      // Nothing is left to be done.
    }
  }

  /** The open file, a fresh one when the last is full. */
  #ready(): number {
    const fd = this.#fd ?? this.#open();
    if (this.#length < this.#maxBytes) return fd;
    this.close();
    for (let number = KEPT; number >= 1; number -= 1) {
      const from = number === 1 ? this.#path : `${this.#path}.${number - 1}`;
      if (this.#files.exists(from)) this.#files.rename(from, `${this.#path}.${number}`);
    }
    return this.#open();
  }

  #open(): number {
    const fd = this.#files.open(this.#path);
    this.#fd = fd;
    this.#length = this.#files.size(fd);
    return fd;
  }
}
