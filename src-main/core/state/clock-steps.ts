/** A moment of the desk's clock and the broker's time of it; epoch ms. Undefined: the broker's time was not known then. */
export type TimePair = readonly [at: number, brokerAt: number | undefined];

interface Step {
  /** Desk epoch ms. */
  readonly from: number;
  /** Broker minus desk, ms; undefined from the begin of a run to the broker's first word. */
  readonly offset: number | undefined;
}

const MOST_STEPS = 20_000;
const MOST_DOUBTS = 100;

/**
 * What the difference between the desk's clock and the broker's was, and when. A fact keeps the broker's time that it had: a later step of
 * either clock does not move it. Where the desk's clock was set back, a time of it means two moments, and neither is told.
 */
export class ClockSteps {
  #steps: Step[] = [];
  #doubts: (readonly [from: number, to: number])[] = [];
  #newest = Number.NEGATIVE_INFINITY;
  /** Of what was before, it is forgotten which moments are in doubt. */
  #forgotten = Number.NEGATIVE_INFINITY;

  note(at: number, offset: number | undefined): void {
    const last = this.#steps.at(-1);
    if (at < this.#newest && offset !== last?.offset) this.#doubt(at);
    const from = Math.max(at, this.#newest);
    this.#newest = from;
    if (last !== undefined && last.offset === offset) return;
    if (last?.from === from) this.#steps.pop();
    this.#steps.push({ from, offset });
    if (this.#steps.length > MOST_STEPS) this.#steps = this.#steps.slice(MOST_STEPS / 2);
  }

  learn(pairs: readonly TimePair[]): void {
    for (const [at, brokerAt] of pairs) this.note(at, brokerAt === undefined ? undefined : brokerAt - at);
    // Behind the last word of an earlier run nothing is known until this run's broker speaks.
    if (pairs.length > 0) this.note(this.#newest + 1, undefined);
  }

  /** From here to the newest moment; together with the last doubt where they touch. */
  #doubt(at: number): void {
    const last = this.#doubts.at(-1);
    if (last !== undefined && at <= last[1]) this.#doubts.pop();
    this.#doubts.push([last === undefined || at > last[1] ? at : Math.min(at, last[0]), this.#newest]);
    if (this.#doubts.length > MOST_DOUBTS) this.#forgotten = this.#doubts.shift()?.[1] ?? this.#forgotten;
  }

  timeOf(at: number): number | undefined {
    if (at < this.#forgotten || this.#doubts.some(([from, to]) => at >= from && at < to)) return undefined;
    let low = 0;
    let high = this.#steps.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#steps[middle]?.from ?? 0) <= at) low = middle + 1;
      else high = middle;
    }
    const offset = this.#steps[low - 1]?.offset;
    return offset === undefined ? undefined : Math.round(at + offset);
  }
}
