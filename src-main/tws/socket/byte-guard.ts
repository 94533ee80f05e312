import { isAscii, isUtf8 } from 'node:buffer';
import { ALWAYS_SHORT, type LongFrame, withinLimits } from './frame-limits.ts';

/**
 * Stands in front of the library's own framing (rule G-5): a negative length hangs its loop, a frame without the closing NUL
 * spoils the next one, and a claimed 16 MB is buffered. Here every frame is whole, sound and as short as its class may be
 * (`frame-limits.ts`) before the decoder sees it.
 */

/** Length prefix of a frame. */
const PREFIX = 4;
const MAX_FRAME_BYTES = 4 * 1024 * 1024;
/** 5 000 bars are 40 006 fields; the library's decoder needs seconds beyond that. */
const MAX_FRAME_FIELDS = 45_000;

/** Returns false to drop the rest: the connection was closed by what the frame caused. */
export type FrameHandler = (text: string) => boolean;

export class ByteGuard {
  /** The beginning of a frame whose rest has not come; joined only once it is complete, however thinly it is sliced. */
  #parts: Buffer[] = [];
  #held = 0;
  #needed = PREFIX;
  readonly #tooLong: (frame: LongFrame) => void;

  /** `tooLong` hears of a frame that is cut before it is delivered, and of one that is not delivered. */
  constructor(tooLong: (frame: LongFrame) => void = () => undefined) {
    this.#tooLong = tooLong;
  }

  /**
   * Passes each complete frame (without its length, with the closing NUL) to `deliver`. Returns what is wrong with the stream,
   * or undefined. After a fault the stream is lost: where the next frame starts is unknown.
   */
  feed(chunk: Buffer, deliver: FrameHandler): string | undefined {
    let data = chunk;
    if (this.#held > 0) {
      this.#parts.push(chunk);
      this.#held += chunk.length;
      if (this.#held < this.#needed) return undefined;
      data = Buffer.concat(this.#parts, this.#held);
    }
    this.#hold(undefined, PREFIX);
    // Asked once for all frames of the chunk; almost every chunk is plain ASCII.
    const plain = isAscii(data);
    let at = 0;
    while (data.length - at >= PREFIX) {
      const length = data.readUInt32BE(at);
      if (length < 1 || length > MAX_FRAME_BYTES) return `a frame claims a length of ${String(data.readInt32BE(at))} bytes`;
      const start = at + PREFIX;
      const end = start + length;
      if (end > data.length) {
        this.#hold(data.subarray(at), PREFIX + length);
        return undefined;
      }
      const text = readFrame(data, start, end, plain);
      if (typeof text !== 'string') return text.fault;
      at = end;
      const short = length <= ALWAYS_SHORT ? text : this.#short(text, length);
      if (short !== undefined && !deliver(short)) return undefined;
    }
    if (at < data.length) this.#hold(data.subarray(at), PREFIX);
    return undefined;
  }

  #short(text: string, bytes: number): string | undefined {
    const { text: short, long } = withinLimits(text, bytes);
    if (long !== undefined) this.#tooLong(long);
    return short;
  }

  /** A copy of the tail, so that a few bytes do not keep a whole chunk alive. */
  #hold(tail: Buffer | undefined, needed: number): void {
    this.#parts = tail === undefined ? [] : [Buffer.from(tail)];
    this.#held = tail?.length ?? 0;
    this.#needed = needed;
  }
}

function readFrame(data: Buffer, start: number, end: number, plain: boolean): string | { readonly fault: string } {
  if (data[end - 1] !== 0) return { fault: 'a frame does not end with NUL' };
  // A field takes a byte at least, so only a long frame can have too many.
  if (end - start > MAX_FRAME_FIELDS) {
    const fields = countFields(data.subarray(start, end));
    if (fields > MAX_FRAME_FIELDS) return { fault: `a frame has ${String(fields)} fields` };
  }
  if (plain) return data.toString('latin1', start, end);
  if (!isUtf8(data.subarray(start, end))) return { fault: 'a frame is not valid UTF-8' };
  return data.toString('utf8', start, end);
}

function countFields(frame: Buffer): number {
  let fields = 0;
  for (const byte of frame) if (byte === 0) fields += 1;
  return fields;
}
