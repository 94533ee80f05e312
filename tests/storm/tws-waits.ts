import type { PlaceOrder } from '#simulator/wire/place-order';

/** Lists that are asked for while TWS answers none: they are made when it answers again, in the order in which they were asked for. */
export class HeldLists {
  #held: { readonly clientId: number; readonly answer: () => void }[] | undefined;

  get isHolding(): boolean {
    return this.#held !== undefined;
  }

  hold(): void {
    this.#held ??= [];
  }

  release(): void {
    const held = this.#held ?? [];
    this.#held = undefined;
    for (const { answer } of held) answer();
  }

  asked(clientId: number, answer: () => void): void {
    if (this.#held === undefined) answer();
    else this.#held.push({ clientId, answer });
  }

  /** Who has gone is answered no more. */
  closed(clientId: number): void {
    this.#held = this.#held?.filter((held) => held.clientId !== clientId);
  }

  restarted(): void {
    this.#held = undefined;
  }
}

/** New orders that wait in windows of TWS until somebody says yes. No list names them, and a cancel takes them out. */
export class OrderWindows {
  /** So many of the next new orders wait, each with its whole bracket. */
  next = 0;
  #waiting: { readonly clientId: number; readonly orderId: number; readonly place: () => void }[] = [];

  get areOpen(): boolean {
    return this.#waiting.length > 0;
  }

  takes({ orderId, transmit }: PlaceOrder, clientId: number, place: () => void): boolean {
    if (this.next === 0) return false;
    if (transmit) this.next -= 1;
    this.#waiting.push({ clientId, orderId, place });
    return true;
  }

  answer(): void {
    const waiting = this.#waiting;
    this.close();
    for (const { place } of waiting) place();
  }

  cancelled(clientId: number, orderId: number): void {
    this.#waiting = this.#waiting.filter((one) => one.clientId !== clientId || one.orderId !== orderId);
  }

  close(): void {
    this.next = 0;
    this.#waiting = [];
  }
}
