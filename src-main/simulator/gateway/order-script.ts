import type { OrderScript } from '../engine/exchange-news.ts';

/** What a fault script may do to orders and to what is said about them. Nothing is armed at first. */
export class OrderFaults implements OrderScript {
  holdCancels = false;
  /** While true, everything said about orders waits; see OrderNews.release. */
  holdNews = false;
  readonly #rejections: string[] = [];
  #dropsLeft = 0;

  /** The next order that TWS would accept is rejected with error 201 and becomes Inactive. */
  rejectNext(reason: string): void {
    this.#rejections.push(reason);
  }

  /** The next accepted order is not acknowledged; it works, and its fills are told. */
  dropNextAck(): void {
    this.#dropsLeft++;
  }

  rejectReason(): string | undefined {
    return this.#rejections.shift();
  }

  takeDrop(): boolean {
    if (this.#dropsLeft === 0) return false;
    this.#dropsLeft--;
    return true;
  }
}
