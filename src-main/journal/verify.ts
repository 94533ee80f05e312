import { join } from 'node:path';
import { err, ok, type Result } from '#domain/result';
import { type Entry, parseEntry } from './entry.ts';
import { journalFiles } from './file-name.ts';
import { type Files, fileTrouble, NodeFiles } from './files.ts';
import { decodeLine, GENESIS } from './line.ts';

export type VerifyCode = 'altered' | 'chain' | 'torn' | 'gap' | 'repeat' | 'unreadable';

/** The first place where the files are not what was written. `line` counts from 1 within the file. */
export interface VerifyError {
  readonly code: VerifyCode;
  readonly file: string;
  readonly line: number;
  readonly text: string;
}

export interface VerifyReport {
  readonly files: number;
  readonly lines: number;
  readonly commits: number;
  readonly runs: number;
  readonly lastSeq: number;
  /** Commits that are marked as missing or doubtful. */
  readonly gaps: readonly { readonly from: number; readonly to: number; readonly reason: string }[];
  /** The last line is not complete: the desk was writing it, or died while it did. Only where that was allowed. */
  readonly tornEnd: boolean;
  /** Sum of the last line. A chain cannot show that whole lines are missing at its end: whoever kept this sum can. */
  readonly lastSum: string;
}

/** Stops the reading with an error of the caller's own. */
export type EntryVisitor<E> = (entry: Entry) => E | undefined;

export interface VerifyOptions {
  readonly files?: Files;
  /** For a journal that may be written meanwhile: half a line at the very end is no error then. */
  readonly allowTornEnd?: boolean;
}

interface Progress {
  files: number;
  lines: number;
  commits: number;
  runs: number;
  lastSeq: number;
  prev: string;
  readonly gaps: { readonly from: number; readonly to: number; readonly reason: string }[];
}

/**
 * Reads all journal files of a directory in order and checks every line, the chain across them and the numbering. `visit` sees each
 * entry after its check. Reads in pieces: the size of the files does not matter. For a worker, not for the desk's own thread.
 */
export function verifyJournal<E = never>(
  directory: string,
  visit: EntryVisitor<E> = () => undefined,
  options: VerifyOptions = {},
): Result<VerifyReport, VerifyError | E> {
  const { files = new NodeFiles(), allowTornEnd = false } = options;
  const progress: Progress = { files: 0, lines: 0, commits: 0, runs: 0, lastSeq: 0, prev: GENESIS, gaps: [] };
  let current = '';
  let line = 0;
  let tornEnd = false;
  try {
    const all = journalFiles(files.list(directory));
    for (const { name } of all) {
      current = name;
      line = 0;
      progress.files += 1;
      for (const { text, whole } of linesOf(files, join(directory, name))) {
        line += 1;
        if (!whole && allowTornEnd && name === all.at(-1)?.name) {
          tornEnd = true;
          break;
        }
        if (!whole) return err({ code: 'torn', file: name, line, text: `The last line of ${name} is not complete` });
        const checked = checkLine(text, progress);
        if (!checked.ok) return err({ code: checked.error.code, file: name, line, text: `Line ${line} of ${name} ${checked.error.text}` });
        const refused = visit(checked.value);
        if (refused !== undefined) return err(refused);
      }
    }
  } catch (error) {
    return err({ code: 'unreadable', file: current, line, text: `The journal cannot be read: ${fileTrouble(error)}` });
  }
  const { prev, ...report } = progress;
  return ok({ ...report, tornEnd, lastSum: prev });
}

function checkLine(text: string, progress: Progress): Result<Entry, { readonly code: VerifyCode; readonly text: string }> {
  const decoded = decodeLine(text);
  if (!decoded.ok) return err({ code: 'altered', text: decoded.error });
  if (decoded.value.prev !== progress.prev) return err({ code: 'chain', text: 'does not follow the line before it' });
  const parsed = parseEntry(decoded.value.body);
  if (!parsed.ok) return err({ code: 'altered', text: parsed.error });
  const entry = parsed.value;
  const numbering = checkNumber(entry, progress.lastSeq);
  if (numbering !== undefined) return err(numbering);
  progress.prev = decoded.value.sum;
  progress.lines += 1;
  progress.lastSeq = entry.seq;
  if (entry.kind === 'commit') progress.commits += 1;
  else if (entry.kind === 'run-started') progress.runs += 1;
  else if (entry.kind === 'gap' || entry.kind === 'doubtful') progress.gaps.push({ from: entry.from, to: entry.to, reason: entry.reason });
  return ok(entry);
}

function checkNumber(entry: Entry, lastSeq: number): { readonly code: VerifyCode; readonly text: string } | undefined {
  const { kind, seq } = entry;
  // A run that began while the journal could not be read has numbers of its own.
  if (kind === 'run-started') return undefined;
  const first = kind === 'commit' ? seq : kind === 'gap' ? entry.from : lastSeq + 1;
  if (first > lastSeq + 1)
    return { code: 'gap', text: `comes after commit ${lastSeq}: commits ${lastSeq + 1} to ${first - 1} are missing` };
  if (first <= lastSeq) return { code: 'repeat', text: `says commit ${first} again after commit ${lastSeq}` };
  return undefined;
}

const PIECE = 1024 * 1024;
const NEWLINE = 0x0a;

/** The lines of a file without their newlines; `whole` is false for what stands behind the last newline. */
function* linesOf(files: Files, path: string): Generator<{ readonly text: string; readonly whole: boolean }> {
  const fd = files.openToRead(path);
  try {
    const piece = Buffer.alloc(PIECE);
    let rest = Buffer.alloc(0);
    let position = 0;
    for (let count = files.readAt(fd, piece, position); count > 0; count = files.readAt(fd, piece, position)) {
      position += count;
      const bytes = Buffer.concat([rest, piece.subarray(0, count)]);
      let start = 0;
      for (let end = bytes.indexOf(NEWLINE, start); end >= 0; end = bytes.indexOf(NEWLINE, start)) {
        yield { text: bytes.toString('utf8', start, end), whole: true };
        start = end + 1;
      }
      rest = bytes.subarray(start);
    }
    if (rest.length > 0) yield { text: rest.toString('utf8'), whole: false };
  } finally {
    files.close(fd);
  }
}
