import { join } from 'node:path';
import type { Clock } from '#core/ports/clock';
import type { CommitRecord, Journal, JournalStatus } from '#core/ports/journal';
import type { Scheduler } from '#core/ports/scheduler';
import { err, ok, type Result } from '#domain/result';
import { commitText, type Entry, entryText } from './entry.ts';
import { dayOf, journalFileName } from './file-name.ts';
import { type Files, fileTrouble, NodeFiles, writeAll } from './files.ts';
import { FrameBuffer, type JournalFrame } from './frame-buffer.ts';
import { GroupSync } from './group-sync.ts';
import { headFile, type JournalFinding, type JournalHead } from './head.ts';
import { HeadKeeper } from './head-keeper.ts';
import { encodeLine, GENESIS } from './line.ts';
import { type Damage, findTail, headFindings, quarantine } from './recovery.ts';

export interface CommitJournalOptions {
  readonly directory: string;
  readonly clock: Clock;
  readonly scheduler: Scheduler;
  readonly files?: Files;
  /** A file is closed when it has reached this size; default 64 MiB. A new UTC day begins a new file, too. */
  readonly maxBytes?: number;
  /** How long records gather before they are synced to the disk together; default 10 ms. */
  readonly syncDelayMs?: number;
  /** A checkpoint of the journal's end is written when one of them is reached; default 1 000 ms and 5 000 commits. */
  readonly headEveryMs?: number;
  readonly headEveryCommits?: number;
}

/** The open file. `length` counts whole lines: what lies behind it is the rest of a failed write. */
interface OpenFile {
  readonly fd: number;
  readonly name: string;
  readonly day: string;
  length: number;
}

type Marker = Exclude<Entry, { readonly kind: 'commit' }>;
type Gap = Extract<Entry, { readonly kind: 'gap' }>;

/** A directory that cannot be read is not tried again at every commit of the order path. */
const REOPEN_EVERY_MS = 1_000;
/** How long frames wait for a commit to be written with. */
const FRAMES_WAIT_MS = 50;

/**
 * The commits of all runs as chained lines in append-only files. `append` returns when the system has the bytes (they survive the
 * process); syncs to the disk follow in groups. When the disk refuses, every append is refused until one succeeds again, which then
 * begins with a marker of what is missing.
 */
export class CommitJournal implements Journal {
  readonly #options: CommitJournalOptions;
  readonly #files: Files;
  readonly #maxBytes: number;
  readonly #sync: GroupSync<JournalHead | undefined>;
  readonly #heads: HeadKeeper;
  readonly #frames = new FrameBuffer();
  #cancelFlush: (() => void) | undefined;
  #findings: readonly JournalFinding[] = [];
  #file: OpenFile | undefined;
  #prev = GENESIS;
  #lastIndex = 0;
  #lastSeq = 0;
  #written = 0;
  #lost = 0;
  #failure: string | undefined;
  /** What must be written before the next record. */
  #backlog: Marker[] = [];
  /** To be moved away before anything is written. */
  #damage: readonly Damage[] = [];
  /** Behind the good lines there may be a part of one. */
  #dirty = false;
  #runStartedAt = 0;
  /** The end of the last run has been found; until then nothing is written. */
  #recovered = false;
  #reopenAt = 0;
  #closed = false;
  #brokerTime: (at: number) => number | undefined = () => undefined;
  /** Resolves when all full files have been synced and closed. */
  #retired: Promise<unknown> = Promise.resolve();

