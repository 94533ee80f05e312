import type { CommitNews } from '#core/commit/work';
import { replay } from '#core/commit/replay';
import type { Found } from '#core/state/records';
import { isArmedState } from '#core/state/engine-state';
import type { ApprovedOrder } from '#core/ports/broker';
import { execIdRevision, execIdRoot, type Fill } from '#domain/execution';
import type { OrderRef } from '#domain/ids';
import { isTerminal, isWorking, type Order } from '#domain/order';
import { parseOrderRef } from '#domain/order-ref';
import type { Fill as TrueFill } from '#simulator/model/fill';
import type { OrderView } from '#simulator/model/order-view';
import { Closes } from './closes.ts';
import { Cover } from './cover.ts';
import { deskExposure, trueExposure } from './exposure.ts';
import { legalMove } from './legal.ts';
import { type Life, POSITION_LIMIT, RULES } from './life.ts';
import type { WrittenFrame } from './transport-parts.ts';
import { overExit } from './protection.ts';
import type { World } from './world.ts';

/** What left a desk, kept apart from any desk's memory. */
export interface Written {
  readonly ref: OrderRef;
  readonly life: number;
  readonly conId: number;
  readonly direction: 1 | -1;
  readonly entry: boolean;
  readonly parent: boolean;
  readonly quantity: number;
  /** On its way to TWS. */
  travelling: boolean;
}

const LOSS_LIMIT = -RULES.limits.maxDailyLoss * 1_000_000;

/** Everything that must hold at every moment. The first violation ends the storm. */
export class Invariants {
  readonly violations: string[] = [];
  readonly written = new Map<OrderRef, Written>();
  /** How often an order became UNKNOWN. */
  unknowns = 0;
  /** True while nobody but the desk trades: only then the truth at the broker is bounded by the desk's limit. */
  alone = true;
  readonly closes: Closes;
  readonly cover: Cover;
  readonly #world: World;
  readonly #entries = new Set<string>();
  readonly #placed = new WeakSet<ApprovedOrder>();
  readonly #highestId = new Map<number, number>();
  readonly #trueOrders = new Map<number, OrderView>();
  readonly #trueFills = new Map<string, TrueFill>();
  #ordersSeen = 0;
  #fillsSeen = 0;
  #seq = 0;
  /** The present life's orders and fills as last committed, and the sum of the fills of each order. */
  #before = new Map<string, Order>();
  #fills = new Map<string, Fill>();
  #booked = new Map<string, number>();
  readonly #touched = new Set<string>();
  /** The life whose book has been looked at as it opened. */
  #opened: Life | undefined;

  constructor(world: World) {
    this.#world = world;
    this.closes = new Closes((text) => {
      this.fail(text);
    });
    this.cover = new Cover(world, (text) => {
      this.fail(text);
    });
  }

  fail(text: string): void {
    if (this.violations.length < 20) this.violations.push(text);
  }

  // The write instant

