import type { Judge, SentFrame } from './judge.ts';
import type { JudgedLife, JudgedWorld } from './judged.ts';

/**
 * I-22 over all lives: the highest number is on the disk before the frame that carries it leaves, and no number of a client is one that the
 * broker has seen of it. I-14: what leaves at once leaves in the order in which the journal has it.
 */
export class OrderNumbers implements Judge {
  readonly #world: Pick<JudgedWorld, 'disk' | 'tws'>;
  readonly #fail: (text: string) => void;
  #lastSeq = 0;

  constructor(world: Pick<JudgedWorld, 'disk' | 'tws'>, fail: (text: string) => void) {
    this.#world = world;
    this.#fail = fail;
  }

  born(): void {
    this.#lastSeq = 0;
  }

  frame(life: JudgedLife, { clientId, frame, order }: SentFrame): void {
    if (order === undefined || frame.kind === 'cancel') return;
    const { approved, leg, orderId } = order;
    if (frame.kind === 'place') {
      const { highestId } = this.#world.disk;
      if (highestId < orderId) this.#fail(`I-22: ${leg.ref} leaves as ${orderId}, and the disk knows only of ${highestId}`);
      const earlier = this.#world.tws.ledger.orders.find((one) => one.clientId === clientId && one.orderId === orderId);
      if (earlier !== undefined) this.#fail(`I-22: ${leg.ref} leaves as ${clientId}:${orderId}, which was ${earlier.orderRef}`);
    }
    const isAtOnce = life.journal.records.at(-1)?.seq === approved.seq;
    if (!isAtOnce) return;
    if (approved.seq < this.#lastSeq) this.#fail(`I-14: ${leg.ref} of commit ${approved.seq} leaves after commit ${this.#lastSeq}`);
    this.#lastSeq = approved.seq;
  }
}
