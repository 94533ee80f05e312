import {
  afterOutcome,
  afterResume,
  type Breaker,
  CLOSED,
  fromFile,
  isUnanswered,
  type Outcome,
  unreadable,
  waitLeft,
} from '#core/risk/breaker';
import type { Order, OrderState } from '#domain/order';
import { log } from '#core/state/records';
import { isArmedState } from '#core/state/engine-state';
import { commit, engineState, type Slice } from '#core/state/desk-state';
import { pauseDesk } from '#core/execution/halt';

type Desk = Slice<
  | 'breakerFile'
  | 'broker'
  | 'clock'
  | 'coordinator'
  | 'counters'
  | 'index'
  | 'latch'
  | 'latencies'
  | 'link'
  | 'ordersOut'
  | 'recentSends'
  | 'stores'
>;

/** The broker's word that it took the order. */
const TAKEN: ReadonlySet<OrderState> = new Set<OrderState>(['ACCEPTED', 'HELD', 'PARTIALLY_FILLED', 'FILLED']);

function breakerOf(desk: Desk): Breaker {
  return desk.stores.breaker.get('desk') ?? CLOSED;
}

/** Reads from committed changes what the broker said of this desk's orders; `advanceBreaker` acts on it when the news has been taken in. */
export class OutcomeWatch {
  #outcomes: Outcome[] = [];

  note(before: Order | undefined, order: Order): void {
    if (before === undefined || before.state === order.state) return;
    if (order.origin !== 'trigger' && order.origin !== 'operator') return;
    const group = order.parentKey ?? order.key;
    if (order.state === 'REJECTED')
      this.#outcomes.push({ kind: 'rejected', group, what: `${order.side} ${order.contract.symbol} (${order.note ?? 'no reason given'})` });
    else if (isUnanswered(before.state) && TAKEN.has(order.state))
      this.#outcomes.push({
        kind: 'accepted',
        group,
        isEntry: order.leg === 'E' && order.parentKey === undefined,
        createdAt: order.createdAt,
      });
  }

  take(): readonly Outcome[] {
    if (this.#outcomes.length === 0) return this.#outcomes;
    const taken = this.#outcomes;
    this.#outcomes = [];
    return taken;
  }
}

/** C-44: an opening pauses the desk, so that nothing is tried again by itself. */
export function advanceBreaker(desk: Desk, watch: OutcomeWatch): void {
  for (const outcome of watch.take()) {
    const before = breakerOf(desk);
    const next = afterOutcome(before, outcome, desk.clock.now());
    if (next === before) continue;
    write(desk, next, outcome.kind === 'rejected' ? `rejected: ${outcome.what}` : 'an order was accepted');
    if (next.state !== before.state) tell(desk, next);
  }
}

function write(desk: Desk, next: Breaker, text: string): void {
  const before = breakerOf(desk);
  commit(desk, 'risk-reducing', 'breaker', { kind: 'broker', text }, (tx) => {
    tx.set(desk.stores.breaker, 'desk', next);
  });
  if (next.state !== before.state || next.until !== before.until) keep(desk, next);
}

/** A file that cannot be written is told; the breaker holds in memory all the same. */
function keep(desk: Desk, { state, since, openings, until, reason }: Breaker): void {
  const written = desk.breakerFile?.write({ state, since, openings, until, reason });
  if (written?.ok !== false) return;
  const { error } = written;
  commit(desk, 'housekeeping', 'breaker.unwritten', { kind: 'system', text: error }, (tx) => {
    log(tx, 'warning', `The circuit breaker could not be written down (${error}); a restart would forget it.`);
  });
}

function tell(desk: Desk, breaker: Breaker): void {
  if (breaker.state === 'open') {
    const text = `${breaker.reason} Nothing more is tried. Find the reason; in ${seconds(waitLeft(breaker, desk.clock.now()))} the desk can be resumed, and then one order is tried first.`;
    if (isArmedState(engineState(desk))) pauseDesk(desk, text, 'control C-44');
    commit(desk, 'risk-reducing', 'breaker.told', { kind: 'system', text: breaker.reason }, (tx) => {
      log(tx, 'alarm', `Circuit breaker open (C-44): ${text}`);
    });
  } else if (breaker.state === 'closed') {
    commit(desk, 'risk-reducing', 'breaker.told', { kind: 'system', text: 'the order that was tried was accepted' }, (tx) => {
      log(tx, 'info', 'The order that was tried was accepted; the circuit breaker is closed again.');
    });
  }
}

function seconds(ms: number): string {
  return ms < 120_000 ? `${Math.ceil(ms / 1_000)} s` : `${Math.ceil(ms / 60_000)} min`;
}

/** Why the desk cannot be resumed or started yet; a sentence. */
export function breakerRefusal(desk: Desk): string | undefined {
  const breaker = breakerOf(desk);
  const left = waitLeft(breaker, desk.clock.now());
  if (left === 0) return undefined;
  return `The circuit breaker is open (C-44) for another ${seconds(left)}. ${breaker.reason} Find the reason first.`;
}

/** The operator has started or resumed the desk: the next order is a try. */
export function tryOne(desk: Desk, by: string): void {
  const before = breakerOf(desk);
  const next = afterResume(before, desk.clock.now());
  if (next === before) return;
  write(desk, next, `${by} resumed`);
  commit(desk, 'risk-reducing', 'breaker.told', { kind: 'command', text: `${by} resumed` }, (tx) => {
    log(tx, 'warning', 'Circuit breaker half-open (C-44): one order is tried; others are denied until IB has answered it.');
  });
}

/** The start of the program: what an earlier run opened stays open. */
export function restoreBreaker(desk: Desk): void {
  const read = desk.breakerFile?.read();
  if (read === undefined || (read.ok && read.value === undefined)) return;
  const breaker = read.ok && read.value !== undefined ? fromFile(read.value) : unreadable(desk.clock.now());
  commit(desk, 'housekeeping', 'breaker.restore', { kind: 'system', text: 'start of the program' }, (tx) => {
    tx.set(desk.stores.breaker, 'desk', breaker);
    if (breaker.state === 'open') log(tx, 'alarm', `The circuit breaker of an earlier run is still open (C-44). ${breaker.reason}`);
  });
}
