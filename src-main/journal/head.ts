import { basename, dirname, join, resolve } from 'node:path';
import { err, ok, type Result } from '#domain/result';
import type { Files } from './files.ts';
import { decodeLineBytes } from './line.ts';
import { StateFile } from './state-file.ts';

/** A place in the journal that is known to be on the disk: the line that ends at byte `length` of `file`. `at` is epoch ms. */
export interface JournalHead {
  readonly file: string;
  readonly length: number;
  readonly seq: number;
  readonly sum: string;
  readonly at: number;
}

/**
 * What the checkpoint tells about the files. `truncated-behind-checkpoint`: lines that were on the disk are gone. `head-differs`: another
 * line stands in their place. `head-missing`, `head-unreadable`: the checkpoint itself is gone or broken.
 */
export type HeadCode = 'truncated-behind-checkpoint' | 'head-differs' | 'head-missing' | 'head-unreadable';

export interface JournalFinding {
  readonly code: HeadCode;
  /** The journal file (or the checkpoint's) that it is about. */
  readonly file: string;
  /** For the operator. */
  readonly text: string;
}

/**
 * The checkpoint lies beside the journal's directory, not in it (`journal` → `journal-head.json`): a directory that was emptied or
 * swapped with an older copy is found, too.
 */
function headPath(directory: string): string {
  const path = resolve(directory);
  return join(dirname(path), `${basename(path)}-head.json`);
}

export function headFile(directory: string, files: Files): StateFile<JournalHead> {
  return new StateFile(headPath(directory), parseHead, files);
}

function parseHead(value: unknown): Result<JournalHead> {
  if (typeof value !== 'object' || value === null) return err('it holds no checkpoint');
  const { file, length, seq, sum, at } = value as Readonly<Record<keyof JournalHead, unknown>>;
  if (typeof file !== 'string' || basename(file) !== file || file === '') return err('file is not a file name');
  if (!isCount(length)) return err('length is not a number of bytes');
  if (!isCount(seq)) return err('seq is not a sequence number');
  if (typeof sum !== 'string' || !/^[0-9a-f]{64}$/.test(sum)) return err('sum is not a checksum');
  if (typeof at !== 'number' || !Number.isFinite(at)) return err('at is not a time');
  return ok({ file, length, seq, sum, at });
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

export interface KnownHead {
  /** The checkpoint; of a broken file the one before it. */
  readonly head: JournalHead | undefined;
  readonly finding: JournalFinding | undefined;
}

/** The last checkpoint. Never throws. */
export function readHead(file: StateFile<JournalHead>): KnownHead {
  const read = file.read();
  if (read.ok) return { head: read.value, finding: undefined };
  const text = `The checkpoint of the journal cannot be used: ${read.error.text}. What was cut off since cannot be told.`;
  return { head: read.error.backup, finding: { code: 'head-unreadable', file: basename(file.path), text } };
}

export function truncatedFinding(head: JournalHead): JournalFinding {
  const text =
    `The journal ends before its last checkpoint: ${head.file} held ${head.length} bytes up to commit ${head.seq} ` +
    `at ${new Date(head.at).toISOString()}, and does no longer. Records are missing at its end.`;
  return { code: 'truncated-behind-checkpoint', file: head.file, text };
}

export function differsFinding(head: JournalHead): JournalFinding {
  const text =
    `The journal is not the one of its last checkpoint: byte ${head.length} of ${head.file} does not end the line ` +
    `with commit ${head.seq} of ${new Date(head.at).toISOString()}. The file was replaced or rewritten.`;
  return { code: 'head-differs', file: head.file, text };
}

export function missingFinding(directory: string): JournalFinding {
  const file = basename(headPath(directory));
  return {
    code: 'head-missing',
    file,
    text: `The journal was kept with checkpoints, but ${file} is gone. What was cut off since cannot be told.`,
  };
}

/**
 * Looks whether the files still hold the checkpoint's line. `goodLength` says how many bytes of the newest file with good lines are
 * good. Throws the system's errors.
 */
export function checkHead(
  files: Files,
  directory: string,
  head: JournalHead,
  newest: { readonly name: string; readonly goodLength: number } | undefined,
): JournalFinding | undefined {
  const path = join(directory, head.file);
  if (newest === undefined || !files.exists(path)) return truncatedFinding(head);
  if (head.file === newest.name && newest.goodLength < head.length) return truncatedFinding(head);
  const found = lineEndingAt(files, path, head.length);
  if (found === 'short') return truncatedFinding(head);
  const line = found === undefined ? undefined : decodeLineBytes(found);
  return line?.ok === true && line.value.sum === head.sum ? undefined : differsFinding(head);
}

const NEWLINE = 0x0a;

/** The line whose newline is the last of the first `length` bytes, without it. */
function lineEndingAt(files: Files, path: string, length: number): Uint8Array | 'short' | undefined {
  const fd = files.openToRead(path);
  try {
    for (let size = 64 * 1024; ; size *= 8) {
      const from = Math.max(0, length - size);
      const bytes = Buffer.alloc(length - from);
      let got = 0;
      while (got < bytes.length) {
        const count = files.readAt(fd, bytes.subarray(got), from + got);
        if (count <= 0) return 'short';
        got += count;
      }
      if (bytes.at(-1) !== NEWLINE) return undefined;
      const before = bytes.length < 2 ? -1 : bytes.lastIndexOf(NEWLINE, bytes.length - 2);
      if (before >= 0 || from === 0) return bytes.subarray(before + 1, -1);
    }
  } finally {
    files.close(fd);
  }
}
