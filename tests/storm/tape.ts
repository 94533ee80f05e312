import { mayTradeBelowZero, type Contract } from '#domain/contract';
import type { ConId } from '#domain/ids';
import { midpoint, type Price } from '#domain/price';
import type { LiveType, QuoteField } from '#domain/quote';

type Side = 'bid' | 'ask' | 'last';
const SIDES: readonly Side[] = ['bid', 'ask', 'last'];

interface Line {
  price: Price | undefined;
  /** It has spoken before the last gap, so that one price after it proves nothing. */
  before: boolean;
  /** Good prices since the last gap. */
  since: number;
}

class Strip {
  readonly lines: Readonly<Record<Side, Line>> = { bid: newLine(), ask: newLine(), last: newLine() };
  halted = false;
  liveType: LiveType = 'live';
  /** Virtual ms of the newest price. */
  at = Number.NEGATIVE_INFINITY;
}

function newLine(): Line {
  return { price: undefined, before: false, since: 0 };
}

/** What the market data port of one life was told, written down a second time: no quality gate of the desk has a part in it. */
export class Tape {
  readonly #strips = new Map<ConId, Strip>();
  #farmDown = false;
  readonly #now: () => number;
  readonly #heard: (conId: ConId | undefined, isGap: boolean) => void;

  /** `now` in virtual ms, whatever the desk's clock says. `heard`: after each price of a contract, and after a gap, of all of them where none is named. */
  constructor(now: () => number, heard: (conId: ConId | undefined, isGap: boolean) => void) {
    this.#now = now;
    this.#heard = heard;
  }

  tick(conId: ConId, side: Side, price: Price): void {
    const strip = this.#strip(conId);
    const line = strip.lines[side];
    line.price = price;
    line.since += 1;
    strip.at = this.#now();
    this.#heard(conId, false);
  }

  noData(conId: ConId, side: Side): void {
    this.#strip(conId).lines[side].price = undefined;
  }

  halted(conId: ConId, halted: boolean): void {
    this.#strip(conId).halted = halted;
  }

  liveType(conId: ConId, liveType: LiveType): void {
    this.#strip(conId).liveType = liveType;
  }

  farm(down: boolean): void {
    this.#farmDown = down;
  }

  /** Its stream begins, perhaps after another that has ended: what was known of it is nothing to begin from, and what is held gets old till then. */
  begins(conId: ConId): void {
    this.#strips.delete(conId);
    this.#heard(conId, true);
  }

  /** A connection broke or TWS had lost IB: what was known is old. */
  gap(): void {
    for (const { lines } of this.#strips.values())
      for (const line of SIDES.map((side) => lines[side])) {
        line.before ||= line.since > 0;
        line.since = 0;
        line.price = undefined;
      }
    this.#heard(undefined, true);
  }

  price(conId: ConId, field: QuoteField): Price | undefined {
    const { lines } = this.#strip(conId);
    if (field !== 'mid') return lines[field].price;
    const { bid, ask } = lines;
    return bid.price === undefined || ask.price === undefined ? undefined : midpoint(bid.price, ask.price);
  }

  /** I-20: why nothing may be decided on this quote now, as far as these fields go; undefined when it may. */
  fault(contract: Contract, fields: readonly QuoteField[], maxAgeMs: number): string | undefined {
    const strip = this.#strip(contract.conId);
    const { lines } = strip;
    const age = this.#now() - strip.at;
    const bid = lines.bid.price;
    const ask = lines.ask.price;
    if (this.#farmDown) return 'of a farm that is down';
    if (strip.liveType !== 'live') return strip.liveType;
    if (strip.halted) return 'halted';
    // Whole milliseconds on both of its ends.
    if (age > maxAgeMs + 2) return `${age.toFixed(0)} ms old, of at most ${maxAgeMs}`;
    if (bid !== undefined && ask !== undefined && bid >= ask) return bid === ask ? 'locked' : 'crossed';
    if (!mayTradeBelowZero(contract) && SIDES.some((side) => (lines[side].price ?? 1) <= 0)) return 'at zero or below';
    const unproven = fields.find((field) => !this.#isProven(strip, field));
    return unproven === undefined ? undefined : `not confirmed in its ${unproven} after a gap`;
  }

  #isProven({ lines: { bid, ask, last } }: Strip, field: QuoteField): boolean {
    if (field === 'mid') return !(bid.before && ask.before) || bid.since + ask.since > 2;
    const line = field === 'bid' ? bid : field === 'ask' ? ask : last;
    return !line.before || line.since > 1;
  }

  #strip(conId: ConId): Strip {
    let strip = this.#strips.get(conId);
    if (strip === undefined) this.#strips.set(conId, (strip = new Strip()));
    return strip;
  }
}
