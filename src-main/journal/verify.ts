import { join } from 'node:path';
import { err, ok, type Result } from '#domain/result';
import { type Entry, parseEntry } from './entry.ts';
import { journalFiles } from './file-name.ts';
import { type Files, fileTrouble, NodeFiles } from './files.ts';
import {
  differsFinding,
  type HeadCode,
  headFile,
  type JournalFinding,
  type JournalHead,
  missingFinding,
  readHead,
  truncatedFinding,
} from './head.ts';
import { decodeLineBytes, GENESIS } from './line.ts';
import { linesOf, type RawLine } from './reading.ts';

export type VerifyCode = 'altered' | 'chain' | 'torn' | 'gap' | 'repeat' | 'unreadable' | HeadCode;

/**
 * The first place where the files are not what was written. `line` counts from 1 within the file; 0 where no line of it can be named.
 */
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
  /** Sum of the last line. A chain cannot show that whole lines are missing at its end; the checkpoint does, up to its own place. */
  readonly lastSum: string;
  /** The checkpoint that the files were compared with; undefined when there was none yet. */
  readonly head: JournalHead | undefined;
  /** What checkpoints told at the starts of earlier runs, as the journal remembers it. */
  readonly findings: readonly JournalFinding[];
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
  readonly findings: JournalFinding[];
  /** A line says that the journal was kept with checkpoints. */
  headKept: boolean;
}

/**
 * Reads all journal files of a directory in order and checks every line, the chain across them, the numbering, and that the line of the
 * last checkpoint is still in its place. `visit` sees each
 * entry after its check. Reads in pieces: the size of the files does not matter. For a worker, not for the desk's own thread.
 */
export function verifyJournal<E = never>(
  directory: string,
  visit: EntryVisitor<E> = () => undefined,
  options: VerifyOptions = {},
): Result<VerifyReport, VerifyError | E> {
  const { files = new NodeFiles(), allowTornEnd = false } = options;
  const progress: Progress = {
    files: 0,
    lines: 0,
    commits: 0,
    runs: 0,
    lastSeq: 0,
    prev: GENESIS,
    gaps: [],
    findings: [],
    headKept: false,
  };
  // Before the files: while they are being written they only grow beyond it.
  const known = readHead(headFile(directory, files));
  const watch = new HeadWatch(known.head);
  const read = readFiles(directory, files, { progress, watch, visit, allowTornEnd });
  if (!read.ok) return read;
  const { prev, headKept, ...report } = progress;
  const told = watch.error() ?? (known.finding === undefined ? undefined : { ...known.finding, line: 0 });
  if (told !== undefined) return err(told);
  // The first checkpoint may have come while the files were read.
  const head = known.head ?? readHead(headFile(directory, files)).head;
  if (head === undefined && headKept) return err({ ...missingFinding(directory), line: 0 });
  return ok({ ...report, tornEnd: read.value === 'torn-end', lastSum: prev, head });
}

interface Reading<E> {
  readonly progress: Progress;
  readonly watch: HeadWatch;
  readonly visit: EntryVisitor<E>;
  readonly allowTornEnd: boolean;
}

/** All lines of all files, up to the first error. `torn-end` when the last of them was half a line, and might be. */
function readFiles<E>(directory: string, files: Files, reading: Reading<E>): Result<'whole' | 'torn-end', VerifyError | E> {
  let current = '';
  let line = 0;
  try {
    const all = journalFiles(files.list(directory));
    for (const { name } of all) {
      current = name;
      line = 0;
      reading.progress.files += 1;
      const mayTear = reading.allowTornEnd && name === all.at(-1)?.name;
      for (const raw of linesOf(files, join(directory, name))) {
        line += 1;
        if (!raw.whole && mayTear) return ok('torn-end');
        const error = readLine(raw, name, line, reading);
        if (error !== undefined) return err(error);
      }
    }
    return ok('whole');
  } catch (error) {
    return err({ code: 'unreadable', file: current, line, text: `The journal cannot be read: ${fileTrouble(error)}` });
  }
}

function readLine<E>({ bytes, end, whole }: RawLine, file: string, line: number, reading: Reading<E>): VerifyError | E | undefined {
  const { progress, watch, visit } = reading;
  if (!whole) return { code: 'torn', file, line, text: `The last line of ${file} is not complete` };
  const checked = checkLine(bytes, progress);
  if (!checked.ok) return { code: checked.error.code, file, line, text: `Line ${line} of ${file} ${checked.error.text}` };
  const refused = visit(checked.value);
  if (refused === undefined) watch.line(file, line, end, progress.prev);
  return refused;
}

/** Sees the lines go by and looks for the checkpoint's. */
class HeadWatch {
  readonly #head: JournalHead | undefined;
  #line = 0;
  #state: 'not-reached' | 'found' | 'differs' = 'not-reached';

  constructor(head: JournalHead | undefined) {
    this.#head = head;
  }

  line(file: string, line: number, end: number, sum: string): void {
    if (file !== this.#head?.file || this.#state !== 'not-reached') return;
    this.#line = line;
    if (end >= this.#head.length) this.#state = end === this.#head.length && sum === this.#head.sum ? 'found' : 'differs';
  }

  error(): VerifyError | undefined {
    if (this.#head === undefined || this.#state === 'found') return undefined;
    return { ...(this.#state === 'differs' ? differsFinding(this.#head) : truncatedFinding(this.#head)), line: this.#line };
  }
}

function checkLine(bytes: Buffer, progress: Progress): Result<Entry, { readonly code: VerifyCode; readonly text: string }> {
  const decoded = decodeLineBytes(bytes);
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
  else if (entry.kind === 'finding') progress.findings.push({ code: entry.code, file: entry.file, text: entry.text });
  else if (entry.kind === 'gap' || entry.kind === 'doubtful') progress.gaps.push({ from: entry.from, to: entry.to, reason: entry.reason });
  if ((entry.kind === 'run-started' || entry.kind === 'file-started') && entry.head === true) progress.headKept = true;
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
