import type { CommitNews } from '#core/commit/work';
import type { RiskRules } from '#core/risk/risk-context';
import { parseOrderRef } from '#domain/order-ref';
import type { Order } from '#domain/order';
import type { Amount } from '#domain/money';
import type { PlaceOrder } from '#simulator/wire/place-order';
import { DU } from '../support/core/fixtures.ts';
import { deskExposure } from './exposure.ts';
import type { Heard, HeardQuote, Market } from './heard.ts';
import type { Judge, SentFrame } from './judge.ts';
import type { JudgedLife, JudgedWorld, WrittenFrame } from './judged.ts';
import { isOnTick, millionths, tenThousandths } from './wire-figures.ts';

/** What an approval was given on, as the judge has it. */
interface Ground {
  readonly at: number;
  readonly rules: RiskRules;
  readonly quotes: ReadonlyMap<number, HeardQuote>;
  readonly daily: { readonly figure: Amount | undefined; readonly at: number } | undefined;
}

/** An entry that left. Times are those of its approval, epoch ms. */
interface Left {
  readonly at: number;
  readonly conId: number;
  readonly what: string;
  readonly triggerId: string | undefined;
}

const CENT = 10_000;
const TYPES_WITH_LIMIT: ReadonlySet<string> = new Set(['LMT', 'STP LMT']);
const TYPES_WITH_STOP: ReadonlySet<string> = new Set(['STP', 'STP LMT']);
const TEN_MINUTES = 600_000;
const DAILY_TOO_OLD_MS = 60_000;

/**
 * C-01 … C-13, C-18, C-19, C-27, each computed once more from what stands on the wire, what TWS has told and the settings; nothing of the
 * desk's own risk is used. The figures that an order is measured against are those of its approval: of one that had to wait for its place on
 * the wire they are kept until it leaves.
 */
export class WireControls implements Judge {
  readonly #world: Pick<JudgedWorld, 'now' | 'tws'>;
  readonly #heard: Heard;
  readonly #fail: (text: string) => void;
  /** By the number of the commit that has approved. */
  readonly #grounds = new Map<number, Ground>();
  #left: Left[] = [];

  constructor(world: Pick<JudgedWorld, 'now' | 'tws'>, heard: Heard, fail: (text: string) => void) {
    this.#world = world;
    this.#heard = heard;
    this.#fail = fail;
  }

  born(): void {
    this.#grounds.clear();
    this.#left = [];
  }

  /** An order that was approved and has not left waits: what it was measured against is kept. */
  committed(life: JudgedLife, { seq, changes }: CommitNews): void {
    if (!changes.some(({ store }) => store === 'orders')) return;
    for (const { store, key, value } of changes) {
      const state = (value as Order | undefined)?.state;
      if (store !== 'orders' || state !== 'QUEUED' || life.stores.orders.get(key as Order['key'])?.state !== 'QUEUED') continue;
      this.#grounds.set(seq, this.#ground(life, true));
      break;
    }
    for (const old of this.#grounds.keys()) {
      if (this.#grounds.size <= 40) break;
      this.#grounds.delete(old);
    }
  }

  frame(life: JudgedLife, { frame, order }: SentFrame): void {
    if (order === undefined || (frame.kind !== 'place' && frame.kind !== 'modify')) return;
    const { approved, leg } = order;
    const ground = this.#grounds.get(approved.seq) ?? this.#ground(life, false);
    const fails = (control: string, text: string): void => {
      this.#fail(`${control}: ${leg.ref} leaves although ${text}`);
    };
    this.#itself(frame.order, ground, fails);
    if (approved.value.purpose !== 'entry') return;
    const first = leg === approved.value.legs[0];
    this.#size(frame.order, ground, fails);
    if (!first) return;
    this.#market(frame.order, ground, fails);
    this.#loss(life, ground, fails);
    if (frame.kind === 'modify') return;
    this.#rates(order, frame.order, ground, fails);
    this.#crowd(life, order, fails);
    this.#reducing(life, order, fails);
  }

  #ground(life: JudgedLife, isKept: boolean): Ground {
    const { quotes, daily } = this.#heard;
    const kept = isKept ? new Map([...quotes].map(([conId, quote]) => [conId, { ...quote }])) : quotes;
    return { at: this.#world.now, rules: life.deskState.rules(), quotes: kept, daily };
  }

  /** C-04, C-18, C-19, of every order and every change, an exit's too. */
  #itself(order: PlaceOrder, { rules }: Ground, fails: Fails): void {
    this.#kind(order, rules, fails);
    for (const text of [order.limit, order.aux, order.trailStop]) {
      if (text === undefined) continue;
      const price = millionths(text);
      if (price === undefined || price <= 0n || !isOnTick(price, CENT)) fails('C-04', `it has the price ${text}`);
    }
    const quantity = quantityOf(order);
    if (quantity === undefined || quantity <= 0n) fails('C-01', `its quantity is ${order.quantity ?? 'missing'}`);
  }

