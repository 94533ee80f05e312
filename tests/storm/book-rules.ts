import type { CommitNews } from '#core/commit/work';
import type { Fill } from '#domain/execution';
import { isTerminal, type Order } from '#domain/order';
import type { OrderRef } from '#domain/ids';
import type { JudgedLife, JudgedWorld } from './judged.ts';
import { legalMove } from './legal.ts';
import { isAlive, type Truth } from './truth.ts';

/** What must hold of every commit of the present life, and of the orders and fills it has changed. */
export class BookRules {
  /** How often an order became UNKNOWN. */
  unknowns = 0;
  readonly #world: JudgedWorld;
  readonly #truth: Truth;
  readonly #leftIn: (ref: OrderRef) => number | undefined;
  readonly #fail: (text: string) => void;
  #seq = 0;
  /** The present life's orders and fills as last committed, and the sum of the fills of each order. */
  #orders = new Map<string, Order>();
  #fills = new Map<string, Fill>();
  #booked = new Map<string, number>();
  /** Orders changed since the last look. */
  readonly #touched = new Set<string>();

  /** `leftIn` names the life in which an order left the desk. */
  constructor(world: JudgedWorld, truth: Truth, leftIn: (ref: OrderRef) => number | undefined, fail: (text: string) => void) {
    this.#world = world;
    this.#truth = truth;
    this.#leftIn = leftIn;
    this.#fail = fail;
  }

  committed(life: JudgedLife, news: CommitNews): void {
    const { disk } = this.#world;
    const expected = this.#seq === 0 ? life.journal.startAfter + 1 : this.#seq + 1;
    if (news.seq !== expected) this.#fail(`I-10: commit ${news.seq} after ${expected - 1}`);
    this.#seq = news.seq;
    if (news.tombstone !== undefined && news.tombstone.kind === 'threw') this.#fail(`a commit threw: ${news.tombstone.text}`);
    if (disk.fault === undefined && disk.lastSeq !== news.seq) this.#fail(`I-14: commit ${news.seq} is not in the journal`);
    for (const { store, key, value } of news.changes) {
      if (store === 'orders') this.#order(life, String(key), value as Order | undefined);
      if (store === 'fills') this.#fill(String(key), value as Fill | undefined);
    }
  }

  /** After each step: what was touched since the last look. */
  look(life: JudgedLife): void {
    for (const key of this.#touched) this.#unknownIsSaid(life, this.#orders.get(key));
    for (const key of this.#touched) {
      const order = this.#orders.get(key);
      const booked = this.#booked.get(key) ?? 0;
      if (order !== undefined && booked + (order.filledBefore ?? 0) !== order.filled)
        this.#fail(`I-05: ${key} counts ${order.filled / 10_000}, its fills ${booked / 10_000}`);
    }
    this.#touched.clear();
  }

  /** A life is over; the next one begins with an empty book. */
  died(): void {
    this.#seq = 0;
    this.#orders = new Map();
    this.#fills = new Map();
    this.#booked = new Map();
    this.#touched.clear();
  }

  /** I-37: what may be there counts as exposure, and the operator is told. */
  #unknownIsSaid(life: JudgedLife, order: Order | undefined): void {
    if (order?.state !== 'UNKNOWN') return;
    if (!life.deskState.index.exposed().some((exposed) => exposed.key === order.key))
      this.#fail(`I-37: ${order.key} is UNKNOWN and not counted as exposure`);
    if (!life.alarms.some((alarm) => alarm.key === order.key && alarm.text.startsWith('UNKNOWN')))
      this.#fail(`I-37: ${order.key} is UNKNOWN without an alarm`);
  }

  #order(life: JudgedLife, key: string, order: Order | undefined): void {
    const before = this.#orders.get(key);
    if (order === undefined) {
      this.#fail(`the order ${key} was deleted`);
      return;
    }
    this.#orders.set(key, order);
    this.#touched.add(key);
    if (before !== undefined) this.#moved(life, before, order);
    if (order.state === 'UNKNOWN' && before?.state !== 'UNKNOWN') this.unknowns += 1;
    if (before?.permId !== undefined && order.permId !== before.permId) this.#fail(`I-23: ${key} changed its permId`);
    if (isTerminal(order.state)) this.#ended(life, order);
  }

  #moved(life: JudgedLife, before: Order, order: Order): void {
    const { key } = order;
    const left = before.state === 'QUEUED' || before.state === 'DENIED' || before.state === 'ABORTED_BY_KILL';
    if (left && order.state === 'SUBMITTED' && !isExitOfItsOwn(order) && life.deskState.latch.isSet())
      this.#fail(`I-04: ${key} has left under the latch and is not taken back`);
    if (!legalMove(before, order)) this.#fail(`I-07: ${key} moved from ${before.state} to ${order.state}`);
    if (order.filled < before.filled && !this.#truth.wasCorrected(order.permId ?? this.#truth.order(order)?.permId))
      this.#fail(`I-08: filled of ${key} fell from ${before.filled} to ${order.filled}`);
  }

  /** What is over here is over at the broker, and what never left the desk did not leave. */
  #ended(life: JudgedLife, order: Order): void {
    const { key, ref, state } = order;
    const truth = this.#truth.order(order);
    if (truth !== undefined && isAlive(truth)) this.#fail(`${key} is ${state} here and ${truth.status} at the broker`);
    // The execution may be the first word of the order: the desk has no permId of it yet, the broker has.
    if (state === 'FILLED' && truth !== undefined && truth.filled < truth.quantity && !this.#truth.wasCorrected(truth.permId))
      this.#fail(`${key} is FILLED here, not at the broker`);
    const denied = state === 'DENIED' || state === 'ABORTED_BY_KILL';
    if (denied && ref !== undefined && this.#leftIn(ref) === life.number) this.#fail(`${key} is ${state} although it left the desk`);
  }

  #fill(root: string, fill: Fill | undefined): void {
    const before = this.#fills.get(root);
    if (before?.orderKey !== undefined) this.#book(before.orderKey, 0 - before.quantity);
    if (fill === undefined) {
      this.#fail(`the fill ${root} was deleted`);
      return;
    }
    this.#fills.set(root, fill);
    if (fill.orderKey !== undefined) this.#book(fill.orderKey, fill.quantity);
    const truth = this.#truth.fill(fill);
    if (truth === undefined) this.#fail(`I-05: the fill ${fill.execId} never happened`);
    else if (truth.quantity !== fill.quantity || truth.side !== fill.side) this.#fail(`I-05: the fill ${fill.execId} was booked wrongly`);
    else if (fill.permId !== truth.permId) this.#fail(`I-23: the fill ${fill.execId} was booked to another order`);
  }

  #book(key: string, quantity: number): void {
    this.#touched.add(key);
    this.#booked.set(key, (this.#booked.get(key) ?? 0) + quantity);
  }
}

/** A close or a stop by hand: it only lowers exposure. */
function isExitOfItsOwn({ leg, parentKey }: Order): boolean {
  return leg === 'F' || (leg === 'S' && parentKey === undefined);
}
