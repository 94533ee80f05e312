import { brokerText } from './broker-text.ts';
import { maskAccounts } from '#domain/account-text';

export interface RecordedFrame {
  /** Epoch ms. */
  readonly at: number;
  readonly clientId: number;
  readonly direction: 'in' | 'out';
  /** Fields separated by `|`, account ids masked; long frames are cut. */
  readonly text: string;
}

const MAX_TEXT = 2_048;

/** The last raw frames of all connections, for a bug report or a replay into the simulator (rule G-11). */
export class FrameRing {
  readonly #at: Float64Array;
  readonly #client: Float64Array;
  /** What left is kept as its bytes; most frames are never looked at. */
  readonly #text: (string | Buffer)[];
  #next = 0;
  #count = 0;

  constructor(size = 4_096) {
    this.#at = new Float64Array(size);
    /** Inbound frames keep the client id, outbound ones its bitwise complement. */
    this.#client = new Float64Array(size);
    this.#text = new Array<string | Buffer>(size).fill('');
  }

  record(at: number, clientId: number, direction: 'in' | 'out', frame: string | Buffer): void {
    const slot = this.#next;
    this.#at[slot] = at;
    this.#client[slot] = direction === 'in' ? clientId : ~clientId;
    // A plain slice would keep the whole long frame alive.
    this.#text[slot] =
      frame.length <= MAX_TEXT
        ? frame
        : typeof frame === 'string'
          ? Buffer.from(frame.slice(0, MAX_TEXT)).toString()
          : Buffer.from(frame.subarray(0, MAX_TEXT));
    this.#next = slot + 1 === this.#text.length ? 0 : slot + 1;
    if (this.#count < this.#text.length) this.#count += 1;
  }

  /** Newest last. Masking is done here, not per tick. */
  read(): readonly RecordedFrame[] {
    const size = this.#text.length;
    const frames: RecordedFrame[] = [];
    for (let i = 0; i < this.#count; i += 1) {
      const slot = (this.#next - this.#count + i + size) % size;
      const client = this.#client[slot] ?? 0;
      frames.push({
        at: this.#at[slot] ?? 0,
        clientId: client < 0 ? ~client : client,
        direction: client < 0 ? 'out' : 'in',
        text: maskAccounts(brokerText('frame', (this.#text[slot] ?? '').toString().replaceAll('\0', '|'))),
      });
    }
    return frames;
  }
}
