import type { OrderLeg, OrderRequest } from '#domain/order';
import type { EntryTerms, ExitLevel, TriggerAction } from '#domain/trigger';
import type { Heard } from './heard.ts';
import type { Judge, SentFrame } from './judge.ts';
import type { JudgedLife } from './judged.ts';

const CENT = 10_000;

/** What the person at the console has written, in 1e-6, as far as it concerns an order that shall leave for it. */
export interface Wish {
  /** The order that shall change; undefined for a new stop. */
  readonly key: string | undefined;
  readonly conId: number;
  readonly limit?: number;
  readonly stop?: number;
}

/**
 * C-04, from what was written: a price on the wire is what was asked, on the tick: less than one tick beyond it, and never on the side that
 * loses more. So are the terms of a change, the entry and the exits of a bracket, and a stop by hand.
 */
export class Terms implements Judge {
  readonly #heard: Heard;
  readonly #fail: (text: string) => void;
  #wish: Wish | undefined;

  constructor(heard: Heard, fail: (text: string) => void) {
    this.#heard = heard;
    this.#fail = fail;
  }

  /** Only what leaves while `act` runs is measured by the wish. */
  wished<T>(wish: Wish, act: () => T): T {
    this.#wish = wish;
    try {
      return act();
    } finally {
      this.#wish = undefined;
    }
  }

  frame(life: JudgedLife, { frame, order }: SentFrame): void {
    if (order === undefined) return;
    const { approved, leg } = order;
    const wish = this.#wish;
    const { changes, contract } = approved.value;
    if (wish !== undefined && changes === wish.key && contract.conId === wish.conId && (changes !== undefined || leg.leg === 'S'))
      this.#asWished(wish, leg);
    if (frame.kind === 'place' && approved.value.origin === 'trigger') this.#asSpecified(life, order);
  }

  #asWished({ limit, stop }: Wish, leg: OrderLeg): void {
    const tighter = leg.side === 'SELL' ? 1 : -1;
    const wrong = misplaced(leg, 'limit', leg.limit, limit, tighter) ?? misplaced(leg, 'stop', leg.stop, stop, tighter);
    if (wrong !== undefined) this.#fail(wrong);
  }

  /** Entry and exits as the trigger says, from the market that it fired on. */
  #asSpecified(life: JudgedLife, { approved, leg }: NonNullable<SentFrame['order']>): void {
    const { triggerId, legs, contract } = approved.value;
    const action = triggerId === undefined ? undefined : life.stores.triggers.get(triggerId)?.spec.action;
    // One that had to wait fired on a market that is gone.
    if (action === undefined || life.stores.orders.get(legs[0].ref as never)?.state !== 'QUEUED' || !isOfThisTurn(life, approved.seq))
      return;
    const buys = action.side === 'BUY';
    const quote = this.#heard.quote(contract.conId);
    const markets = (quote?.recent ?? []).map((market) => (buys ? market.ask : market.bid) ?? market.last);
    const complaints = markets.map((market) => this.#complaint(approved.value, leg, action, market));
    const [first] = complaints;
    if (first !== undefined && complaints.every((complaint) => complaint !== undefined)) this.#fail(first);
  }

  /** Why the leg is not what the trigger asks for on this market; undefined when it is. */
  #complaint({ legs }: OrderRequest, leg: OrderLeg, action: TriggerAction, market: number | undefined): string | undefined {
    const buys = action.side === 'BUY';
    if (leg.leg === 'E') {
      const limit = misplaced(leg, 'limit', leg.limit, limitOf(action.entry, market), buys ? -1 : 1);
      return limit ?? misplaced(leg, 'stop', leg.stop, action.entry.stop, buys ? -1 : 1);
    }
    const level = leg.leg === 'T' ? action.target : leg.leg === 'S' ? action.stop : undefined;
    const away = (leg.leg === 'T') === buys ? 1 : -1;
    const from = legs[0].limit ?? legs[0].stop ?? market;
    const asked = level === undefined ? undefined : exitOf(level, from, away);
    return misplaced(leg, leg.leg === 'T' ? 'limit' : 'stop', leg.leg === 'T' ? leg.limit : leg.stop, asked, leg.side === 'SELL' ? 1 : -1);
  }
}

/** Undefined when it stands at what was asked or less than a tick beyond it in this direction. */
function misplaced(
  leg: OrderLeg,
  name: string,
  stands: number | undefined,
  asked: number | undefined,
  direction: 1 | -1,
): string | undefined {
  if (asked === undefined || stands === undefined) return undefined;
  const beyond = (stands - asked) * direction;
  return beyond < -1 || beyond >= CENT + 1
    ? `C-04: ${leg.ref} was to have the ${name} ${asked / 1_000_000}, and has ${stands / 1_000_000}`
    : undefined;
}

/** The commit that approved it is the last one: its effects leave before anything else is committed. */
function isOfThisTurn(life: JudgedLife, seq: number): boolean {
  return life.journal.records.at(-1)?.seq === seq;
}

function limitOf({ type, limit, limitOffset, stop }: EntryTerms, market: number | undefined): number | undefined {
  if (limit !== undefined) return limit;
  const from = type === 'STP LMT' ? stop : market;
  return limitOffset === undefined || from === undefined ? undefined : from + limitOffset;
}

function exitOf(level: ExitLevel, from: number | undefined, away: 1 | -1): number | undefined {
  if (level.kind === 'price') return level.price;
  return from === undefined ? undefined : from + (away * Math.abs(from) * level.basisPoints) / 10_000;
}
