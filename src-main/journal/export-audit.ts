import { dirname, join } from 'node:path';
import { err, ok, type Result } from '#domain/result';
import { type AuditRow, AuditRows } from './audit-row.ts';
import { csvHeader, csvLine, jsonLine } from './audit-text.ts';
import { readEntry } from './earlier-words.ts';
import { type Entry, parseEntry } from './entry.ts';
import { journalFiles, type JournalFileName } from './file-name.ts';
import { type Files, fileTrouble, NodeFiles, temporaryFor, writeAll } from './files.ts';
import { decodeLineBytes } from './line.ts';
import { mayHold, type Period, within } from './order-list.ts';
import { firstLine, linesWith } from './reading.ts';

export interface AuditExportOptions extends Period {
  readonly format: 'csv' | 'json';
  /** Gets the text in pieces. What it throws ends the export. */
  readonly write: (text: string) => void;
  readonly files?: Files;
}

export interface AuditExport {
  readonly rows: number;
  readonly files: number;
  /** Lines that are not what was written; each of them is a row of kind `altered`. */
  readonly damaged: number;
}

/** A cheap test of a line's text: all that concerns an order holds one of these, and little else does. */
const TELLING = [
  '["orders",',
  '["fills",',
  '["triggers",',
  '"lane":"kill"',
  '"kind":"cancel"',
  '"kind":"global-cancel"',
  '"kind":"place"',
  '"ref":"',
  '{"kind":"frame"',
  '{"kind":"gap"',
  '{"kind":"doubtful"',
  '{"kind":"recovered"',
  '{"kind":"finding"',
  '{"kind":"run-',
  '{"kind":"file-started"',
];

const PIECE = 64 * 1024;

/**
 * Writes everything of the period that concerns an order as flat rows: decisions, sends, states, fills, cancels, kills and frames, and
 * what is known to be missing. Account ids are masked. CSV begins with its header; JSON is one object per line. Reads in pieces.
 */
export function exportAudit(directory: string, options: AuditExportOptions): Result<AuditExport> {
  const { files = new NodeFiles(), format, write } = options;
  const line = format === 'csv' ? csvLine : jsonLine;
  const maker = new AuditRows();
  let text = format === 'csv' ? csvHeader() : '';
  let rows = 0;
  let damaged = 0;
  let read = 0;
  let current = '';
  const belongs = periodTest(options);
  const put = (row: AuditRow): void => {
    rows += 1;
    text += line(row);
    if (text.length < PIECE) return;
    write(text);
    text = '';
  };
  try {
    const all = journalFiles(files.list(directory));
    const clocks = new FileClocks(files, directory);
    const first = all.findIndex((file) => clocks.mayHold(file, options));
    for (const file of first < 0 ? [] : all.slice(runBegin(files, directory, all, first))) {
      current = file.name;
      read += 1;
      for (const { bytes, start } of linesWith(files, join(directory, file.name), TELLING)) {
        const decoded = decodeLineBytes(bytes);
        const entry = decoded.ok ? readEntry(decoded.value.body) : decoded;
        if (!decoded.ok || !entry.ok) {
          damaged += 1;
          put(alteredRow(`${file.name}: the line at byte ${start} is not what was written`));
          continue;
        }
        const made = maker.rowsOf(entry.value, decoded.value.sum);
        if (belongs(entry.value)) for (const row of made) put(row);
      }
    }
    if (text !== '') write(text);
  } catch (error) {
    return err(`The export was not completed${current === '' ? '' : ` (${current})`}: ${fileTrouble(error)}`);
  }
  return ok({ rows, files: read, damaged });
}

/** The same into a file, which appears when it is whole. An older file of that name is replaced. */
export function exportAuditFile(directory: string, path: string, options: Omit<AuditExportOptions, 'write'>): Result<AuditExport> {
  const { files = new NodeFiles() } = options;
  return intoNewFile(path, files, (write) => exportAudit(directory, { ...options, files, write }));
}