  private constructor(options: CommitJournalOptions) {
    this.#options = options;
    this.#files = options.files ?? new NodeFiles();
    this.#maxBytes = options.maxBytes ?? 64 * 1024 * 1024;
    this.#sync = new GroupSync({
      files: this.#files,
      clock: options.clock,
      scheduler: options.scheduler,
      delayMs: options.syncDelayMs ?? 10,
      onError: (reason) => {
        this.#syncFailed(reason);
      },
      position: () => this.#position(),
      onSynced: (head) => {
        if (head !== undefined) this.#heads.synced(head);
      },
    });
    this.#heads = new HeadKeeper({
      file: headFile(options.directory, this.#files),
      clock: options.clock,
      scheduler: options.scheduler,
      everyMs: options.headEveryMs ?? 1_000,
      everyCommits: options.headEveryCommits ?? 5_000,
    });
  }

  /** Never fails: a journal that cannot be opened is a failed journal, which tries again while commits come. */
  static open(options: CommitJournalOptions): CommitJournal {
    const journal = new CommitJournal(options);
    const at = options.clock.now();
    journal.#attempt(() => {
      journal.#recover(at);
      journal.#catchUp(at);
    });
    return journal;
  }

  /** Last sequence number of this and earlier runs. A coordinator starts after it. */
  get lastSeq(): number {
    return this.#lastSeq;
  }

  /** Gives the broker's time of a moment of the clock, epoch ms, for what no commit brings its own with. */
  brokerTimeFrom(read: (at: number) => number | undefined): void {
    this.#brokerTime = read;
  }

  append(record: CommitRecord, writesText?: string): Result<void> {
    if (this.#closed) return err('The journal is closed');
    const done = this.#attempt(() => {
      const text = commitText(record, writesText);
      if (!this.#recovered) this.#recover(record.at, record.seq - 1);
      this.#catchUp(record.at);
      this.#lines([...this.#frameTexts(), text], 1);
    });
    if (!done.ok) {
      this.#lose(record, done.error);
      return done;
    }
    this.#lastSeq = record.seq;
    this.#written += 1;
    this.#failure = undefined;
    this.#framesWritten();
    return done;
  }

  /**
   * Keeps a message that concerns an order. It is written with the next commit or 50 ms later, whatever comes first, and reaches the
   * disk with the sync of a commit. Never throws and never waits; what a failing disk does not take is held within bounds, then counted.
   */
  frame(frame: JournalFrame): void {
    if (this.#closed) return;
    this.#frames.add(this.#timed(frame));
    this.#cancelFlush ??= this.#options.scheduler.after(FRAMES_WAIT_MS, () => this.#flushFrames());
  }

  /** The same, written before it returns: for what the next run must know after a death in the very next statement. */
  frameAtOnce(frame: JournalFrame): void {
    this.frame(frame);
    this.#cancelFlush?.();
    this.#flushFrames();
  }

  /** What the checkpoint of the last run told about the files when they were opened. Also written into the journal. */
  findings(): readonly JournalFinding[] {
    return this.#findings;
  }

  status(): JournalStatus {
    return {
      state: this.#closed ? 'closed' : this.#failure === undefined ? 'ready' : 'failed',
      ...(this.#failure === undefined ? {} : { reason: this.#failure }),
      lastSeq: this.#lastSeq,
      written: this.#written,
      lost: this.#lost,
      unsyncedRecords: this.#sync.unsyncedRecords,
      unsyncedMs: this.#sync.unsyncedMs,
      file: this.#file?.name ?? '',
    };
  }

  /** Why the last checkpoint could not be written, if it could not; and how many frames of this run were not kept. */
  auditStatus(): { readonly checkpointTrouble: string | undefined; readonly framesDropped: number; readonly framesHeld: number } {
    return { checkpointTrouble: this.#heads.reason, framesDropped: this.#frames.dropped, framesHeld: this.#frames.held.length };
  }

  /** Ends the run, syncs and closes. Nothing can be appended afterwards. */
  async close(): Promise<Result<void>> {
    if (this.#closed) return ok(undefined);
    await Promise.all([this.#sync.idle(), this.#retired]);
    const ended = this.#attempt(() => {
      if (!this.#recovered) return;
      const at = this.#options.clock.now();
      this.#catchUp(at);
      this.#lines([...this.#frameTexts(), entryText(this.#timed({ kind: 'run-ended', seq: this.#lastSeq, at }))], 1);
      if (this.#file !== undefined) this.#files.sync(this.#file.fd);
    });
    this.#sync.forget();
    this.#closed = true;
    this.#framesWritten();
    await this.#heads.close(ended.ok ? this.#position() : undefined);
    const file = this.#file;
    this.#file = undefined;
    if (file !== undefined) closeQuietly(this.#files, file.fd);
    return ended;
  }

  /** Turns the system's errors into the journal's failure. */
  #attempt(act: () => void): Result<void> {
    try {
      act();
      return ok(undefined);
    } catch (error) {
      const reason = fileTrouble(error);
      if (reason !== this.#failure) this.#failure = troubleText(reason);
      return err(this.#failure);
    }
  }

  /**
   * Finds where the last run ended and begins this one. `runsAfter` is given when commits came before the journal could be read:
   * their numbering is what counts then.
   */
  #recover(at: number, runsAfter?: number): void {
    const now = this.#options.clock.monotonic();
    if (now < this.#reopenAt) throw new Error(this.#failure ?? 'It is not open');
    this.#reopenAt = now + REOPEN_EVERY_MS;
    const { directory } = this.#options;
    this.#files.makeDirectory(directory);
    const tail = findTail(this.#files, directory);
    if (tail.file !== undefined) {
      this.#file = { fd: this.#files.open(join(directory, tail.file.name)), name: tail.file.name, day: tail.file.day, length: tail.length };
    }
    this.#recovered = true;
    this.#lastIndex = tail.lastIndex;
    this.#prev = tail.prev;
    this.#lastSeq = tail.lastSeq;
    this.#runStartedAt = at;
    this.#heads.startAfter(tail.lastSeq);
    const known = headFindings(this.#files, directory, tail);
    if (known.head !== undefined) this.#heads.found();
    this.#findings = known.findings;
    const firstLost = this.#backlog.find((marker) => marker.kind === 'gap')?.from;
    const seq = firstLost === undefined ? (runsAfter ?? tail.lastSeq) : firstLost - 1;
    this.#backlog.unshift({ kind: 'run-started', seq, at, ...this.#headMark() });
    const expected = known.head === undefined ? {} : { expected: known.head };
    for (const finding of known.findings) this.#backlog.push({ kind: 'finding', ...finding, seq, at, ...expected });
    this.#damage = tail.damage;
  }

  /** Makes the file ready for a record of that time: cuts off half a line, begins a new file by size and day, writes the backlog. */
  #catchUp(at: number): void {
    for (let damage = this.#damage[0]; damage !== undefined; damage = this.#damage[0]) {
      const torn = quarantine(this.#files, this.#options.directory, damage);
      this.#damage = this.#damage.slice(1);
      this.#backlog.unshift({ kind: 'recovered', seq: this.#lastSeq, at, torn, bytes: damage.bytes });
    }
    let file = this.#file;
    if (file !== undefined && this.#dirty) this.#cutOff(file);
    if (file === undefined || file.length >= this.#maxBytes || file.day !== dayOf(at)) file = this.#startFile(at, this.#lastSeq);
    if (this.#dirty) this.#cutOff(file);
    for (let marker = this.#backlog[0]; marker !== undefined; marker = this.#backlog[0]) {
      // Only the begin of a run may set the numbering back: its commits have been numbered before the journal could be read.
      const seq = marker.kind === 'run-started' ? marker.seq : Math.max(marker.seq, this.#lastSeq);
      this.#line(entryText(this.#timed({ ...marker, seq })));
      this.#lastSeq = seq;
      this.#backlog.shift();
    }
  }

  #startFile(at: number, seq: number): OpenFile {
    const day = dayOf(at);
    const name = journalFileName(this.#lastIndex + 1, day);
    const fd = this.#files.open(join(this.#options.directory, name));
    const before = this.#file;
    const end = this.#position();
    this.#lastIndex += 1;
    this.#file = { fd, name, day, length: 0 };
    this.#dirty = true;
    if (before !== undefined) this.#retire(before, end);
    this.#line(entryText(this.#timed({ kind: 'file-started', seq, at, file: name, run: this.#runStartedAt, ...this.#headMark() })));
    this.#files.syncDirectory(this.#options.directory);
    return this.#file;
  }

  /** Syncs and closes a full file without making anyone wait. */
  #retire(file: OpenFile, end: JournalHead | undefined): void {
    const to = this.#lastSeq;
    const from = Math.max(1, to - this.#sync.unsyncedRecords + 1);
    this.#sync.forget();
    const synced = this.#sync.idle().then(
      () =>
        new Promise<void>((resolve) => {
          this.#files.syncLater(file.fd, (error) => {
            if (error !== null) this.#doubt(from, to, fileTrouble(error));
            // The head of the file after it may have been told before: it counts for more.
            else if (end !== undefined) this.#heads.synced(end, true);
            resolve();
          });
        }),
    );
    this.#retired = Promise.all([this.#retired, synced]).then(() => {
      closeQuietly(this.#files, file.fd);
    });
  }

  #line(body: string): void {
    this.#lines([body], 1);
  }

  /** Writes the lines at once: all of them or, for the reader, none. `records` of them are to be synced soon. */
  #lines(bodies: readonly string[], records: number): void {
    const file = this.#file;
    if (file === undefined) throw new Error('No journal file is open');
    let text = '';
    let sum = this.#prev;
    for (const body of bodies) {
      const line = encodeLine(sum, body);
      text += line.text;
      sum = line.sum;
    }
    const bytes = Buffer.from(text, 'utf8');
    const wasDirty = this.#dirty;
    this.#dirty = true;
    writeAll(this.#files, file.fd, bytes, file.length);
    this.#dirty = wasDirty;
    file.length += bytes.byteLength;
    this.#prev = sum;
    if (records > 0) this.#sync.wrote(file.fd, records);
  }

  #frameTexts(): readonly string[] {
    if (this.#frames.held.length === 0) return [];
    return this.#frames.held.map((frame) => entryText({ kind: 'frame', seq: this.#lastSeq, ...frame }));
  }

  #framesWritten(): void {
    if (this.#frames.held.length > 0) this.#frames.clear();
    this.#cancelFlush?.();
    this.#cancelFlush = undefined;
  }

  /** No commit came in time. A journal that is not open yet leaves its opening to the commits, whose numbering counts then. */
  #flushFrames(): void {
    this.#cancelFlush = undefined;
    if (this.#closed || !this.#recovered || this.#frames.held.length === 0) return;
    const done = this.#attempt(() => {
      this.#catchUp(this.#options.clock.now());
      this.#lines(this.#frameTexts(), 0);
    });
    if (done.ok) {
      this.#failure = undefined;
      this.#framesWritten();
    } else this.#cancelFlush = this.#options.scheduler.after(REOPEN_EVERY_MS, () => this.#flushFrames());
  }

  /** Where the journal ends; nothing before the first line of a file. */
  #position(): JournalHead | undefined {
    const file = this.#file;
    if (file === undefined || file.length === 0) return undefined;
    return { file: file.name, length: file.length, seq: this.#lastSeq, sum: this.#prev, at: this.#options.clock.now() };
  }

  #timed<T extends { readonly at: number }>(what: T): T & { readonly brokerAt?: number } {
    const brokerAt = this.#brokerTime(what.at);
    return brokerAt === undefined ? what : { ...what, brokerAt };
  }

  #headMark(): { readonly head?: true } {
    return this.#heads.known ? { head: true } : {};
  }

  #cutOff(file: OpenFile): void {
    this.#files.truncate(file.fd, file.length);
    this.#dirty = false;
  }

  #lose({ seq, at }: CommitRecord, reason: string): void {
    this.#lost += 1;
    const last = this.#backlog.at(-1);
    const gap: Gap = { kind: 'gap', seq, at, from: last?.kind === 'gap' ? last.from : seq, to: seq, reason };
    if (last?.kind === 'gap') this.#backlog[this.#backlog.length - 1] = gap;
    else this.#backlog.push(gap);
  }

  /** After a failed sync nobody knows what the disk holds: what follows goes to a new file, and a marker says what is doubtful. */
  #syncFailed(reason: string): void {
    const file = this.#file;
    this.#doubt(Math.max(1, this.#lastSeq - this.#sync.unsyncedRecords + 1), this.#lastSeq, reason);
    this.#sync.forget();
    this.#file = undefined;
    if (file !== undefined) closeQuietly(this.#files, file.fd);
    this.#failure = troubleText(reason);
  }

  #doubt(from: number, to: number, reason: string): void {
    this.#backlog.push({ kind: 'doubtful', seq: this.#lastSeq, at: this.#options.clock.now(), from, to, reason });
    this.#failure = troubleText(reason);
  }
}

/** What the file holds has been synced or has been called doubtful before: its closing tells nothing new. */
function closeQuietly(files: Files, fd: number): void {
  try {
    files.close(fd);
  } catch {
    // Nothing is left to be done.
  }
}

function troubleText(reason: string): string {
  return `The journal cannot be written: ${reason}`;
}
