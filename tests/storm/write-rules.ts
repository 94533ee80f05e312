import type { ApprovedOrder } from '#core/ports/broker';
import type { OrderRef } from '#domain/ids';
import { isTerminal, type Order, type OrderLeg } from '#domain/order';
import { parseOrderRef } from '#domain/order-ref';
import type { Closes } from './closes.ts';
import type { Cover } from './cover.ts';
import { deskExposure, trueExposure } from './exposure.ts';
import type { JudgedLife, JudgedWorld, Written, WrittenFrame } from './judged.ts';
import { RULES } from './limits.ts';
import { overExit } from './protection.ts';

/** From here on the day's loss is beyond the limit, 1e-6 of the currency. */
export const LOSS_LIMIT = -RULES.limits.maxDailyLoss * 1_000_000;

/** What must hold in the statement before a frame of an order is written, over all lives of the desk. */
export class WriteRules {
  readonly #world: JudgedWorld;
  readonly #closes: Closes;
  readonly #cover: Cover;
  readonly #fail: (text: string) => void;
  readonly #written = new Map<OrderRef, Written>();
  readonly #entries = new Set<string>();
  readonly #placed = new WeakSet<ApprovedOrder>();
  readonly #highestId = new Map<number, number>();

  constructor(world: JudgedWorld, closes: Closes, cover: Cover, fail: (text: string) => void) {
    this.#world = world;
    this.#closes = closes;
    this.#cover = cover;
    this.#fail = fail;
  }

