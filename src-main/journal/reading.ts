import type { Files } from './files.ts';

const PIECE = 1024 * 1024;
/** Longer lines are no lines: reading must not need the memory of a file without newlines. */
const MAX_LINE = 64 * 1024 * 1024;
const NEWLINE = 0x0a;

/** A line without its newline. The bytes are only good until the next one is asked for. */
export interface RawLine {
  readonly bytes: Buffer;
  /** Where it begins in the file, and where the next one does. */
  readonly start: number;
  readonly end: number;
  /** False for what stands behind the last newline. */
  readonly whole: boolean;
}

/** All lines of a file. Throws the system's errors. */
export function* linesOf(files: Files, path: string): Generator<RawLine> {
  for (const block of blocksOf(files, path)) {
    if (!block.whole) {
      yield { bytes: block.bytes, start: block.start, end: block.start + block.bytes.length, whole: false };
      return;
    }
    let from = 0;
    for (let to = block.bytes.indexOf(NEWLINE, from); to >= 0; to = block.bytes.indexOf(NEWLINE, from)) {
      yield { bytes: block.bytes.subarray(from, to), start: block.start + from, end: block.start + to + 1, whole: true };
      from = to + 1;
    }
  }
}

/**
 * The whole lines of a file that contain one of the texts; the others are not even cut out. `onRead` hears how many bytes were read.
 * Throws the system's errors.
 */
export function* linesWith(files: Files, path: string, texts: readonly string[], onRead?: (bytes: number) => void): Generator<RawLine> {
  const needles = texts.map((text) => Buffer.from(text, 'utf8'));
  for (const { bytes, start, whole } of blocksOf(files, path, onRead)) {
    if (!whole) return;
    const next = needles.map((needle) => bytes.indexOf(needle));
    for (;;) {
      let hit = -1;
      for (const at of next) if (at >= 0 && (hit < 0 || at < hit)) hit = at;
      if (hit < 0) break;
      const from = hit === 0 ? 0 : bytes.lastIndexOf(NEWLINE, hit - 1) + 1;
      const to = bytes.indexOf(NEWLINE, hit);
      yield { bytes: bytes.subarray(from, to), start: start + from, end: start + to + 1, whole: true };
      for (const [index, needle] of needles.entries()) {
        const at = next[index] ?? -1;
        if (at >= 0 && at <= to) next[index] = bytes.indexOf(needle, to);
      }
    }
  }
}

/** The first line of a file, if it has one. */
export function firstLine(files: Files, path: string): Buffer | undefined {
  for (const line of linesOf(files, path)) return line.whole ? Buffer.from(line.bytes) : undefined;
  return undefined;
}

interface Block {
  /** Ends with a newline when `whole`. */
  readonly bytes: Buffer;
  readonly start: number;
  readonly whole: boolean;
}

function* blocksOf(files: Files, path: string, onRead: (bytes: number) => void = () => undefined): Generator<Block> {
  const fd = files.openToRead(path);
  try {
    // Not cleared: what was not read into it is not looked at.
    const piece = Buffer.allocUnsafeSlow(PIECE);
    let rest: Buffer = Buffer.alloc(0);
    let position = 0;
    for (let count = files.readAt(fd, piece, position); count > 0; count = files.readAt(fd, piece, position)) {
      const start = position - rest.length;
      position += count;
      onRead(count);
      const bytes = rest.length === 0 ? piece.subarray(0, count) : Buffer.concat([rest, piece.subarray(0, count)]);
      const end = bytes.lastIndexOf(NEWLINE) + 1;
      if (end > 0) yield { bytes: bytes.subarray(0, end), start, whole: true };
      rest = Buffer.from(bytes.subarray(end));
      if (rest.length > MAX_LINE) throw new Error(`it has a line of more than ${MAX_LINE} bytes`);
    }
    if (rest.length > 0) yield { bytes: rest, start: position - rest.length, whole: false };
  } finally {
    files.close(fd);
  }
}