  writing(life: Life, { approved, leg, orderId, clientId }: WrittenFrame): void {
    const known = this.written.get(leg.ref);
    const order = life.stores.orders.get(leg.ref as string as Order['key']);
    if (order?.state === 'UNKNOWN') this.fail(`I-02: ${leg.ref} is UNKNOWN and is sent again`);
    if (known !== undefined) this.fail(`I-01: ${leg.ref} leaves again; it left in life ${known.life} already`);
    const parts = parseOrderRef(leg.ref);
    if (parts?.leg === 'E') {
      const firing = `${parts.triggerId}-${parts.gen}`;
      if (this.#entries.has(firing)) this.fail(`I-01: a second entry for generation ${firing}`);
      this.#entries.add(firing);
    }
    if (this.#placed.has(approved) && leg === approved.value.legs[0]) this.fail(`I-12: one approval of ${leg.ref} was used twice`);
    this.#placed.add(approved);
    this.#gate(life, approved, leg);
    const highest = this.#highestId.get(clientId) ?? 0;
    if (orderId <= highest) this.fail(`I-22: order id ${orderId} of client ${clientId} after ${highest}`);
    this.#highestId.set(clientId, Math.max(orderId, highest));
    this.written.set(leg.ref, {
      ref: leg.ref,
      life: life.number,
      conId: approved.value.contract.conId,
      direction: leg.side === 'BUY' ? 1 : -1,
      entry: approved.value.purpose === 'entry',
      parent: leg === approved.value.legs[0],
      quantity: leg.quantity,
      travelling: true,
    });
    this.#world.note(`frame ${leg.side} ${leg.quantity / 10_000} ${leg.ref} as ${clientId}:${orderId}`);
    if (approved.value.purpose === 'entry' && leg === approved.value.legs[0]) {
      this.#exposure(life, approved);
      this.#breaker(life, leg.ref);
      if (life.daily === undefined || life.daily <= LOSS_LIMIT)
        this.fail(`C-13: ${leg.ref} leaves while the day stands at ${life.daily ?? 'nothing'}`);
      this.#beside(life, approved.value.contract.conId, `${leg.ref} leaves`);
    }
    if (leg.leg === 'F') this.#closes(life, approved);
    if (leg.leg === 'F') this.closes.leaves(approved.value.contract.conId, leg);
    const over = approved.value.purpose === 'reduce' && leg.leg === 'S' ? overExit(life, approved) : undefined;
    if (over !== undefined) this.fail(over);
  }

  /** I-03, I-04, I-14, I-15, I-24 at the write instant: from the desk's own words, but not by its own gate. */
  #gate(life: Life, approved: ApprovedOrder, leg: WrittenFrame['leg']): void {
    const { deskState } = life;
    const flattens = leg.leg === 'F' && approved.value.purpose === 'reduce';
    if (deskState.latch.isSet() && !flattens) this.fail(`I-04: ${leg.ref} leaves with the kill latch set`);
    if (this.#world.disk.latch !== undefined && !flattens) this.fail(`I-04: ${leg.ref} leaves although the latch file is set`);
    const kill = life.stores.engine.get('desk')?.kill;
    if (kill !== undefined && approved.seq <= kill.id)
      this.fail(`I-04: ${leg.ref} was approved in commit ${approved.seq}, before the kill ${kill.id}`);
    const byHand = approved.value.origin === 'operator';
    const reduces = byHand && approved.value.purpose === 'reduce';
    const states = [
      'EXECUTION',
      'MANAGING',
      ...(byHand ? ['SCANNING', 'SIGNAL_WAIT'] : []),
      ...(reduces ? ['PAUSED'] : []),
      ...(flattens ? ['EMERGENCY'] : []),
    ];
    if (!states.includes(life.state)) this.fail(`I-03: ${leg.ref} leaves while the desk is ${life.state}`);
    if (!deskState.link.ready) this.fail(`I-03: ${leg.ref} leaves while the link is not ready`);
    if (deskState.link.upstream === 'down') this.fail(`I-03: ${leg.ref} leaves while TWS has lost IB`);
    if (!deskState.reconciliation.done()) this.fail(`I-24: ${leg.ref} leaves before the book is reconciled`);
    if (life.journal.status().state !== 'ready') this.fail(`I-15: ${leg.ref} leaves while the journal cannot be written`);
    const intent = life.journal.records.findLast((record) => record.seq === approved.seq);
    if (intent === undefined) this.fail(`I-14: ${leg.ref} leaves before its intent is in the journal`);
  }

  /** New terms of an order that works: the same gate, and never of one that may not be there. */
  changing(life: Life, { approved, leg, orderId, clientId }: WrittenFrame): void {
    this.#gate(life, approved, leg);
    const order = approved.value.changes === undefined ? undefined : life.stores.orders.get(approved.value.changes);
    if (order?.state !== 'PENDING_REPLACE') this.fail(`I-07: ${leg.ref} is changed while it is ${order?.state ?? 'nowhere'}`);
    if (order?.orderId !== orderId || order.clientId !== clientId) this.fail(`I-23: a change of ${leg.ref} goes to ${clientId}:${orderId}`);
    if (order !== undefined) this.cover.changing(life, order, leg);
    this.#world.note(`change ${leg.side} ${leg.quantity / 10_000} ${leg.ref} as ${clientId}:${orderId}`);
  }

  arrived(ref: OrderRef): void {
    const written = this.written.get(ref);
    if (written !== undefined) written.travelling = false;
  }

  /** C-44: nothing new behind an open breaker; behind a half-open one a single order without an answer, also over a restart. */
  #breaker(life: Life, ref: OrderRef): void {
    const breaker = life.stores.breaker.get('desk');
    if (breaker?.state === 'open' || this.#world.disk.breaker?.state === 'open') this.fail(`C-44: ${ref} leaves behind an open breaker`);
    if (breaker?.state !== 'half-open') return;
    const others = [...life.stores.orders.values()].filter(
      (order) =>
        order.leg === 'E' &&
        order.ref !== ref &&
        order.createdAt >= breaker.since &&
        ['QUEUED', 'SUBMITTED', 'UNKNOWN'].includes(order.state),
    );
    if (others.length > 0) this.fail(`C-44: ${ref} leaves while ${others[0]?.key ?? ''} is being tried`);
  }

  /** I-16, twice: by the desk's own book, and by the broker's while nobody else trades. */
  #exposure(life: Life, approved: ApprovedOrder): void {
    const [entry] = approved.value.legs;
    const { conId } = approved.value.contract;
    const direction = entry.side === 'BUY' ? 1 : -1;
    const limit = POSITION_LIMIT * 10_000;
    const believed = deskExposure(life, conId, direction);
    if (believed > limit) this.fail(`I-16: with ${entry.ref} the worst case is ${believed / 10_000}, the limit ${POSITION_LIMIT}`);
    if (!this.alone) return;
    const truth = trueExposure(this.#world.tws, this.written.values(), conId, direction);
    if (truth > limit) this.fail(`I-16: at the broker the worst case with ${entry.ref} is ${truth / 10_000}, the limit ${POSITION_LIMIT}`);
  }

  /** I-26: what closes a position by hand never adds up to more than there is. */
  #closes(life: Life, approved: ApprovedOrder): void {
    const { contract, account, legs } = approved.value;
    const [{ side, ref }] = legs;
    const position = life.stores.positions.get(`${account}:${contract.conId}`)?.quantity ?? 0;
    const held = side === 'SELL' ? position : 0 - position;
    const closing = [...life.stores.orders.values()]
      .filter((order) => order.leg === 'F' && order.side === side && order.contract.conId === contract.conId && !isTerminal(order.state))
      .reduce((sum, order) => sum + order.quantity - order.filled, 0);
    if (closing > held) this.fail(`I-26: with ${ref} ${closing / 10_000} are being closed of ${held / 10_000}`);
  }

  // Commits

  committed(life: Life, news: CommitNews): void {
    const { disk } = this.#world;
    const expected = this.#seq === 0 ? life.journal.startAfter + 1 : this.#seq + 1;
    if (news.seq !== expected) this.fail(`I-10: commit ${news.seq} after ${expected - 1}`);
    this.#seq = news.seq;
    if (news.tombstone !== undefined && news.tombstone.kind === 'threw') this.fail(`a commit threw: ${news.tombstone.text}`);
    if (disk.fault === undefined && disk.lastSeq !== news.seq) this.fail(`I-14: commit ${news.seq} is not in the journal`);
    for (const { store, key, value } of news.changes) {
      if (store === 'orders') this.#order(life, String(key), value as Order | undefined);
      if (store === 'fills') this.#fill(String(key), value as Fill | undefined);
    }
  }

  #order(life: Life, key: string, order: Order | undefined): void {
    const before = this.#before.get(key);
    if (order === undefined) {
      this.fail(`the order ${key} was deleted`);
      return;
    }
    this.#before.set(key, order);
    this.#touched.add(key);
    const left = before?.state === 'QUEUED' || before?.state === 'DENIED' || before?.state === 'ABORTED_BY_KILL';
    if (left && order.state === 'SUBMITTED' && order.leg !== 'F' && life.deskState.latch.isSet())
      this.fail(`I-04: ${key} has left under the latch and is not taken back`);
    if (before !== undefined && !legalMove(before, order)) this.fail(`I-07: ${key} moved from ${before.state} to ${order.state}`);
    if (before !== undefined && order.filled < before.filled)
      this.fail(`I-08: filled of ${key} fell from ${before.filled} to ${order.filled}`);
    if (order.state === 'UNKNOWN' && before?.state !== 'UNKNOWN') this.unknowns += 1;
    if (before?.permId !== undefined && order.permId !== before.permId) this.fail(`I-23: ${key} changed its permId`);
    if (!isTerminal(order.state)) return;
    const truth = this.trueOrder(order);
    if (truth !== undefined && isAlive(truth)) this.fail(`${key} is ${order.state} here and ${truth.status} at the broker`);
    if (order.state === 'FILLED' && truth !== undefined && truth.filled < truth.quantity)
      this.fail(`${key} is FILLED here, not at the broker`);
    const denied = order.state === 'DENIED' || order.state === 'ABORTED_BY_KILL';
    if (denied && order.ref !== undefined && this.written.get(order.ref)?.life === life.number)
      this.fail(`${key} is ${order.state} although it left the desk`);
  }

