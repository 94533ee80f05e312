import { allows, scopeRefusal } from '#protocol/access';
import type { CallName, Input, Reply } from '#protocol/commands';
import { TOPIC_NAMES, type TopicName } from '#protocol/topics';
import type { DeskError } from '#protocol/errors';
import type { Scope, SessionEnd } from '#protocol/session';
import { Listeners } from '../replica/listeners.ts';
import { ReplicaSet } from '../replica/replica-set.ts';
import { type BridgeState, type LinkBridge, NoAnswerYet } from './bridge.ts';
import { readFrame } from './read-frame.ts';
import type { ScreenClock } from './screen-clock.ts';

export type LinkState =
  | { readonly phase: 'connecting'; readonly reason: string }
  | { readonly phase: 'live' }
  /** `since` is the desk time of the last sign of life: everything shown is that old. */
  | { readonly phase: 'lost'; readonly since: number; readonly reason: string }
  /** The desk does not talk to this page, and never will: nothing may be shown as if it did. */
  | { readonly phase: 'no-session'; readonly why: SessionEnd | 'none' };

/** What the operator holds when nothing else helps: these must never be lost from sight while the desk stands still. */
export type UrgentCall = 'kill' | 'orders.cancel-all';

export interface Timers {
  every(ms: number, run: () => void): () => void;
  after(ms: number, run: () => void): () => void;
}

const HEARTBEAT_MS = 2_000;
const SILENCE_MS = 5_000;
const RESYNC_MS = 2_000;

/**
 * The console's only way to the desk: calls, and the stream into the replicas. It acknowledges frames once applied (one
 * acknowledgement under way at a time), asks for a snapshot after a gap, and says when the desk has fallen silent.
 */
export class DeskLink {
  readonly replicas = new ReplicaSet();
  readonly clock: ScreenClock;
  readonly #bridge: LinkBridge;
  readonly #timers: Timers;
  readonly #listeners = new Listeners();
  #state: LinkState = { phase: 'connecting', reason: 'Waiting for the desk.' };
  #connected = true;
  #lastSign: number;
  #received = 0;
  #acknowledged = 0;
  #ackUnderWay = false;
  #resyncUnderWay = new Set<TopicName>();
  #ends: (() => void)[] = [];
  #badFrames = 0;
  #scope: Scope;
  readonly #urgent = new Map<number, UrgentCall>();
  #urgentIds = 0;
  #waiting: readonly UrgentCall[] = [];

  constructor(bridge: LinkBridge, clock: ScreenClock, timers: Timers) {
    this.#bridge = bridge;
    // Until the desk has said what a page in a browser may do, it may look.
    this.#scope = bridge.onSession === undefined ? 'operate' : 'read';
    this.clock = clock;
    this.#timers = timers;
    this.#lastSign = clock.now();
  }

  get state(): LinkState {
    return this.#state;
  }

  /** The page stands in a browser, not in the program's own window. */
  get isInBrowser(): boolean {
    return this.#bridge.onState !== undefined;
  }

  /** What this page may do. */
  get scope(): Scope {
    return this.#scope;
  }

  /** Pushes that had no sound shape; they are dropped. */
  get badFrames(): number {
    return this.#badFrames;
  }

  /** The connection stands and the desk gives no sign of life: what is sent now waits there, and is carried out when it wakes. */
  get isFrozen(): boolean {
    return this.#connected && this.#state.phase === 'lost';
  }

  /** Urgent calls that were written to a connection that stands, and that the desk has not answered. */
  get waiting(): readonly UrgentCall[] {
    return this.#waiting;
  }

  onState(listener: () => void): () => void {
    return this.#listeners.add(listener);
  }