  #kind(order: PlaceOrder, rules: RiskRules, fails: Fails): void {
    if (order.account !== DU) fails('C-18', `its account is ${order.account}`);
    if (!rules.orderTypes.some((type) => type === order.orderType)) fails('C-19', `its type is ${order.orderType}`);
    if (!rules.timesInForce.some((tif) => tif === order.tif)) fails('C-19', `its time in force is ${order.tif}`);
    const hasAux = TYPES_WITH_STOP.has(order.orderType) || (order.orderType === 'TRAIL' && order.trailPercent === undefined);
    if ((order.limit !== undefined) !== TYPES_WITH_LIMIT.has(order.orderType)) fails('C-04', `its limit is ${order.limit ?? 'missing'}`);
    if ((order.aux !== undefined) !== hasAux) fails('C-04', `its stop is ${order.aux ?? 'missing'}`);
  }

  /** C-01 of every leg that takes on risk. */
  #size(order: PlaceOrder, { rules }: Ground, fails: Fails): void {
    const quantity = quantityOf(order) ?? 0n;
    if (quantity > BigInt(rules.limits.maxOrderShares) * 10_000n)
      fails('C-01', `${order.quantity ?? ''} are more than ${rules.limits.maxOrderShares}`);
  }

  /** C-02, C-03, C-05: its worth, how far from the market, and whether that market was one. */
  #market(order: PlaceOrder, { at, rules, quotes }: Ground, fails: Fails): void {
    const { limits } = rules;
    const quote = quotes.get(order.contract.conId);
    if (quote?.bid === undefined || quote.ask === undefined) {
      fails('C-05', 'no two-sided market was told');
      return;
    }
    this.#sound(quote, at, limits.maxQuoteAgeMs, fails);
    const own = [order.limit, order.aux].flatMap((text) => (text === undefined ? [] : [Number(millionths(text) ?? 0n)]));
    const markets = quote.recent.filter((market) => market.bid !== undefined && market.ask !== undefined);
    const excesses = markets.map((market) => excessOf(order, own, market, limits));
    // What fires in a chunk of ticks fires on one of its markets.
    if (excesses.length > 0 && excesses.every((excess) => excess !== undefined)) fails(...excesses[0]!);
  }

  /** C-05: live, fresh and not crossed. */
  #sound(quote: HeardQuote, at: number, maxAgeMs: number, fails: Fails): void {
    const { bid = 0, ask = 0 } = quote;
    if (!(at - quote.at <= maxAgeMs + 1)) fails('C-05', `its quote is ${at - quote.at} ms old`);
    if (quote.liveType !== 'live') fails('C-05', `its quote is ${quote.liveType}`);
    if (quote.halted) fails('C-05', 'its contract is halted');
    if (bid >= ask) fails('C-05', `its quote is crossed, ${bid} against ${ask}`);
  }

  /** C-13: a figure was told, is inside the limit, and is no older than a minute while something is held that moves it. */
  #loss(life: JudgedLife, { at, daily, rules }: Ground, fails: Fails): void {
    if (daily?.figure === undefined) fails('C-13', 'the day has no figure');
    else if (daily.figure <= -rules.limits.maxDailyLoss * 1_000_000) fails('C-13', `the day stands at ${daily.figure}`);
    const moves = [...life.stores.positions.values()].some(
      ({ quantity, contract }) => quantity !== 0 && (this.#heard.quote(contract.conId)?.at ?? 0) > at - 1_000,
    );
    if (daily !== undefined && moves && at - daily.at > DAILY_TOO_OLD_MS + 1_000)
      fails('C-13', `the day's figure is ${((at - daily.at) / 1_000).toFixed(0)} s old`);
  }

  /** C-08, C-09, C-10, over what has left this life. */
  #rates({ approved }: WrittenFrame, order: PlaceOrder, { rules }: Ground, fails: Fails): void {
    const { limits } = rules;
    const at = approved.approvedAt;
    const { conId } = order.contract;
    const what = [order.account, conId, order.action, order.quantity, order.orderType, order.limit ?? order.aux ?? ''].join(' ');
    const { triggerId } = approved.value;
    const within = (ms: number): readonly Left[] => this.#left.filter((one) => one.at <= at && at - one.at < ms);
    const second = within(1_000);
    if (second.length >= limits.ordersPerSecond) fails('C-08', `${second.length} went out within the second before it`);
    const here = second.filter((one) => one.conId === conId).length;
    if (here >= limits.ordersPerSecondPerSymbol) fails('C-08', `${here} of its contract went out within the second before it`);
    const twin = within(limits.duplicateWindowSeconds * 1_000).find((one) => one.what === what);
    if (twin !== undefined) fails('C-10', `the same went out ${at - twin.at} ms before`);
    const fired = triggerId === undefined ? 0 : within(TEN_MINUTES).filter((one) => one.triggerId === triggerId).length;
    if (fired >= limits.firingsPerTenMinutes) fails('C-09', `its trigger fired ${fired} times within ten minutes`);
    this.#left = this.#left.filter((one) => at - one.at < TEN_MINUTES);
    this.#left.push({ at, conId, what, triggerId });
  }

  /** C-10 and C-11 by the broker's book, as far as this desk sent it and has a row for it: TWS itself stops at 20 a side. */
  #crowd(life: JudgedLife, { approved }: WrittenFrame, fails: Fails): void {
    const { contract, legs, triggerId } = approved.value;
    const { limits } = life.deskState.rules();
    const rows = new Set([...life.stores.orders.values()].map(({ permId }) => permId));
    const own = this.#world.tws.exchange.register
      .active()
      .filter((order) => !order.done && order.orderRef.startsWith('TD1-') && rows.has(order.permId as never));
    for (const side of ['BUY', 'SELL'] as const) {
      const there = own.filter((order) => order.contract.conId === contract.conId && order.action === side).length;
      const more = legs.filter((leg) => leg.side === side).length;
      if (more > 0 && there + more > limits.maxWorkingPerSide) fails('C-11', `with it ${there + more} work on one side`);
    }
    if (own.length + legs.length > limits.maxWorkingTotal) fails('C-11', `with it ${own.length + legs.length} work`);
    const rival = own.find(({ orderRef }) => /-E$/.test(orderRef) && parseOrderRef(orderRef)?.triggerId === triggerId);
    if (rival !== undefined && triggerId !== undefined) fails('C-10', `${rival.orderRef} of its trigger still works`);
  }

  /**
   * C-27: while any position and what works beside it pass the limit, nothing takes on risk, in whatever contract. A position that was found and
   * that the operator has left aside holds up nothing but its own contract (storm 800138).
   */
  #reducing(life: JudgedLife, { approved }: WrittenFrame, fails: Fails): void {
    if (this.#grounds.has(approved.seq)) return;
    const limit = life.deskState.rules().limits.maxPositionShares;
    for (const [key, { quantity, contract }] of life.stores.positions.entries()) {
      if (quantity === 0 || contract.conId === approved.value.contract.conId) continue;
      if (life.stores.found.get(`position:${key}`)?.decision === 'ignore') continue;
      const worst = deskExposure(life, contract.conId, quantity > 0 ? 1 : -1);
      if (worst > limit * 10_000) fails('C-27', `${worst / 10_000} ${contract.symbol} are held or on the way, the limit is ${limit}`);
    }
  }
}

