import { replay } from '#core/commit/replay';
import { isArmedState } from '#core/state/engine-state';
import type { Found } from '#core/state/records';
import { isWorking, type Order } from '#domain/order';
import { BookRules } from './book-rules.ts';
import { Closes } from './closes.ts';
import { Cover } from './cover.ts';
import { Bench, type Judge } from './judge.ts';
import { judgesOf } from './judges.ts';
import type { JudgedLife, JudgedWorld } from './judged.ts';
import { Excuses } from './excuses.ts';
import { Kept } from './kept.ts';
import { ListRules } from './list-rules.ts';
import type { Refusals } from './refusals.ts';
import { ScreenGone } from './listener.ts';
import { falseShield } from './shield.ts';
import type { Terms } from './terms.ts';
import { Truth } from './truth.ts';
import { WayOut } from './way-out.ts';
import { LOSS_LIMIT, unknownBeside, WriteRules } from './write-rules.ts';

/** Everything that must hold at every moment. The first violation ends the storm. */
export class Invariants {
  readonly violations: string[] = [];
  readonly truth: Truth;
  readonly closes: Closes;
  readonly cover: Cover;
  readonly writes: WriteRules;
  readonly book: BookRules;
  readonly lists: ListRules;
  readonly wayOut: WayOut;
  readonly excuses = new Excuses();
  /** Those who hear of everything themselves. */
  readonly bench: Bench;
  readonly terms: Terms;
  readonly refusals: Refusals;
  readonly #kept: Kept;
  readonly #world: JudgedWorld;
  /** The life whose book has been looked at as it opened. */
  #opened: JudgedLife | undefined;

  constructor(world: JudgedWorld) {
    const fail = (text: string): void => {
      this.fail(text);
    };
    this.#world = world;
    this.truth = new Truth(world.tws.ledger);
    this.closes = new Closes(fail);
    this.cover = new Cover(world, this.excuses, fail);
    this.lists = new ListRules(fail);
    this.wayOut = new WayOut(() => this.refusals, fail);
    this.#kept = new Kept(this.excuses, fail);
    this.writes = new WriteRules(world, this.closes, this.cover, fail);
    const evidence = {
      written: () => this.writes.written,
      openOrdersAskedAt: () => this.lists.answered('open-orders'),
      excuses: this.excuses,
    };
    const { all, terms, refusals } = judgesOf(world, evidence, fail);
    const kept: Judge = {
      born: () => {
        this.#kept.born();
      },
      committed: (life, news) => {
        this.#kept.committed(life, news, world.now);
      },
    };
    this.bench = new Bench([...all, kept]);
    this.terms = terms;
    this.refusals = refusals;
    this.book = new BookRules(world, this.truth, (ref) => this.writes.leftIn(ref), fail);
  }

  fail(text: string): void {
    if (this.violations.length < 20) this.violations.push(text);
  }

  /** After each step. */
  look(): void {
    const { life } = this.#world;
    if (life === undefined) return;
    const { deskState, state } = life;
    this.#loss(life);
    for (const bug of life.bugs)
      if (!(bug.error instanceof ScreenGone)) this.fail(`a defect in ${bug.where} of ${bug.name}: ${String(bug.error)}`);
    if (deskState.latch.isSet() !== (state === 'EMERGENCY' || state === 'STOPPED'))
      this.fail(`I-13: the latch is ${deskState.latch.isSet() ? 'set' : 'clear'} while the desk is ${state}`);
    if (!deskState.link.ready && isArmedState(state)) this.fail(`the desk is ${state} although its link is not ready`);
    if (deskState.reconciliation.done() && this.#opened !== life) {
      this.#opened = life;
      this.#opens(life);
    }
    if (state === 'SIZING' || state === 'LEVEL_BUILDING') this.fail(`I-13: the desk came to rest in ${state}`);
    const totals = deskState.ordersOut.totals();
    if (totals.approved - totals.left !== life.transport.waitingLegs)
      this.fail(`I-36: approved ${totals.approved}, left ${totals.left}, waiting ${life.transport.waitingLegs}`);
    this.book.look(life);
    this.#shield(life);
    this.#kept.look(this.#world, life, this.#world.now);
    this.cover.look(life);
    this.bench.look(life);
  }

  /** A1: at no moment at which all has been told does the desk show more as protected than the broker would take. */
  #shield(life: JudgedLife): void {
    const { reconciliation } = life.deskState;
    if (!this.#world.told || !reconciliation.done() || reconciliation.isOpening()) return;
    for (const text of falseShield(this.#world.tws, life)) this.fail(text);
  }

  /** The operator armed or resumed a trigger on this contract, and the desk let it. */
  armed(life: JudgedLife, conId: number, what: 'armed' | 'resumed' = 'armed'): void {
    const unknown = unknownBeside(life, conId);
    if (unknown !== undefined) this.fail(`I-37: a trigger was ${what} while ${unknown.key} is UNKNOWN`);
    if (what === 'resumed') return;
    for (const found of life.stores.found.values())
      if (found.decision === undefined && isThere(life, found)) this.fail(`a trigger was armed while nobody has decided on ${found.key}`);
  }

  /** A life is over: its records must give its last state again. */
  died(life: JudgedLife): void {
    this.bench.died(life);
    this.book.died();
    this.lists.died();
    const records = life.journal.gapless;
    const replayed = replay(records, life.journal.startAfter);
    if (!replayed.ok) this.fail(`I-11: ${replayed.error.text}`);
    else if (replayed.value.digests.some((digest, index) => digest !== records[index]?.digest))
      this.fail('I-11: replay differs from the life');
  }

  #loss(life: JudgedLife): void {
    if (life.daily !== undefined && life.daily <= LOSS_LIMIT && life.stores.loss.get('desk')?.reached !== true)
      this.fail(`C-13: a day at ${life.daily} is not beyond the limit for the desk`);
  }

  /** The book has just opened: what was at the broker then waits for the operator's word. */
  #opens(life: JudgedLife): void {
    const { orders, positions, found } = life.stores;
    for (const order of orders.values())
      if (isWorking(order.state) && order.sentAt === undefined && !found.has(`order:${order.key}`))
        this.fail(`${order.key} was found at the start, and nobody is asked what to do with it`);
    for (const [key, { quantity }] of positions.entries())
      if (quantity !== 0 && !found.has(`position:${key}`)) this.fail(`the position ${key} was found at the start, and nobody is asked`);
  }
}

function isThere(life: JudgedLife, { kind, subject }: Found): boolean {
  if (kind === 'position') return (life.stores.positions.get(subject)?.quantity ?? 0) !== 0;
  const order = life.stores.orders.get(subject as Order['key']);
  return order !== undefined && isWorking(order.state);
}
