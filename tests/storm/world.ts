import type { RiskRules } from '#core/risk/risk-context';
import { Random } from '#simulator/model/random';
import type { BugName } from './bugs.ts';
import { StormClock } from './clock.ts';
import { Coverage } from './coverage.ts';
import { CrashPlan } from './crash.ts';
import { Disk } from './files.ts';
import { Invariants } from './invariants.ts';
import { Life } from './life.ts';
import { rulesOfStorm } from './limits.ts';
import type { StormListener } from './listener.ts';
import { CELLS } from './reachable.ts';
import { Tws } from './tws.ts';
import { WeatherLog } from './weather.ts';
import { Wire } from './wire.ts';

const TRACE_KEPT = 400;

export interface Counts {
  steps: number;
  crashes: number;
  reconnects: number;
  outages: number;
  corrections: number;
  kills: number;
}

export interface WorldOptions {
  readonly bug?: BugName | undefined;
  readonly listener?: StormListener | undefined;
  /** Default false. */
  readonly weather?: boolean;
  /** Looks on at every commit of every life, and may break. */
  readonly onlooker?: (() => void) | undefined;
  /** What is traded. */
  readonly symbols?: readonly string[];
  /** Epoch ms of the beginning. */
  readonly startAt?: number;
}

/** One storm: a clock, chance, TWS, the wires, the disk, and the desk that lives on it, again and again. */
export class World {
  readonly random: Random;
  /** What of two ways is taken where a storm gained one: whether protective exits stay, and whether children go with their parent. */
  readonly choice: Random;
  /** The limits in force. */
  rules: RiskRules;
  readonly clock: StormClock;
  readonly tws: Tws;
  readonly wires: readonly Wire[];
  readonly disk = new Disk();
  readonly crashes = new CrashPlan();
  readonly invariants: Invariants;
  readonly coverage: Coverage;
  readonly bug: BugName | undefined;
  readonly listener: StormListener | undefined;
  readonly onlooker: (() => void) | undefined;
  readonly counts: Counts = { steps: 0, crashes: 0, reconnects: 0, outages: 0, corrections: 0, kills: 0 };
  readonly weather = new WeatherLog();
  readonly seed: number;
  readonly hasWeather: boolean;
  /** The limits that every storm begins with, and ends with. */
  readonly usualRules: RiskRules;
  readonly lives: Life[] = [];
  /** Where the process died, and how often. */
  readonly deaths = new Map<string, number>();
  /** Odds that an order waits for its place in the message rate. */
  waits = 0;
  /** The bytes of the next order are counted twice. */
  countsTwice = false;
  /** By how much the desk's idea of the exchange's time may differ now, ms. */
  clockDoubtMs = 0;
  /** Nobody but the desk trades. */
  alone = true;
  /** Looks in between two events. */
  between: (() => void) | undefined;
  /** The person at the console is doing something right now. */
  byHand = false;
  readonly #trace: string[] = [];
  #life: Life | undefined;
  #triggerIds = 0;

  constructor(seed: number, options: WorldOptions = {}) {
    this.random = new Random(seed);
    this.choice = new Random(seed + 0x0e17);
    this.seed = seed;
    this.hasWeather = options.weather ?? false;
    this.rules = this.usualRules = rulesOfStorm(seed);
    this.bug = options.bug;
    this.listener = options.listener;
    this.onlooker = options.onlooker;
    this.clock = new StormClock(this.random, options.startAt);
    this.tws = new Tws(this.clock, this.random, options.symbols);
    this.wires = [0, 1, 2].map((clientId) => new Wire(clientId, this.tws, this.clock, this.random));
    this.invariants = new Invariants(this);
    this.coverage = new Coverage((cell) => {
      const why = CELLS.get(cell);
      if (why !== undefined) this.invariants.fail(`the cell ${cell} was visited, and it cannot be: ${why}`);
    });
    this.tws.faults.takesChildren = this.choice.chance(0.5);
  }

  get now(): number {
    return this.clock.monotonic();
  }

  get told(): boolean {
    return this.tws.tellsAll && this.wires.every((wire) => !wire.isBroken && wire.up.length + wire.down.length === 0);
  }

  /** The desk's process, while there is one. */
  get life(): Life | undefined {
    return this.#life;
  }

  boot(): Life {
    if (this.#life !== undefined) return this.#life;
    if (this.clock.skew !== 0) this.clockDoubtMs = Number.POSITIVE_INFINITY;
    this.note(`the desk starts, life ${this.lives.length + 1}`);
    const life = new Life(this, this.lives.length + 1);
    this.lives.push(life);
    this.#life = life;
    return life;
  }

  /** The process is gone; what it executes from now on is of no consequence. */
  kill(reason: string): void {
    const life = this.#life;
    if (life === undefined) return;
    this.note(reason);
    this.counts.crashes += 1;
    this.deaths.set(reason, (this.deaths.get(reason) ?? 0) + 1);
    this.#life = undefined;
    life.end();
    for (const wire of this.wires) wire.hangUp();
    this.invariants.died(life);
    this.clock.after(200 + this.random.next() * 8_000, () => {
      this.boot();
    });
  }

  /** The machine sleeps: nothing of the desk runs, and nothing comes to it, until it wakes. What it had sent has left. */
  sleep(ms: number): void {
    const until = this.clock.monotonic() + ms;
    if (until <= this.clock.sleepsUntil) return;
    this.clock.sleepsUntil = until;
    for (const wire of this.wires) wire.down.holdUntil(until);
  }

  get isAsleep(): boolean {
    return this.clock.monotonic() < this.clock.sleepsUntil;
  }

  newTriggerId(): string {
    this.#triggerIds += 1;
    return `T${String(this.#triggerIds).padStart(7, '0')}`;
  }

  note(text: string | undefined): void {
    if (text === undefined) return;
    this.#trace.push(`${(this.clock.monotonic() / 1_000).toFixed(3).padStart(8)} s  ${this.#life?.state ?? '—'}  ${text}`);
    if (this.#trace.length > 2 * TRACE_KEPT) this.#trace.splice(0, TRACE_KEPT);
  }

  trace(lines: number): readonly string[] {
    return this.#trace.slice(-lines);
  }

  /** Time on by `ms`; after each event everything that must always hold is looked at. False as soon as something does not. */
  run(ms: number): boolean {
    const until = this.clock.monotonic() + ms;
    while (this.clock.step(until)) {
      this.counts.steps += 1;
      this.invariants.look();
      if (this.#life !== undefined) this.coverage.look(this.#life);
      this.between?.();
      if (this.invariants.violations.length > 0) return false;
    }
    return true;
  }
}
