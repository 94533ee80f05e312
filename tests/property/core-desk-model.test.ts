import fc from 'fast-check';
import { expect, test } from 'vitest';
import { replay } from '#core/commit/replay';
import { cancelOrders } from '#core/execution/cancel';
import { armAsSeen } from '../support/core/arm-as-seen.ts';
import { changeTrigger } from '#core/strategy/trigger/change';
import {
  acknowledgeKill,
  confirmRearm,
  flatten,
  pauseByOperator,
  requestRearm,
  resumeDesk,
  startDesk,
  stopDesk,
} from '#core/engine/operator-commands';

import type { OrderRef } from '#domain/ids';
import { isWorking, type OrderRequest } from '#domain/order';
import { type Quantity, units, ZERO } from '#domain/quantity';
import { negate } from '#domain/scaled';
import type { Trigger } from '#domain/trigger';
import { CoreDesk } from '../support/core/desk.ts';
import { DU, rulesOf } from '../support/core/fixtures.ts';
import { holds } from '../support/property.ts';
import { IBM } from '../support/core/trigger-fixtures.ts';

const LIMIT = 300;
/** How often each act is drawn; trading and its news must outweigh the disasters, or nothing is ever at stake. */
const WEIGHTS = {
  trade: 14,
  arm: 3,
  up: 3,
  down: 3,
  still: 1,
  ack: 6,
  part: 7,
  fill: 4,
  late: 2,
  cancel: 3,
  confirm: 3,
  repeat: 3,
  queue: 1,
  wire: 2,
  refuse: 1,
  release: 3,
  drop: 1,
  lose: 1,
  connect: 1,
  ends: 2,
  answer: 1,
  back: 5,
  pause: 1,
  resume: 1,
  stop: 1,
  start: 1,
  kill: 1,
  'kill-all': 1,
  rearm: 1,
  journal: 1,
  heal: 1,
  time: 5,
  long: 6,
  flatten: 3,
  'trigger-pause': 1,
  'trigger-resume': 1,
  disarm: 1,
  throw: 1,
} as const;
type Act = keyof typeof WEIGHTS;
interface Step {
  readonly do: Act;
  readonly n: number;
}

/** What the broker knows of an order, kept apart from the desk. */
interface Live {
  readonly ref: OrderRef;
  readonly side: 1 | -1;
  readonly entry: boolean;
  readonly quantity: number;
  filled: number;
  open: boolean;
}

/** The way out is open in every state, and under the latch; it is one only while it lowers what is held. */
function lowers({ purpose, legs: [leg] }: OrderRequest, held: Quantity): boolean {
  return purpose === 'reduce' && leg.quantity <= (leg.side === 'SELL' ? held : negate(held));
}

/** A desk and its broker; after each step everything that must always hold is looked at. */
class Model {
  readonly desk = new CoreDesk();
  readonly live: Live[] = [];
  readonly violations: string[] = [];
  position = 0;
  #last = 179.9;
  #names = 0;
  #execs = 0;
  /** What the worst case may come to on either side. */
  readonly #most = { [1]: LIMIT, [-1]: LIMIT };
  #missed: { readonly ref: OrderRef; readonly quantity: number; readonly exec: string }[] = [];
  #connected = true;

  constructor() {
    const { desk } = this;
    desk.rules = rulesOf({ maxPositionShares: LIMIT, maxWorkingPerSide: 4, firingsPerTenMinutes: 2 });
    desk.broker.onFrame = (approved) => {
      const { deskState } = desk;
      const exit = lowers(approved.value, desk.held()?.quantity ?? ZERO);
      const fine =
        (!deskState.latch.isSet() || exit) &&
        deskState.link.ready &&
        deskState.reconciliation.done() &&
        desk.journal.status().state === 'ready' &&
        (exit || desk.state === 'EXECUTION' || desk.state === 'MANAGING');
      if (!fine)
        this.violations.push(
          `a frame left in ${desk.state}, latch ${String(deskState.latch.isSet())}, ready ${String(deskState.link.ready)}`,
        );
      const record = desk.stores.engine.get('desk')?.kill;
      if (record !== undefined && approved.seq <= record.id) this.violations.push('a frame approved before the kill left after it');
    };
    desk.started();
    desk.quote(this.#last);
  }

  step({ do: what, n }: Step): void {
    const { desk } = this;
    const frames = desk.broker.frames.length;
    this.#act(what, n);
    for (const frame of desk.broker.frames.slice(frames)) {
      this.live.push({
        ref: frame.ref,
        side: frame.leg.side === 'BUY' ? 1 : -1,
        entry: frame.approved.value.purpose === 'entry',
        quantity: frame.leg.quantity / 10_000,
        filled: 0,
        open: true,
      });
    }
    this.#look(what);
  }

  #act(what: Act, n: number): void {
    this.#acts[what](n);
  }

