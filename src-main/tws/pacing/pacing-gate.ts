import type { Clock } from '#core/ports/clock';
import type { Scheduler } from '#core/ports/scheduler';
import type { OrderRef } from '#domain/ids';
import { MOST_LEGS } from '#domain/order';
import { SlidingWindow } from './sliding-window.ts';

/**
 * One gate in front of all connections: IB counts the messages of the whole application. Lanes in strict order; of the
 * messages of any second some are kept for cancels and some of those for the kill, so that neither waits behind traffic.
 */

/** `query` is data that must not wait behind a hundred subscriptions: reconciliation, accounts. */
export const PACING_LANES = ['kill', 'cancel', 'modify', 'order', 'query', 'data'] as const;
export type PacingLane = (typeof PACING_LANES)[number];

export interface PacedMessage {
  readonly lane: PacingLane;
  /** Frames that leave together, without another message between them. */
  readonly cost: number;
  /** The connection it belongs to; it is dropped with it. */
  readonly source: object;
  /** Waits at most this long (orders and modifies only). Without it the message waits as long as its connection lives. */
  readonly ttlMs?: number;
  /** The orders in it, for the answer of a purge. */
  readonly refs?: readonly OrderRef[];
  send(): void;
  dropped(reason: string): void;
}

interface Waiting {
  readonly message: PacedMessage;
  /** Monotonic ms; Infinity without a time to live. */
  readonly expires: number;
}

/** Messages per second over all connections. */
export interface PacingRates {
  /** At most `MOST_PER_SECOND`. */
  readonly messagesPerSecond: number;
  /** Of them, kept for cancels and the kill; leaves room for a bracket. */
  readonly reserved: number;
}

export const DEFAULT_RATES: PacingRates = { messagesPerSecond: 40, reserved: 10 };
/** IB closes the session above 50. */
export const MOST_PER_SECOND = 45;

const SECOND = 1_000;
/** Of the reserve, kept for the kill alone. */
const KILL_RESERVE = 2;
/** Bounded, so that a fault upstream cannot grow it without end; cancels are never refused. */
const MAX_WAITING: Readonly<Record<PacingLane, number>> = { kill: 100, cancel: 10_000, modify: 200, order: 200, query: 500, data: 4_000 };
/** The short lanes; the others need no scan. */
const EXPIRING = ['modify', 'order'] as const;
/** After IB's error 100 the rate is halved for this long. */
const SLOW_FOR = 60_000;

export class PacingGate {
  readonly #clock: Clock;
  readonly #scheduler: Scheduler;
  readonly #rates: () => PacingRates;
  readonly #all = new SlidingWindow(MOST_PER_SECOND, SECOND);
  /** Everything but kills: a kill must not take the place of a cancel, nor the other way round. */
  readonly #orderly = new SlidingWindow(MOST_PER_SECOND, SECOND);
  /** Everything but cancels and kills. */
  readonly #traffic = new SlidingWindow(MOST_PER_SECOND, SECOND);
  readonly #data = new SlidingWindow(MOST_PER_SECOND, SECOND);
  readonly #waiting: Readonly<Record<PacingLane, Waiting[]>> = { kill: [], cancel: [], modify: [], order: [], query: [], data: [] };
  #cancelTimer: (() => void) | undefined;
  #slowUntil = -Infinity;
  #pumping = false;

  /** `rates` is asked at every message: what the operator changes is in force with the next one. */
  constructor(ports: { readonly clock: Clock; readonly scheduler: Scheduler }, rates: () => PacingRates) {
    this.#clock = ports.clock;
    this.#scheduler = ports.scheduler;
    this.#rates = rates;
  }

