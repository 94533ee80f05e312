import type { OrderKey } from '#domain/ids';

const SELDOM_MS = 60_000;

/** What was asked of IB about an order and not answered: it is asked again, twice soon and then ever more seldom. Observed, not committed. */
export class RetrySchedule {
  readonly #againMs: number;
  readonly #attempts = new Map<OrderKey, { readonly first: number; readonly at: number; readonly times: number }>();

  /** `againMs` after the first and the second time, then twice as long each time, up to a minute. */
  constructor(againMs: number) {
    this.#againMs = againMs;
  }

  note(key: OrderKey, now: number): void {
    const before = this.#attempts.get(key);
    this.#attempts.set(key, { first: before?.first ?? now, at: now, times: (before?.times ?? 0) + 1 });
  }

  /** Never asked, or so long ago that it is time again. */
  isDue(key: OrderKey, now: number): boolean {
    const last = this.#attempts.get(key);
    return last === undefined || now - last.at >= Math.min(SELDOM_MS, this.#againMs * 2 ** Math.max(0, last.times - 2));
  }

  /** When it was asked for the first time; undefined when it was not. */
  since(key: OrderKey): number | undefined {
    return this.#attempts.get(key)?.first;
  }

  /** Answered, or to be asked as if for the first time. */
  forget(key: OrderKey): void {
    this.#attempts.delete(key);
  }

  clear(): void {
    this.#attempts.clear();
  }
}