  readonly #acts: Readonly<Record<Act, (n: number) => void>> = {
    arm: (n) => this.#arm(n),
    up: (n) => this.#quote(180.02 + (n % 5) / 100),
    down: (n) => this.#quote(179.7 - (n % 5) / 100),
    still: () => this.#quote(this.#last),
    trade: (n) => this.#trade(n),
    back: () => this.#recover(),
    ack: (n) => this.#ofOpen(n, (order) => this.#connected && this.desk.openOrder(order.ref, 'Submitted')),
    part: (n) => this.#ofOpen(n, (order) => this.#execute(order, Math.min(order.quantity - order.filled, 1 + (n % 60)))),
    fill: (n) => this.#ofOpen(n, (order) => this.#execute(order, order.quantity - order.filled)),
    late: (n) => this.#fillLate(this.#order(n)),
    cancel: (n) => this.#cancel(this.#order(n)),
    confirm: () => this.#confirmCancels(),
    repeat: (n) => this.#repeatStatus(this.#order(n)),
    queue: () => (this.desk.broker.mode = 'queue'),
    wire: () => (this.desk.broker.mode = 'wire'),
    refuse: () => (this.desk.broker.mode = 'refuse'),
    release: () => (this.#connected ? this.desk.broker.releaseWaiting() : this.desk.broker.dropWaiting('no connection')),
    drop: () => this.desk.broker.dropWaiting('no slot'),
    lose: () => this.#lose(),
    connect: () => this.#connect(),
    ends: () => this.#connected && this.#tellAll(),
    answer: () => this.#connected && this.desk.end('open-orders'),
    pause: () => pauseByOperator(this.desk.deskState, 'the model', 'x'),
    resume: () => resumeDesk(this.desk.deskState, 'the model'),
    stop: () => stopDesk(this.desk.deskState, 'the model'),
    start: () => startDesk(this.desk.deskState, 'the model'),
    kill: () => this.desk.killBy('own'),
    'kill-all': () => this.desk.killBy('all'),
    rearm: () => this.#rearm(),
    journal: () => this.desk.journal.fail('full'),
    heal: () => this.desk.journal.heal(),
    time: (n) => this.desk.wait(400 + n),
    long: () => this.desk.wait(12_000),
    flatten: () => flatten(this.desk.deskState, DU, IBM.conId, 'the model'),
    'trigger-pause': (n) => this.#change('pause', n),
    'trigger-resume': (n) => this.#change('resume', n),
    disarm: (n) => this.#change('disarm', n),
    throw: (n) => this.#throw(n),
  };

