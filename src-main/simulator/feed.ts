import { localTime } from './calendar/new-york.ts';
import type { MarketTick, TickSource } from '#simulator/model/tick';

/** 1 is the tape's own pace, 1000 a thousand times that, `max` as fast as clients take it. */
export type Speed = number | 'max';

export interface FeedSink {
  tick(tick: MarketTick): void;
  advance(at: number): void;
  endOfTape(): void;
}

export interface FeedPorts {
  readonly sink: FeedSink;
  /** Undefined when every client keeps up, else a promise of the moment when they do. */
  readonly congestion: () => Promise<void> | undefined;
  /** Real time in milliseconds, from any origin. */
  readonly wallClock: () => number;
}

/** Ticks in one turn of the event loop at full speed; between turns clients' messages are read. */
const TICKS_PER_TURN = 200;

/** The same at a set speed, where a turn seldom has so many. */
const PACED_TICKS_PER_TURN = 2000;

/** Real milliseconds between turns at a set speed. */
const TURN_MS = 10;

/** Brings the market to the gateway: in real time, faster, or step by step under a test's hand. */
export class Feed {
  readonly ended: Promise<void>;
  readonly #source: TickSource;
  readonly #ports: FeedPorts;
  readonly #ticksPerTurn: number;
  #speed: Speed;
  #state: 'ready' | 'running' | 'paused' | 'ended' | 'closed' = 'ready';
  #end: () => void = () => undefined;
  #now: number;
  #played = 0;
  /** Raised whenever the pace changes, so that a turn scheduled under the old one does nothing. */
  #run = 0;

  constructor(source: TickSource, ports: FeedPorts, speed: Speed, startAt: number, ticksPerTurn = TICKS_PER_TURN) {
    this.#source = source;
    this.#ports = ports;
    this.#speed = speed;
    this.#now = startAt;
    this.#ticksPerTurn = ticksPerTurn;
    this.ended = new Promise((resolve) => (this.#end = resolve));
  }

  get state(): 'ready' | 'running' | 'paused' | 'ended' | 'closed' {
    return this.#state;
  }

  /** Ticks played so far. */
  get played(): number {
    return this.#played;
  }

  /** Tape time, epoch ms. */
  get now(): number {
    return this.#now;
  }

  /** Begins, or goes on after `pause`. */
  start(): void {
    if (this.#state !== 'ready' && this.#state !== 'paused') return;
    this.#state = 'running';
    const run = ++this.#run;
    if (this.#speed === 'max') void this.#flatOut(run);
    else this.#paced(run, this.#speed, this.#ports.wallClock(), this.#now);
  }

  resume(): void {
    this.start();
  }

  pause(): void {
    if (this.#state !== 'running') return;
    this.#state = 'paused';
    this.#run++;
  }

  setSpeed(speed: Speed): void {
    this.#speed = speed;
    if (this.#state !== 'running') return;
    this.pause();
    this.start();
  }

  /** Plays up to `count` ticks now. Only while not running. How many were played: fewer at the end of the tape. */
  async step(count = 1): Promise<number> {
    return this.#by(count, Infinity);
  }

  /** Plays everything up to this tape time (epoch ms) and puts the clock there. Only while not running. */
  async advanceTo(at: number): Promise<number> {
    const played = await this.#by(Infinity, at);
    if (this.#state !== 'closed') this.#clock(at);
    return played;
  }

  close(): void {
    this.#state = 'closed';
    this.#run++;
    this.#end();
  }

  async #by(count: number, until: number): Promise<number> {
    if (this.#state === 'running') throw new Error('the market runs; pause it before stepping');
    let played = 0;
    while (played < count) {
      const turn = this.#play(Math.min(count - played, this.#ticksPerTurn), until);
      played += turn;
      if (turn < this.#ticksPerTurn) break;
      await this.#breathe();
    }
    this.#finishIfDone();
    return played;
  }

  async #flatOut(run: number): Promise<void> {
    while (run === this.#run) {
      this.#play(this.#ticksPerTurn, Infinity);
      if (this.#finishIfDone()) return;
      await this.#breathe();
    }
  }

  /** Lets the event loop read and write, and waits for clients that are behind. */
  async #breathe(): Promise<void> {
    await new Promise((resolve) => setImmediate(resolve));
    await this.#ports.congestion();
  }

  #paced(run: number, speed: number, wallStart: number, tapeStart: number): void {
    if (run !== this.#run) return;
    const due = tapeStart + (this.#ports.wallClock() - wallStart) * speed;
    const played = this.#play(PACED_TICKS_PER_TURN, due);
    if (this.#finishIfDone()) return;
    if (played === PACED_TICKS_PER_TURN) {
      // Behind, after the process was held up: catch up in bounded turns.
      setImmediate(() => this.#paced(run, speed, wallStart, tapeStart));
      return;
    }
    const next = this.#source.peek()?.at ?? due;
    if (next > due && localTime(next).day !== localTime(due).day) {
      // Nights are not waited for.
      setTimeout(() => this.#paced(run, speed, this.#ports.wallClock(), next), TURN_MS);
      return;
    }
    this.#clock(due);
    setTimeout(() => this.#paced(run, speed, wallStart, tapeStart), TURN_MS);
  }

  #play(count: number, until: number): number {
    let played = 0;
    while (played < count) {
      const tick = this.#source.peek();
      if (tick === undefined || tick.at > until) break;
      this.#source.take();
      this.#now = Math.max(this.#now, tick.at);
      this.#ports.sink.tick(tick);
      played++;
    }
    this.#played += played;
    return played;
  }

  #clock(at: number): void {
    if (at <= this.#now) return;
    this.#now = Math.floor(at);
    this.#ports.sink.advance(this.#now);
  }

  #finishIfDone(): boolean {
    if (this.#state === 'ended' || this.#state === 'closed') return true;
    if (this.#source.peek() !== undefined) return false;
    this.#state = 'ended';
    this.#run++;
    this.#ports.sink.endOfTape();
    this.#end();
    return true;
  }
}