  writing(life: JudgedLife, frame: WrittenFrame): void {
    const { approved, leg, orderId, clientId } = frame;
    const isParent = leg === approved.value.legs[0];
    this.#once(life, frame, isParent);
    this.#gate(life, approved, leg);
    const highest = this.#highestId.get(clientId) ?? 0;
    if (orderId <= highest) this.#fail(`I-22: order id ${orderId} of client ${clientId} after ${highest}`);
    this.#highestId.set(clientId, Math.max(orderId, highest));
    this.#written.set(leg.ref, {
      ref: leg.ref,
      life: life.number,
      conId: approved.value.contract.conId,
      direction: leg.side === 'BUY' ? 1 : -1,
      entry: approved.value.purpose === 'entry',
      parent: isParent,
      quantity: leg.quantity,
      travelling: true,
    });
    this.#world.note(`frame ${leg.side} ${leg.quantity / 10_000} ${leg.ref} as ${clientId}:${orderId}`);
    if (approved.value.purpose === 'entry' && isParent) this.#entry(life, approved, leg);
    if (leg.leg === 'F') this.#closing(life, approved, leg);
    const over = approved.value.purpose === 'reduce' && leg.leg === 'S' ? overExit(life, approved) : undefined;
    if (over !== undefined) this.#fail(over);
  }

  /** New terms of an order that works: the same gate, and never of one that may not be there. */
  changing(life: JudgedLife, { approved, leg, orderId, clientId }: WrittenFrame): void {
    this.#gate(life, approved, leg);
    const order = approved.value.changes === undefined ? undefined : life.stores.orders.get(approved.value.changes);
    if (order?.state !== 'PENDING_REPLACE') this.#fail(`I-07: ${leg.ref} is changed while it is ${order?.state ?? 'nowhere'}`);
    if (order?.orderId !== orderId || order.clientId !== clientId)
      this.#fail(`I-23: a change of ${leg.ref} goes to ${clientId}:${orderId}`);
    if (order !== undefined) this.#cover.changing(life, order, leg);
    if (order !== undefined && life.deskState.latch.isSet() && loosens(order, leg))
      this.#fail(`A2: ${leg.ref} is changed under the kill switch, and not only towards the market or to less`);
    this.#world.note(`change ${leg.side} ${leg.quantity / 10_000} ${leg.ref} as ${clientId}:${orderId}`);
  }

  /** The frame is off the wire: it has come to TWS, or it is lost. */
  arrived(ref: OrderRef): void {
    const written = this.#written.get(ref);
    if (written !== undefined) written.travelling = false;
  }

  get written(): Iterable<Written> {
    return this.#written.values();
  }

  /** The life in which the order left the desk. */
  leftIn(ref: OrderRef): number | undefined {
    return this.#written.get(ref)?.life;
  }

  /** I-01, I-02, I-12: each order, each generation of a trigger and each approval leaves once. */
  #once(life: JudgedLife, { approved, leg }: WrittenFrame, isParent: boolean): void {
    const known = this.#written.get(leg.ref);
    const order = life.stores.orders.get(leg.ref as string as Order['key']);
    if (order?.state === 'UNKNOWN') this.#fail(`I-02: ${leg.ref} is UNKNOWN and is sent again`);
    if (known !== undefined) this.#fail(`I-01: ${leg.ref} leaves again; it left in life ${known.life} already`);
    const parts = parseOrderRef(leg.ref);
    if (parts?.leg === 'E') {
      const firing = `${parts.triggerId}-${parts.gen}`;
      if (this.#entries.has(firing)) this.#fail(`I-01: a second entry for generation ${firing}`);
      this.#entries.add(firing);
    }
    if (this.#placed.has(approved) && isParent) this.#fail(`I-12: one approval of ${leg.ref} was used twice`);
    this.#placed.add(approved);
  }

  /** From the desk's own words, but not by its own gate. */
  #gate(life: JudgedLife, approved: ApprovedOrder, leg: OrderLeg): void {
    const reduces = approved.value.origin === 'operator' && approved.value.purpose === 'reduce';
    this.#notKilled(life, approved, leg, reduces);
    this.#mayLeave(life, approved, leg, reduces);
    if (life.journal.status().state !== 'ready') this.#fail(`I-15: ${leg.ref} leaves while the journal cannot be written`);
    const intent = life.journal.records.findLast((record) => record.seq === approved.seq);
    if (intent === undefined) this.#fail(`I-14: ${leg.ref} leaves before its intent is in the journal`);
  }

  /** I-04. What only lowers exposure may leave under the latch, but no approval from before the kill. */
  #notKilled(life: JudgedLife, approved: ApprovedOrder, leg: OrderLeg, reduces: boolean): void {
    if (life.deskState.latch.isSet() && !reduces) this.#fail(`I-04: ${leg.ref} leaves with the kill latch set`);
    if (this.#world.disk.latch !== undefined && !reduces) this.#fail(`I-04: ${leg.ref} leaves although the latch file is set`);
    const kill = life.stores.engine.get('desk')?.kill;
    if (kill !== undefined && approved.seq < kill.id)
      this.#fail(`I-04: ${leg.ref} was approved in commit ${approved.seq}, before the kill ${kill.id}`);
  }

  /** I-03, I-24: the desk is in a state for this order, its link is ready and its book is reconciled. */
  #mayLeave(life: JudgedLife, approved: ApprovedOrder, leg: OrderLeg, reduces: boolean): void {
    const { deskState } = life;
    const states = ['EXECUTION', 'MANAGING', ...(approved.value.origin === 'operator' ? ['SCANNING', 'SIGNAL_WAIT'] : [])];
    if (!reduces && !states.includes(life.state)) this.#fail(`I-03: ${leg.ref} leaves while the desk is ${life.state}`);
    if (!deskState.link.ready) this.#fail(`I-03: ${leg.ref} leaves while the link is not ready`);
    if (deskState.link.upstream === 'down') this.#fail(`I-03: ${leg.ref} leaves while TWS has lost IB`);
    if (!deskState.reconciliation.done()) this.#fail(`I-24: ${leg.ref} leaves before the book is reconciled`);
  }

  /** What takes on risk. */
  #entry(life: JudgedLife, approved: ApprovedOrder, { ref }: OrderLeg): void {
    this.#exposure(life, approved);
    this.#breaker(life, ref);
    if (life.daily === undefined || life.daily <= LOSS_LIMIT)
      this.#fail(`C-13: ${ref} leaves while the day stands at ${life.daily ?? 'nothing'}`);
    const unknown = unknownBeside(life, approved.value.contract.conId);
    if (unknown !== undefined) this.#fail(`I-37: ${ref} leaves while ${unknown.key} is UNKNOWN`);
  }

  /** C-44: nothing new behind an open breaker; behind a half-open one a single order without an answer, also over a restart. */
  #breaker(life: JudgedLife, ref: OrderRef): void {
    const breaker = life.stores.breaker.get('desk');
    if (breaker?.state === 'open' || this.#world.disk.breaker?.state === 'open') this.#fail(`C-44: ${ref} leaves behind an open breaker`);
    if (breaker?.state !== 'half-open') return;
    const others = [...life.stores.orders.values()].filter(
      (order) =>
        order.leg === 'E' &&
        order.ref !== ref &&
        order.createdAt >= breaker.since &&
        ['QUEUED', 'SUBMITTED', 'UNKNOWN'].includes(order.state),
    );
    if (others.length > 0) this.#fail(`C-44: ${ref} leaves while ${others[0]?.key ?? ''} is being tried`);
  }

  /** I-16, twice: by the desk's own book, and by the broker's while nobody else trades. */
  #exposure(life: JudgedLife, approved: ApprovedOrder): void {
    const [entry] = approved.value.legs;
    const { conId } = approved.value.contract;
    const direction = entry.side === 'BUY' ? 1 : -1;
    const { maxPositionShares } = life.deskState.rules().limits;
    const limit = maxPositionShares * 10_000;
    const believed = deskExposure(life, conId, direction);
    if (believed > limit) this.#fail(`I-16: with ${entry.ref} the worst case is ${believed / 10_000}, the limit ${maxPositionShares}`);
    if (!this.#world.alone) return;
    const truth = trueExposure(this.#world.tws, this.#written.values(), conId, direction);
    if (truth > limit)
      this.#fail(`I-16: at the broker the worst case with ${entry.ref} is ${truth / 10_000}, the limit ${maxPositionShares}`);
  }

  /** I-26: what closes a position by hand never adds up to more than there is, nor to more than was asked for. */
  #closing(life: JudgedLife, approved: ApprovedOrder, leg: OrderLeg): void {
    const { contract, account, legs } = approved.value;
    const [{ side, ref }] = legs;
    const position = life.stores.positions.get(`${account}:${contract.conId}`)?.quantity ?? 0;
    const held = side === 'SELL' ? position : 0 - position;
    const closing = [...life.stores.orders.values()]
      .filter((order) => order.leg === 'F' && order.side === side && order.contract.conId === contract.conId && !isTerminal(order.state))
      .reduce((sum, order) => sum + order.quantity - order.filled, 0);
    if (closing > held) this.#fail(`I-26: with ${ref} ${closing / 10_000} are being closed of ${held / 10_000}`);
    this.#closes.leaves(contract.conId, leg);
  }
}

/** An order of this contract of which the desk does not know whether it works. */
export function unknownBeside(life: JudgedLife, conId: number): Order | undefined {
  return [...life.stores.orders.values()].find((order) => order.state === 'UNKNOWN' && order.contract.conId === conId);
}

/** It becomes larger, its stop stands further from the market, its limit asks for more, or it trails further behind. */
function loosens(order: Order, leg: OrderLeg): boolean {
  const way = order.side === 'SELL' ? 1 : -1;
  const back = (before: number | undefined, after: number | undefined): boolean => ((after ?? 0) - (before ?? 0)) * way < 0;
  if (leg.quantity > order.quantity) return true;
  if (order.type === 'TRAIL') return JSON.stringify(leg.trail) !== JSON.stringify(order.trail) && distanceOf(leg) >= distanceOf(order);
  if (order.type === 'LMT') return back(leg.limit, order.limit);
  return order.type !== 'MKT' && back(order.stop, leg.stop);
}

function distanceOf({ trail }: Pick<OrderLeg, 'trail'>): number {
  return trail === undefined ? Number.POSITIVE_INFINITY : trail.kind === 'amount' ? trail.amount : trail.basisPoints;
}
