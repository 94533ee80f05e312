import type { ListEnd, ListName } from '#tws/order/list-ends';

/** What a list truly is. Its end marker does not say so. */
export interface MadeList {
  readonly of: ListName | 'own-orders';
  /** When TWS made it, monotonic ms. */
  readonly at: number;
}

/** the end of a list answers a request only when TWS made that list, and after it was asked for. */
export class ListRules {
  readonly #fail: (text: string) => void;
  /** When the present life asked, monotonic ms by the number of its request. */
  readonly #askedAt = new Map<number, number>();
  /** When the newest list of each kind that was answered had been asked for. */
  readonly #answered = new Map<ListEnd['of'], number>();

  constructor(fail: (text: string) => void) {
    this.#fail = fail;
  }

  asked(request: number, at: number): void {
    this.#askedAt.set(request, at);
  }

  ended(end: ListEnd, made: MadeList): void {
    if (made.of !== end.of) this.#fail(`the end of ${made.of} is taken for that of ${end.of}`);
    const askedAt = this.#askedAt.get(end.request);
    if (askedAt !== undefined) this.#answered.set(end.of, Math.max(askedAt, this.#answered.get(end.of) ?? 0));
    if (askedAt === undefined) this.#fail(`the end of ${end.of} is taken for request ${end.request}, which nobody made`);
    else if (made.at < askedAt)
      this.#fail(`${end.of} listed at ${made.at.toFixed(0)} ms are taken for request ${end.request}, made at ${askedAt.toFixed(0)} ms`);
  }

  answered(of: ListEnd['of']): number | undefined {
    return this.#answered.get(of);
  }

  died(): void {
    this.#askedAt.clear();
    this.#answered.clear();
  }
}
