/**
 * Framing of the TWS socket: a big-endian length, then that many bytes of NUL-terminated fields. The very first thing a
 * client says is `API\0` followed by one frame with its version range.
 */

/** A request larger than this is not a request. (TWS's own limit is 16 MiB; the longest honest request is a few kilobytes.) */
export const MAX_INBOUND_FRAME = 1 << 20;

const PREAMBLE = Buffer.from('API\0', 'latin1');

export type Arrival =
  | { readonly kind: 'version'; readonly text: string }
  | { readonly kind: 'message'; readonly fields: readonly string[] }
  | { readonly kind: 'hostile'; readonly reason: string };

/** Cuts a byte stream into arrivals. After a hostile one the stream is lost and the reader says nothing more. */
export class FrameReader {
  #pending: Buffer = Buffer.alloc(0);
  #phase: 'preamble' | 'version' | 'messages' | 'lost' = 'preamble';

  /** Everything complete that `chunk` brings to an end, in order. */
  push(chunk: Buffer): readonly Arrival[] {
    if (this.#phase === 'lost') return [];
    this.#pending = this.#pending.length === 0 ? chunk : Buffer.concat([this.#pending, chunk]);
    const arrivals: Arrival[] = [];
    if (this.#phase === 'preamble') {
      const seen = Math.min(this.#pending.length, PREAMBLE.length);
      if (!this.#pending.subarray(0, seen).equals(PREAMBLE.subarray(0, seen))) return [this.#lose('does not begin with API\\0')];
      if (seen < PREAMBLE.length) return [];
      this.#pending = this.#pending.subarray(PREAMBLE.length);
      this.#phase = 'version';
    }
    let offset = 0;
    while (this.#pending.length - offset >= 4) {
      const length = this.#pending.readUInt32BE(offset);
      if (length < 1 || length > MAX_INBOUND_FRAME) {
        arrivals.push(this.#lose(`frame length ${length}`));
        return arrivals;
      }
      if (this.#pending.length - offset - 4 < length) break;
      const body = this.#pending.subarray(offset + 4, offset + 4 + length);
      offset += 4 + length;
      if (this.#phase === 'version') {
        this.#phase = 'messages';
        arrivals.push({ kind: 'version', text: body.toString('latin1').replace(/\0+$/, '') });
        continue;
      }
      if (body[length - 1] !== 0) {
        arrivals.push(this.#lose('frame without closing NUL'));
        return arrivals;
      }
      arrivals.push({ kind: 'message', fields: body.toString('utf8', 0, length - 1).split('\0') });
    }
    this.#pending = this.#pending.subarray(offset);
    return arrivals;
  }

  #lose(reason: string): Arrival {
    this.#phase = 'lost';
    this.#pending = Buffer.alloc(0);
    return { kind: 'hostile', reason };
  }
}

/** One payload as the bytes of a frame, in a string of Latin-1 characters: many frames then become one write. */
export function framed(payload: string): string {
  const length = payload.length;
  return String.fromCharCode((length >>> 24) & 255, (length >>> 16) & 255, (length >>> 8) & 255, length & 255) + payload;
}

/** `v100..193`, or `v177` for a client of a single version. */
export function parseVersionRange(text: string): { readonly min: number; readonly max: number } | undefined {
  const match = /^v(\d{1,4})(?:\.\.(\d{1,4}))?(?: .*)?$/.exec(text);
  if (!match) return undefined;
  const min = Number(match[1]);
  const max = match[2] === undefined ? min : Number(match[2]);
  return max < min ? undefined : { min, max };
}