  #order(n: number): Live | undefined {
    return this.live.length === 0 ? undefined : this.live[n % this.live.length];
  }

  #ofOpen(n: number, act: (order: Live) => void): void {
    const order = this.#order(n);
    if (order?.open === true) act(order);
  }

  #trigger(n: number): Trigger | undefined {
    const { triggers } = this.desk.stores;
    return [...triggers.values()][n % Math.max(1, triggers.size)];
  }

  #arm(n: number): void {
    const { desk } = this;
    const trigger = this.#trigger(n);
    this.#names += 1;
    const quantity = units([40, 70, 100, 150][n % 4] ?? 40);
    const level = (n % 2 === 0 ? 180 : 179.8) + (n % 5) / 100;
    const existing = trigger === undefined || n % 3 > 0 ? undefined : { id: trigger.id, version: trigger.updatedAt };
    armAsSeen(
      desk.deskState,
      desk.spec(level, { name: `N${this.#names}` }, { quantity, side: n % 3 === 0 ? 'SELL' : 'BUY' }),
      'the model',
      existing,
    );
    desk.core.drainNow();
  }

  #change(event: 'pause' | 'resume' | 'disarm', n: number): void {
    const { desk } = this;
    const trigger = this.#trigger(n);
    if (trigger === undefined) return;
    const change = event === 'resume' ? 'resume-although-true' : event;
    changeTrigger(desk.deskState, trigger.id, trigger.updatedAt, change, 'the model');
    desk.core.drainNow();
  }

  #trade(n: number): void {
    this.desk.wait(1_300 * (n % 9));
    this.#act('arm', n);
    if (n % 7 > 0) this.#quote(179.65);
    this.#quote(180.1);
    if (n % 4 === 0) this.#quote(179.65);
  }

  /** What fills although IB has said that it is cancelled. */
  #fillLate(order: Live | undefined): void {
    if (order?.open === false && order.filled < order.quantity && this.desk.broker.cancels.length > 0)
      this.#execute(order, Math.min(order.quantity - order.filled, 5));
  }

  #cancel(order: Live | undefined): void {
    if (order !== undefined) cancelOrders(this.desk.deskState, [this.desk.order(order.ref)], 'the model');
  }

  #confirmCancels(): void {
    const { desk } = this;
    const sent = desk.broker.cancels.map((cancel) => cancel.orderId);
    for (const item of this.live)
      if (item.open && this.#connected && sent.includes(desk.broker.frameOf(item.ref).orderId)) {
        item.open = false;
        desk.status(item.ref, 'Cancelled', item.filled);
      }
  }

  #repeatStatus(order: Live | undefined): void {
    if (order === undefined || !this.#connected) return;
    const ended = order.filled === order.quantity ? 'Filled' : 'Cancelled';
    this.desk.status(order.ref, order.open ? 'Submitted' : ended, order.filled);
  }

  #lose(): void {
    this.#connected = false;
    this.desk.broker.dropWaiting('the connection was lost');
    this.desk.disconnect();
  }

  #connect(): void {
    this.#connected = true;
    this.desk.connect();
    this.desk.pnl();
  }

  #rearm(): void {
    const { deskState, stores } = this.desk;
    acknowledgeKill(deskState, 'the model', 'seen');
    requestRearm(deskState, 'the model');
    confirmRearm(deskState, 'the model', stores.engine.get('desk')?.rearmPhrase ?? '');
  }

  #throw(n: number): void {
    this.desk.broker.cancelThrows = n % 2 === 0;
    this.desk.latchFile.failing = n % 3 === 0;
  }

  /** Everything mended and the desk at work again. */
  #recover(): void {
    const { desk } = this;
    desk.broker.cancelThrows = false;
    desk.latchFile.failing = false;
    desk.broker.mode = 'wire';
    for (const act of ['heal', 'release', 'connect', 'ends', 'rearm', 'start', 'resume'] as const) this.#act(act, 0);
    for (const last of [179.7, 179.71, 179.72]) this.#quote(last);
  }

  #quote(last: number): void {
    this.#last = last;
    if (this.#connected) this.desk.quote(last);
  }

  #execute(order: Live, quantity: number): void {
    order.filled += quantity;
    this.position += order.side * quantity;
    if (order.filled === order.quantity) order.open = false;
    this.#execs += 1;
    const exec = `m.${this.#execs}.01`;
    if (this.#connected) this.desk.fill(order.ref, quantity, this.#last, { execId: exec as never });
    else this.#missed.push({ ref: order.ref, quantity, exec });
  }

  /** A complete answer to a reconciliation. */
  #tellAll(): void {
    const { desk } = this;
    for (const item of this.live) {
      if (item.open) desk.openOrder(item.ref, 'Submitted');
      else
        desk.news({
          kind: 'completed-order',
          order: desk.openOrderOf(item.ref, item.filled === item.quantity ? 'Filled' : 'Cancelled', { orderId: 0 as never }),
          completedStatus: '',
        });
    }
    for (const { ref, quantity, exec } of this.#missed) desk.fill(ref, quantity, this.#last, { execId: exec as never }, false);
    this.#missed = [];
    desk.position(this.position);
    desk.ends();
  }

  #look(after: string): void {
    const { violations } = this;
    this.#lookAtBooks();
    for (const side of [1, -1] as const) this.#lookAtWorstCase(side, after);
    this.#lookAtOrders();
    this.#lookAtDesk();
    if (violations.length > 0) throw new Error(`after ${after}: ${violations.join('; ')}`);
  }

  #lookAtBooks(): void {
    const { desk, violations } = this;
    const refs = desk.broker.frames.map((frame) => frame.ref);
    if (new Set(refs).size !== refs.length) violations.push('a reference left twice (I-01)');
    const missed = this.#missed.reduce(
      (sum, fill) => sum + fill.quantity * (this.live.find((item) => item.ref === fill.ref)?.side ?? 0),
      0,
    );
    const booked = desk.fillsBooked().reduce((sum, fill) => sum + (fill.side === 'BUY' ? 1 : -1) * fill.quantity, 0);
    if (booked !== units(this.position - missed)) violations.push('fills booked are not the broker’s (I-05)');
    if ((desk.held()?.quantity ?? 0) !== booked) violations.push('the position is not the sum of its fills (I-05)');
  }

  #lookAtWorstCase(side: 1 | -1, after: string): void {
    const pending = this.live.filter((item) => item.open && item.side === side).reduce((sum, item) => sum + item.quantity - item.filled, 0);
    const worst = side * (this.position + side * pending);
    const entered = this.live.some((item) => item.entry && item.open && item.side === side);
    // What fills after IB has said that it is cancelled nobody could count; from then on nothing may be added until all fits again.
    const most = after === 'late' ? Math.max(this.#most[side], worst) : this.#most[side];
    if (entered && worst > most) this.violations.push(`worst case ${side * worst} above ${most} (I-16)`);
    this.#most[side] = Math.max(LIMIT, Math.min(most, worst));
  }

  #lookAtOrders(): void {
    const { desk, violations } = this;
    const totals = desk.deskState.ordersOut.totals();
    if (totals.approved - totals.left !== desk.broker.waiting) violations.push(`approved ${totals.approved}, left ${totals.left} (I-36)`);
    for (const item of this.live) {
      const order = desk.order(item.ref);
      if (item.open && !isWorking(order.state)) violations.push(`${order.state} here, open at the broker`);
      if (order.state === 'FILLED' && item.filled < item.quantity) violations.push('FILLED here, not at the broker');
    }
  }

  #lookAtDesk(): void {
    const { desk, violations } = this;
    if (desk.deskState.latch.isSet() !== (desk.state === 'EMERGENCY' || desk.state === 'STOPPED'))
      violations.push(`latch ${String(desk.deskState.latch.isSet())} in ${desk.state}`);
    if (['SIZING', 'LEVEL_BUILDING', 'EXECUTION'].includes(desk.state)) violations.push(`stuck in ${desk.state}`);
    for (const bug of desk.bugs) if (!String(bug.error).includes('while cancelling')) violations.push(String(bug.error));
  }

  /** Faults are over, the broker answers everything: the desk must come to rest. */
  settle(): void {
    const { desk } = this;
    desk.broker.cancelThrows = false;
    desk.latchFile.failing = false;
    desk.journal.heal();
    this.step({ do: 'lose', n: 0 });
    this.step({ do: 'connect', n: 0 });
    this.step({ do: 'ends', n: 0 });
    desk.killBy('own');
    for (let round = 0; round < 4; round += 1) {
      desk.wait(1_500);
      this.step({ do: 'confirm', n: 0 });
      this.step({ do: 'answer', n: 0 });
    }
    desk.wait(2_000);
    const open = this.live.filter((item) => item.open).map((item) => item.ref);
    expect(open).toEqual([]);
    expect(desk.stores.engine.get('desk')?.kill).toMatchObject({ phase: 'verified' });
    expect(desk.held()?.quantity ?? 0).toBe(units(this.position));
    expect(desk.commits.audit()).toEqual([]);
    if (desk.journal.status().lost > 0) return;
    const { records } = desk.journal;
    const replayed = replay(records);
    if (!replayed.ok) throw new Error(replayed.error.text);
    expect(replayed.value.digests).toEqual(records.map((record) => record.digest));
  }
}

const acts = fc.oneof(...Object.entries(WEIGHTS).map(([act, weight]) => ({ weight, arbitrary: fc.constant(act as Act) })));
const steps = fc.array(fc.record({ do: acts, n: fc.nat(200) }), { minLength: 20, maxLength: 80, size: 'max' });

test('whatever happens, in whatever order: at most one order per firing, a gate that holds, books that agree, and rest and a replay in the end', async () => {
  await holds(
    'the desk against a model of its broker (I-01, I-03, I-04, I-05, I-11, I-16, I-36)',
    fc.property(steps, (program) => {
      const model = new Model();
      for (const step of program) model.step(step);
      model.settle();
    }),
  );
}, 300_000);