/** A text into a file that appears when it is whole. */
export function writeInNewFile(path: string, text: string, files: Files = new NodeFiles()): Result<void> {
  return intoNewFile(path, files, (write) => {
    write(text);
    return ok(undefined);
  });
}

function intoNewFile<R>(path: string, files: Files, fill: (write: (text: string) => void) => Result<R>): Result<R> {
  const part = temporaryFor(path);
  try {
    files.makeDirectory(dirname(path));
    const fd = files.createNew(part);
    let position = 0;
    let done: Result<R>;
    try {
      done = fill((text) => {
        const bytes = Buffer.from(text, 'utf8');
        writeAll(files, fd, bytes, position);
        position += bytes.byteLength;
      });
      if (done.ok) files.sync(fd);
    } finally {
      files.close(fd);
    }
    if (done.ok) files.rename(part, path);
    else files.remove(part);
    return done;
  } catch (error) {
    return err(`The export was not completed: ${fileTrouble(error)}`);
  }
}

/**
 * Whether an entry lies in the period, by the broker's clock. What has no time of the broker belongs to the entry before it in its run: a
 * frame or a mark beside the commits of a day is of that day. Before the broker's first word, and in journals of earlier versions, only the
 * desk's own clock can tell.
 */
function periodTest(period: Period): (entry: Entry) => boolean {
  let offset: number | undefined;
  return (entry) => {
    if (entry.kind === 'run-started') offset = undefined;
    if (typeof entry.brokerAt === 'number') offset = entry.brokerAt - entry.at;
    return within(entry.at + (offset ?? 0), period);
  };
}

/** A desk whose clock is as far from the broker's is on a tape: the days in the names of its files say nothing of the broker's. */
const OTHER_TIME_MS = 3_600_000;
const DAY_MS = 86_400_000;

/** Which files may hold entries of a period of the broker's clock. Their names tell the day of the desk's. */
class FileClocks {
  readonly #files: Files;
  readonly #directory: string;

  constructor(files: Files, directory: string) {
    this.#files = files;
    this.#directory = directory;
  }

  mayHold(file: JournalFileName, { from, to }: Period): boolean {
    const wider = {
      ...(from === undefined ? {} : { from: from - DAY_MS }),
      ...(to === undefined ? {} : { to: to + DAY_MS }),
    };
    return mayHold(file, wider) || this.#isOfOtherTime(file);
  }

  #isOfOtherTime({ name }: JournalFileName): boolean {
    for (const { bytes } of linesWith(this.#files, join(this.#directory, name), ['"brokerAt":'])) {
      const decoded = decodeLineBytes(bytes);
      const entry = decoded.ok ? parseEntry(decoded.value.body) : decoded;
      if (entry.ok && typeof entry.value.brokerAt === 'number') return Math.abs(entry.value.brokerAt - entry.value.at) > OTHER_TIME_MS;
    }
    return false;
  }
}

/** The states that orders had before the period are those of its first run: index of the file in which that run began. */
function runBegin(files: Files, directory: string, all: readonly JournalFileName[], first: number): number {
  const runAt = (index: number): number | undefined => {
    const file = all[index];
    const bytes = file === undefined ? undefined : firstLine(files, join(directory, file.name));
    const decoded = bytes === undefined ? undefined : decodeLineBytes(bytes);
    const entry = decoded?.ok === true ? parseEntry(decoded.value.body) : undefined;
    return entry?.ok === true && entry.value.kind === 'file-started' ? entry.value.run : undefined;
  };
  const run = runAt(first);
  let index = first;
  while (run !== undefined && index > 0) {
    index -= 1;
    if (runAt(index) !== run) break;
  }
  return index;
}

function alteredRow(note: string): AuditRow {
  const [empty] = new AuditRows().rowsOf({ kind: 'run-ended', seq: 0, at: 0 }, '');
  return { ...(empty as AuditRow), time: null, machineTime: null, seq: null, kind: 'altered', sum: null, note };
}
