/** A message to or from the broker that concerns an order. */
export interface JournalFrame {
  /** Epoch ms. */
  readonly at: number;
  /** The broker's time of the same moment, epoch ms, where it was known. */
  readonly brokerAt?: number;
  readonly clientId: number;
  readonly direction: 'in' | 'out';
  readonly text: string;
  /** The desk's key of the order, where it is known. Without it the frame is found by the references and permIds in its text. */
  readonly order?: string;
}

export interface HeldFrame extends JournalFrame {
  /** Frames behind this one that did not fit. */
  readonly droppedAfter?: number;
}

const MAX_TEXT = 4_000;
/** What is held while the disk refuses; then frames are counted only. */
const MAX_FRAMES = 2_000;
const MAX_CHARACTERS = 1_000_000;

/** Frames that wait for the next write. Its memory is bounded whatever the disk and the broker do. */
export class FrameBuffer {
  #held: HeldFrame[] = [];
  #characters = 0;
  #dropped = 0;

  /** Frames of this run that were not kept. */
  get dropped(): number {
    return this.#dropped;
  }

  get held(): readonly HeldFrame[] {
    return this.#held;
  }

  add(frame: JournalFrame): void {
    const last = this.#held.at(-1);
    if (last !== undefined && (this.#held.length >= MAX_FRAMES || this.#characters >= MAX_CHARACTERS)) {
      this.#dropped += 1;
      this.#held[this.#held.length - 1] = { ...last, droppedAfter: (last.droppedAfter ?? 0) + 1 };
      return;
    }
    const { at, brokerAt, clientId, direction, text, order } = frame;
    const cut = text.length > MAX_TEXT ? `${text.slice(0, MAX_TEXT)}… (${text.length - MAX_TEXT} more)` : text;
    const broker = brokerAt === undefined ? {} : { brokerAt };
    this.#held.push({ at, ...broker, clientId, direction, text: cut, ...(order === undefined ? {} : { order }) });
    this.#characters += cut.length;
  }

  /** All that was held is written. */
  clear(): void {
    this.#held = [];
    this.#characters = 0;
  }
}
