import { type OrderId, orderIdOf, type OrderRef, orderRefOf } from '#domain/ids';
import { quantityFromText, ZERO, type Quantity } from '#domain/quantity';

/**
 * Reads what was really written to the socket, independent of what the desk believes it sent (control C-23). Positions are
 * those of server version 145 and later, where placeOrder has no version field; older servers are refused.
 */

const PLACE_ORDER = '3';
const FIELD = { id: 1, quantity: 17, orderRef: 26 } as const;

export interface PlaceFrame {
  readonly orderId: OrderId;
  readonly quantity: Quantity;
  readonly ref: OrderRef | undefined;
  /** The id was sent before on this client id. */
  readonly modify: boolean;
}

const EMPTY = Buffer.alloc(0);
const GREETING = Buffer.from('API\0');
const THREE = PLACE_ORDER.charCodeAt(0);

export class OutboundTap {
  /** Ids of earlier place frames of this client id, over all its connections. */
  readonly #sent: Set<number>;
  readonly #onFrame: (frame: Buffer) => void;
  readonly #onPlace: (frame: PlaceFrame) => void;
  #placeFrames = 0;
  #pending: Buffer = EMPTY;

  constructor(sent: Set<number>, onFrame: (frame: Buffer) => void, onPlace: (frame: PlaceFrame) => void) {
    this.#sent = sent;
    this.#onFrame = onFrame;
    this.#onPlace = onPlace;
  }

  /** Place frames that left. */
  get placeFrames(): number {
    return this.#placeFrames;
  }

  /** Each buffer handed to the socket, in order. */
  wrote(bytes: Buffer): void {
    const data = this.#pending.length === 0 ? bytes : Buffer.concat([this.#pending, bytes]);
    // The greeting has no length in front; its own four bytes are skipped.
    let at = data[0] === GREETING[0] && data.subarray(0, GREETING.length).equals(GREETING) ? GREETING.length : 0;
    while (data.length - at >= 4) {
      const end = at + 4 + data.readUInt32BE(at);
      if (end > data.length) break;
      this.#frame(data.subarray(at + 4, end));
      at = end;
    }
    this.#pending = at === data.length ? EMPTY : Buffer.from(data.subarray(at));
  }

  #frame(frame: Buffer): void {
    this.#onFrame(frame);
    if (frame[0] !== THREE || frame[1] !== 0) return;
    const fields = new FieldCursor(frame);
    const id = Number(fields.text(FIELD.id));
    const quantity = quantityFromText(fields.text(FIELD.quantity));
    const ref = fields.text(FIELD.orderRef);
    const modify = this.#sent.has(id);
    this.#sent.add(id);
    this.#placeFrames += 1;
    this.#onPlace({
      orderId: orderIdOf(id),
      // What cannot be read as a quantity matches no approval, so the orders-out check sees it.
      quantity: quantity.ok ? quantity.value : ZERO,
      ref: ref === '' ? undefined : orderRefOf(ref),
      modify,
    });
  }
}

/** Reads a few of a frame's hundred fields, in rising order. */
class FieldCursor {
  readonly #frame: Buffer;
  #index = 0;
  #at = 0;

  constructor(frame: Buffer) {
    this.#frame = frame;
  }

  text(index: number): string {
    const frame = this.#frame;
    let at = this.#at;
    for (let skip = index - this.#index; skip > 0 && at < frame.length; at += 1) if (frame[at] === 0) skip -= 1;
    let end = at;
    while (end < frame.length && frame[end] !== 0) end += 1;
    this.#index = index;
    this.#at = at;
    return frame.toString('utf8', at, end);
  }
}