type Fails = (control: string, text: string) => void;

/** C-02 and C-03 on one market: the control and why, or nothing. `own` are the order's prices. */
function excessOf(
  order: PlaceOrder,
  own: readonly number[],
  { bid = 0, ask = 0, last = 0 }: Market,
  limits: RiskRules['limits'],
): [string, string] | undefined {
  const far = order.action === 'BUY' ? ask : bid;
  const worth = BigInt(Math.round(Math.max(...own, far, last))) * (quantityOf(order) ?? 0n);
  if (worth > BigInt(limits.maxOrderNotional) * 10_000_000_000n + 5_000n)
    return ['C-02', `it is worth ${Number(worth / 1_000_000n) / 10_000}, more than ${limits.maxOrderNotional}`];
  const price = own[0] ?? far;
  // Twice the distance from the middle, so that a middle between two ticks stays whole.
  const twice = Math.abs(2 * price - bid - ask);
  if (twice * 100 > limits.collarPercent * (bid + ask) + 200) return ['C-03', `${price} is more than ${limits.collarPercent} % away`];
  return twice > 2 * limits.collarTicks * CENT + 2 ? ['C-03', `${price} is more than ${limits.collarTicks} ticks away`] : undefined;
}

function quantityOf({ quantity }: PlaceOrder): bigint | undefined {
  return quantity === undefined ? undefined : tenThousandths(quantity);
}