  /** Messages per second allowed now. */
  get limit(): number {
    const rate = Math.min(this.#rates().messagesPerSecond, MOST_PER_SECOND);
    return this.#clock.monotonic() < this.#slowUntil ? Math.floor(rate / 2) : rate;
  }

  /** Of them, kept for cancels and the kill now. At half the rate it shrinks rather than shut a bracket out for a whole minute. */
  get reserve(): number {
    return Math.min(this.#rates().reserved, Math.max(KILL_RESERVE, this.limit - MOST_LEGS));
  }

  /** Messages sent within the last second. */
  get rate(): number {
    return this.#all.count(this.#clock.monotonic());
  }

  /** Largest batch that can ever leave at once. */
  get largestBatch(): number {
    return this.limit - this.reserve;
  }

  waiting(lane: PacingLane): number {
    return this.#waiting[lane].length;
  }

  /** `sent`: `send` has run. `queued`: `send` or `dropped` will run later. `full`: neither will. */
  submit(message: PacedMessage): 'sent' | 'queued' | 'full' {
    const now = this.#clock.monotonic();
    if (!this.#blocked(message.lane) && this.#roomAt(message, now) <= now) {
      this.#spend(message, now);
      message.send();
      return 'sent';
    }
    const lane = this.#waiting[message.lane];
    if (lane.length >= MAX_WAITING[message.lane]) return 'full';
    lane.push({ message, expires: message.ttlMs === undefined ? Infinity : now + message.ttlMs });
    this.#arm(now);
    return 'queued';
  }

  /** Drops what waits in these lanes; part of a kill. Returns the orders dropped. */
  purge(lanes: readonly PacingLane[], reason: string): readonly OrderRef[] {
    return this.#dropIf((message) => lanes.includes(message.lane), reason).flatMap((message) => message.refs ?? []);
  }

  /** Drops the orders and changes that hold one of these references. Returns all references in them. */
  drop(refs: readonly OrderRef[], reason: string): readonly OrderRef[] {
    const dropped = this.#dropIf((message) => message.refs?.some((ref) => refs.includes(ref)) === true, reason);
    return dropped.flatMap((message) => message.refs ?? []);
  }

  /** Drops what waits for a connection that is gone. */
  dropSource(source: object, reason: string): void {
    this.#dropIf((message) => message.source === source, reason);
  }

  /** IB said the rate was exceeded. */
  slowDown(): void {
    this.#slowUntil = this.#clock.monotonic() + SLOW_FOR;
  }

  stop(): void {
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
    this.purge(PACING_LANES, 'The connection to TWS was stopped.');
  }

  /** True when something waits that goes first. */
  #blocked(lane: PacingLane): boolean {
    for (const other of PACING_LANES) {
      if (this.#waiting[other].length > 0) return true;
      if (other === lane) return false;
    }
    return false;
  }

  #roomAt(message: PacedMessage, now: number): number {
    const { lane, cost } = message;
    const { limit, reserve } = this;
    const any = this.#all.roomAt(now, limit, cost);
    if (lane === 'kill') return any;
    const orderly = Math.max(any, this.#orderly.roomAt(now, limit - KILL_RESERVE, cost));
    if (lane === 'cancel') return orderly;
    const traffic = Math.max(orderly, this.#traffic.roomAt(now, limit - reserve, cost));
    if (lane !== 'data') return traffic;
    // A burst of subscriptions leaves room for a bracket or two.
    return Math.max(traffic, this.#data.roomAt(now, Math.floor((limit - reserve) * 0.8), cost));
  }

  #spend(message: PacedMessage, now: number): void {
    for (let i = 0; i < message.cost; i += 1) {
      this.#all.add(now);
      if (message.lane === 'kill') continue;
      this.#orderly.add(now);
      if (message.lane === 'cancel') continue;
      this.#traffic.add(now);
      if (message.lane === 'data') this.#data.add(now);
    }
  }

  #pump(): void {
    if (this.#pumping) return;
    this.#pumping = true;
    try {
      const now = this.#clock.monotonic();
      this.#expire(now);
      for (let head = this.#head(); head !== undefined && this.#roomAt(head, now) <= now; head = this.#head()) {
        this.#waiting[head.lane].shift();
        this.#spend(head, now);
        head.send();
      }
    } finally {
      this.#pumping = false;
    }
    this.#arm(this.#clock.monotonic());
  }

  /** First in the strict order of lanes; whatever is behind waits for it, or a bracket would starve. */
  #head(): PacedMessage | undefined {
    for (const lane of PACING_LANES) {
      const first = this.#waiting[lane][0];
      if (first !== undefined) return first.message;
    }
    return undefined;
  }

  #expire(now: number): void {
    for (const lane of EXPIRING) {
      const queue = this.#waiting[lane];
      for (let i = 0; i < queue.length;) {
        const entry = queue[i];
        if (entry === undefined || entry.expires > now) {
          i += 1;
          continue;
        }
        queue.splice(i, 1);
        entry.message.dropped('It waited too long for a place in the message rate and was not sent.');
      }
    }
  }

  #dropIf(test: (message: PacedMessage) => boolean, reason: string): readonly PacedMessage[] {
    const dropped: PacedMessage[] = [];
    for (const lane of PACING_LANES) {
      const queue = this.#waiting[lane];
      const kept = queue.filter(({ message }) => !test(message));
      for (const { message } of queue) if (test(message)) dropped.push(message);
      queue.length = 0;
      queue.push(...kept);
    }
    for (const message of dropped) message.dropped(reason);
    this.#arm(this.#clock.monotonic());
    return dropped;
  }

  #arm(now: number): void {
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
    const head = this.#head();
    if (head === undefined) return;
    let wake = this.#roomAt(head, now);
    for (const lane of EXPIRING) for (const { expires } of this.#waiting[lane]) if (expires < wake) wake = expires;
    // A timer may fire a fraction early; never spin.
    this.#cancelTimer = this.#scheduler.after(Math.max(1, Math.ceil(wake - now)), () => {
      this.#cancelTimer = undefined;
      this.#pump();
    });
  }
}