  #fill(root: string, fill: Fill | undefined): void {
    const before = this.#fills.get(root);
    if (before?.orderKey !== undefined) this.#book(before.orderKey, 0 - before.quantity);
    if (fill === undefined) {
      this.fail(`the fill ${root} was deleted`);
      return;
    }
    this.#fills.set(root, fill);
    if (fill.orderKey !== undefined) this.#book(fill.orderKey, fill.quantity);
    const truth = this.trueFill(fill);
    if (truth === undefined) this.fail(`I-05: the fill ${fill.execId} never happened`);
    else if (truth.quantity !== fill.quantity || truth.side !== fill.side) this.fail(`I-05: the fill ${fill.execId} was booked wrongly`);
    else if (fill.permId !== truth.permId) this.fail(`I-23: the fill ${fill.execId} was booked to another order`);
  }

  #book(key: string, quantity: number): void {
    this.#touched.add(key);
    this.#booked.set(key, (this.#booked.get(key) ?? 0) + quantity);
  }

  // After each step

  look(): void {
    const { life } = this.#world;
    if (life === undefined) return;
    const { deskState } = life;
    if (life.daily !== undefined && life.daily <= LOSS_LIMIT && life.stores.loss.get('desk')?.reached !== true)
      this.fail(`C-13: a day at ${life.daily} is not beyond the limit for the desk`);
    for (const bug of life.bugs) this.fail(`a defect in ${bug.where} of ${bug.name}: ${String(bug.error)}`);
    if (deskState.latch.isSet() !== (life.state === 'EMERGENCY' || life.state === 'STOPPED'))
      this.fail(`I-13: the latch is ${deskState.latch.isSet() ? 'set' : 'clear'} while the desk is ${life.state}`);
    if (!deskState.link.ready && isArmedState(life.state)) this.fail(`the desk is ${life.state} although its link is not ready`);
    if (deskState.reconciliation.done() && this.#opened !== life) {
      this.#opened = life;
      this.#opens(life);
    }
    if (life.state === 'SIZING' || life.state === 'LEVEL_BUILDING') this.fail(`I-13: the desk came to rest in ${life.state}`);
    const totals = deskState.ordersOut.totals();
    if (totals.approved - totals.left !== life.transport.waitingLegs)
      this.fail(`I-36: approved ${totals.approved}, left ${totals.left}, waiting ${life.transport.waitingLegs}`);
    for (const key of this.#touched) {
      const order = this.#before.get(key);
      if (order?.state !== 'UNKNOWN') continue;
      if (!deskState.index.exposed().some((exposed) => exposed.key === order.key))
        this.fail(`I-37: ${order.key} is UNKNOWN and not counted as exposure`);
      if (!life.alarms.some((alarm) => alarm.key === order.key && alarm.text.startsWith('UNKNOWN')))
        this.fail(`I-37: ${order.key} is UNKNOWN without an alarm`);
    }
    for (const key of this.#touched) {
      const order = this.#before.get(key);
      const booked = this.#booked.get(key) ?? 0;
      if (order !== undefined && booked + (order.filledBefore ?? 0) !== order.filled)
        this.fail(`I-05: ${key} counts ${order.filled / 10_000}, its fills ${booked / 10_000}`);
    }
    this.#touched.clear();
  }

  /** The operator armed or resumed a trigger on this contract, and the desk let it. */
  armed(life: Life, conId: number, what: 'armed' | 'resumed' = 'armed'): void {
    this.#beside(life, conId, `a trigger was ${what}`);
    if (what === 'resumed') return;
    for (const found of life.stores.found.values())
      if (found.decision === undefined && isThere(life, found)) this.fail(`a trigger was armed while nobody has decided on ${found.key}`);
  }

  /** I-37: nothing new in a contract of which an order is UNKNOWN. */
  #beside(life: Life, conId: number, what: string): void {
    const unknown = [...life.stores.orders.values()].find((order) => order.state === 'UNKNOWN' && order.contract.conId === conId);
    if (unknown !== undefined) this.fail(`I-37: ${what} while ${unknown.key} is UNKNOWN`);
  }

  /** The book has just opened: what was at the broker then waits for the operator's word. */
  #opens(life: Life): void {
    const { orders, positions, found } = life.stores;
    for (const order of orders.values())
      if (isWorking(order.state) && order.sentAt === undefined && !found.has(`order:${order.key}`))
        this.fail(`${order.key} was found at the start, and nobody is asked what to do with it`);
    for (const [key, { quantity }] of positions.entries())
      if (quantity !== 0 && !found.has(`position:${key}`)) this.fail(`the position ${key} was found at the start, and nobody is asked`);
  }

  /** A life is over: its records must give its last state again. */
  died(life: Life): void {
    this.#seq = 0;
    this.#before = new Map();
    this.#fills = new Map();
    this.#booked = new Map();
    this.#touched.clear();
    const records = life.journal.gapless;
    const replayed = replay(records, life.journal.startAfter);
    if (!replayed.ok) this.fail(`I-11: ${replayed.error.text}`);
    else if (replayed.value.digests.some((digest, index) => digest !== records[index]?.digest))
      this.fail('I-11: replay differs from the life');
  }

  // The truth

  trueOrder(order: Pick<Order, 'permId' | 'ref'>): OrderView | undefined {
    const { orders } = this.#world.tws.ledger;
    for (; this.#ordersSeen < orders.length; this.#ordersSeen += 1)
      this.#trueOrders.set(orders[this.#ordersSeen]!.permId, orders[this.#ordersSeen]!);
    if (order.permId !== undefined) return this.#trueOrders.get(order.permId);
    return order.ref === undefined ? undefined : orders.find((other) => other.orderRef === order.ref);
  }

  trueFill(fill: Pick<Fill, 'execId'>): TrueFill | undefined {
    const { fills } = this.#world.tws.ledger;
    for (; this.#fillsSeen < fills.length; this.#fillsSeen += 1)
      this.#trueFills.set(execIdRoot(fills[this.#fillsSeen]!.execId as Fill['execId']), fills[this.#fillsSeen]!);
    return execIdRevision(fill.execId) < 1 ? undefined : this.#trueFills.get(execIdRoot(fill.execId));
  }
}

function isThere(life: Life, { kind, subject }: Found): boolean {
  if (kind === 'position') return (life.stores.positions.get(subject)?.quantity ?? 0) !== 0;
  const order = life.stores.orders.get(subject as Order['key']);
  return order !== undefined && isWorking(order.state);
}

export function isAlive(order: OrderView): boolean {
  return order.status === 'PreSubmitted' || order.status === 'Submitted' || order.status === 'PendingCancel';
}
