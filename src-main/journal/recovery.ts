import { join } from 'node:path';
import { parseEntry } from './entry.ts';
import { journalFiles, type JournalFileName } from './file-name.ts';
import { type Files, fileTrouble, writeAll } from './files.ts';
import { checkHead, headFile, type JournalFinding, type JournalHead, missingFinding, readHead } from './head.ts';
import { decodeLineBytes, GENESIS } from './line.ts';

/** What a crash or a bad disk left behind the good lines of a file. */
export interface Damage {
  readonly file: string;
  /** Bytes of good lines before it; 0: the whole file is bad. */
  readonly keep: number;
  readonly bytes: number;
}

/** Where writing goes on after a restart. */
export interface Tail {
  /** The file to go on with; undefined when a new one must be begun. */
  readonly file: JournalFileName | undefined;
  /** Bytes of good lines in it. */
  readonly length: number;
  /** Sum of the last good line. */
  readonly prev: string;
  readonly lastSeq: number;
  /** The newest file says that the journal was kept with checkpoints. */
  readonly headKept: boolean;
  /** Highest index ever used, so that a name never comes twice. */
  readonly lastIndex: number;
  /** To be moved away before anything is written. Newest file first. */
  readonly damage: readonly Damage[];
}

const NEWLINE = 0x0a;

/**
 * Finds the last good line. Changes nothing, so that numbering goes on even on a full disk. Throws the system's errors. Damage further
 * up is not looked for here; that is what `verify` is for.
 */
export function findTail(files: Files, directory: string): Tail {
  const all = journalFiles(files.list(directory));
  const lastIndex = all.at(-1)?.index ?? 0;
  const damage: Damage[] = [];
  for (const file of [...all].reverse()) {
    const bytes = files.read(join(directory, file.name));
    const good = lastGoodLine(bytes);
    const keep = good?.end ?? 0;
    if (keep < bytes.length || good === undefined) damage.push({ file: file.name, keep, bytes: bytes.length - keep });
    if (good === undefined) continue;
    const headKept = saysHeadKept(bytes.subarray(0, good.end));
    return { file, length: good.end, prev: good.sum, lastSeq: good.seq, headKept, lastIndex, damage };
  }
  return { file: undefined, length: 0, prev: GENESIS, lastSeq: 0, headKept: false, lastIndex, damage };
}

/** Looks at the markers of a file: its first line, and the begins of runs. */
function saysHeadKept(bytes: Buffer): boolean {
  for (const marker of ['{"kind":"file-started"', '{"kind":"run-started"']) {
    for (let at = bytes.indexOf(marker); at >= 0; at = bytes.indexOf(marker, at + 1)) {
      const start = at === 0 ? 0 : bytes.lastIndexOf(NEWLINE, at - 1) + 1;
      const line = decodeLineBytes(bytes.subarray(start, bytes.indexOf(NEWLINE, at)));
      const entry = line.ok ? parseEntry(line.value.body) : line;
      if (entry.ok && 'head' in entry.value) return true;
    }
  }
  return false;
}

/** What the last checkpoint says about the journal that was found. Never throws: it must not keep the journal from going on. */
export function headFindings(
  files: Files,
  directory: string,
  tail: Tail,
): { readonly head: JournalHead | undefined; readonly findings: readonly JournalFinding[] } {
  const { head, finding } = readHead(headFile(directory, files));
  const findings = finding === undefined ? [] : [finding];
  if (head === undefined) return { head, findings: finding === undefined && tail.headKept ? [missingFinding(directory)] : findings };
  try {
    const newest = tail.file === undefined ? undefined : { name: tail.file.name, goodLength: tail.length };
    const told = checkHead(files, directory, head, newest);
    return { head, findings: told === undefined ? findings : [...findings, told] };
  } catch (error) {
    const text = `The journal could not be compared with its checkpoint: ${fileTrouble(error)}.`;
    return { head, findings: [...findings, { code: 'head-unreadable', file: head.file, text }] };
  }
}

function lastGoodLine(bytes: Buffer): { readonly end: number; readonly sum: string; readonly seq: number } | undefined {
  let end = bytes.lastIndexOf(NEWLINE);
  while (end >= 0) {
    const start = end === 0 ? 0 : bytes.lastIndexOf(NEWLINE, end - 1) + 1;
    const line = decodeLineBytes(bytes.subarray(start, end));
    if (line.ok) {
      const entry = parseEntry(line.value.body);
      if (entry.ok) return { end: end + 1, sum: line.value.sum, seq: entry.value.seq };
    }
    end = start - 1;
  }
  return undefined;
}

/**
 * Moves the half line of a crash to a `.torn` file, which the program never reads again, and returns that file's name. The bytes and
 * their new name are on the disk before they are cut off.
 */
export function quarantine(files: Files, directory: string, damage: Damage): string {
  const path = join(directory, damage.file);
  let count = 1;
  while (files.exists(join(directory, `${damage.file}.${count}.torn`))) count += 1;
  const torn = `${damage.file}.${count}.torn`;
  const copy = files.createNew(join(directory, torn));
  try {
    writeAll(files, copy, files.read(path).subarray(damage.keep), 0);
    files.sync(copy);
  } catch (error) {
    // Half a copy would only be in the way of the next try.
    files.remove(join(directory, torn));
    throw error;
  } finally {
    files.close(copy);
  }
  files.syncDirectory(directory);
  if (damage.keep === 0) {
    files.remove(path);
    return torn;
  }
  const fd = files.open(path);
  try {
    files.truncate(fd, damage.keep);
    files.sync(fd);
  } finally {
    files.close(fd);
  }
  return torn;
}