  start(): void {
    if (this.#bridge.onState !== undefined) {
      this.#ends.push(this.#bridge.onState((state) => this.#onConnection(state)));
    }
    if (this.#bridge.onSession !== undefined) {
      this.#ends.push(
        this.#bridge.onSession(({ scope }) => {
          this.#scope = scope;
          this.#listeners.call();
        }),
      );
    }
    this.#ends.push(this.#bridge.subscribe(TOPIC_NAMES, (frame) => this.#onFrame(frame)));
    this.#ends.push(this.#timers.every(HEARTBEAT_MS, () => this.#heartbeat()));
    this.#ends.push(this.#timers.every(250, () => this.clock.beat()));
  }

  stop(): void {
    for (const end of this.#ends.splice(0)) end();
  }

  /** Never throws: a broken transport is an answer like any other refusal. */
  async call<N extends CallName>(name: N, input: Input<N>): Promise<Reply<N>> {
    if (!allows(this.#scope, name)) return refusal('out-of-scope', scopeRefusal(this.#scope));
    const urgent = this.#connected && isUrgent(name) ? this.#noteUrgent(name) : undefined;
    try {
      const reply = (await this.#bridge.call(name, input)) as Reply<N> | undefined;
      this.#answered(urgent);
      if (typeof reply !== 'object' || typeof reply.ok !== 'boolean')
        return refusal('internal', `The desk's answer to ${name} has no form.`);
      this.#lastSign = this.clock.now();
      return reply;
    } catch (cause) {
      const detail = cause instanceof Error ? cause.message : String(cause);
      // The answer was given up, not the request: it lies in a connection that stands.
      if (urgent !== undefined && this.#connected && cause instanceof NoAnswerYet)
        return refusal('unavailable', 'The desk does not answer. The request waits there and is carried out when the desk wakes.');
      this.#answered(urgent);
      return refusal(
        'unavailable',
        `The desk did not answer (${detail}). It is not known whether the request arrived; look before you repeat it.`,
      );
    }
  }

  #noteUrgent(name: UrgentCall): number {
    this.#urgentIds += 1;
    this.#urgent.set(this.#urgentIds, name);
    this.#tellWaiting();
    return this.#urgentIds;
  }

  #answered(id: number | undefined): void {
    if (id === undefined || !this.#urgent.delete(id)) return;
    this.#tellWaiting();
  }

  #nothingWaits(): void {
    if (this.#urgent.size === 0) return;
    this.#urgent.clear();
    this.#tellWaiting();
  }

  #tellWaiting(): void {
    this.#waiting = [...new Set(this.#urgent.values())];
    this.#listeners.call();
  }

  #onConnection(state: BridgeState): void {
    this.#connected = state.phase === 'open';
    // Whether it arrived nobody knows now; a connection that is gone carries nothing out.
    if (!this.#connected) this.#nothingWaits();
    if (state.phase === 'no-session') this.#become(state);
    else if (state.phase === 'closed') this.#lose(state.reason);
    else if (this.#received === 0) this.#become({ phase: 'connecting', reason: 'Connected; waiting for the first figures.' });
  }

  #onFrame(value: unknown): void {
    const frame = readFrame(value);
    if (frame === undefined) {
      this.#badFrames += 1;
      return;
    }
    this.clock.observe(frame.at);
    this.#lastSign = this.clock.now();
    const gaps = this.replicas.apply(frame);
    this.#received = frame.number;
    for (const update of frame.updates) {
      if (update.kind === 'table' || update.kind === 'value') this.#resyncUnderWay.delete(update.topic);
    }
    this.#resync(gaps);
    if (this.replicas.values.status.value !== undefined) this.#become({ phase: 'live' });
    this.#acknowledge();
  }

  #acknowledge(): void {
    if (this.#ackUnderWay || this.#acknowledged === this.#received) return;
    const number = this.#received;
    this.#ackUnderWay = true;
    void this.call('stream.ack', { number }).then((reply) => {
      this.#ackUnderWay = false;
      if (!reply.ok) return;
      this.#acknowledged = number;
      this.#acknowledge();
    });
  }

  #resync(gaps: readonly TopicName[]): void {
    const topics = gaps.filter((topic) => !this.#resyncUnderWay.has(topic));
    if (topics.length === 0) return;
    for (const topic of topics) this.#resyncUnderWay.add(topic);
    void this.call('stream.resync', { topics: [...topics] });
    // If the snapshot does not come, the next refused patch asks again.
    this.#timers.after(RESYNC_MS, () => {
      for (const topic of topics) this.#resyncUnderWay.delete(topic);
    });
  }

  /** A quiet desk and a dead desk look the same, so we ask. */
  #heartbeat(): void {
    if (this.#connected && this.clock.now() - this.#lastSign > SILENCE_MS) this.#lose('The desk does not answer.');
    if (!this.#connected || (this.#ackUnderWay && this.#state.phase === 'live')) return;
    void this.call('stream.ack', { number: this.#received }).then((reply) => {
      if (reply.ok && this.#connected && this.#state.phase === 'lost' && this.#received > 0) {
        this.#become({ phase: 'live' });
        this.#resync(TOPIC_NAMES);
      }
    });
  }

  #lose(reason: string): void {
    this.#ackUnderWay = false;
    if (this.#received === 0) this.#become({ phase: 'connecting', reason });
    else if (this.#state.phase !== 'lost') this.#become({ phase: 'lost', since: this.#lastSign, reason });
  }

  #become(state: LinkState): void {
    if (this.#state.phase === 'no-session') return;
    if (state.phase === this.#state.phase && state.phase === 'live') return;
    this.#state = state;
    if (state.phase === 'live') this.#nothingWaits();
    this.#listeners.call();
  }
}

function isUrgent(name: CallName): name is UrgentCall {
  return name === 'kill' || name === 'orders.cancel-all';
}

function refusal(code: DeskError['code'], text: string): { readonly ok: false; readonly error: DeskError } {
  return { ok: false, error: { code, text } };
}
