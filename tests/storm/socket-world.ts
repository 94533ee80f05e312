import type { BrokerNews } from '#core/ports/broker';
import type { RiskRules } from '#core/risk/risk-context';
import type { TriggerId } from '#domain/ids';
import type { Price } from '#domain/price';
import type { Tick } from '#domain/quote';
import { DEMO_STOCKS } from '#simulator/market/synthetic';
import { Random } from '#simulator/model/random';
import { type Simulator, startSimulator } from '#simulator/simulator';
import { StormClock } from './clock.ts';
import { describeNews } from './describe-news.ts';
import { Disk } from './files.ts';
import { rulesOfStorm } from './limits.ts';
import { SocketJudge } from './socket-judge.ts';
import { SocketLife, type SocketSurroundings } from './socket-life.ts';
import { SocketLines } from './socket-lines.ts';

const STOCKS = DEMO_STOCKS.filter(({ symbol }) => symbol === 'IBM' || symbol === 'BAC');
const TRACE_KEPT = 600;
/** Between two looks at the market so much time passes, ms. */
const STEP_MS = 50;

interface Later {
  readonly at: number;
  readonly act: () => Promise<void>;
}

export interface SocketCounts {
  steps: number;
  lives: number;
  kills: number;
}

/** One storm over real sockets: a clock for both sides, the simulator as it is, the sockets between, the disk, and the desk as it is. */
export class SocketWorld implements SocketSurroundings {
  readonly seed: number;
  readonly random: Random;
  readonly clock: StormClock;
  readonly simulator: Simulator;
  readonly lines: SocketLines;
  readonly disk = new Disk();
  readonly judge: SocketJudge;
  readonly rules: RiskRules;
  readonly symbols = STOCKS.map(({ symbol }) => symbol);
  readonly jitter: () => number;
  readonly counts: SocketCounts = { steps: 0, lives: 0, kills: 0 };
  readonly #prices = new Map<number, Price>();
  readonly #trace: string[] = [];
  /** TWS is restarting. */
  isDown = false;
  #later: Later[] = [];
  #life: SocketLife | undefined;
  #triggerIds = 0;

  private constructor(seed: number, simulator: Simulator, lines: (now: () => number, wrote: (bytes: Buffer) => void) => SocketLines) {
    this.seed = seed;
    this.random = new Random(seed);
    this.rules = rulesOfStorm(seed);
    this.simulator = simulator;
    this.clock = new StormClock(new Random(seed + 0x11e), simulator.clock.now());
    const jitter = new Random(seed + 0x717);
    this.jitter = () => jitter.next();
    this.judge = new SocketJudge({ simulator, disk: this.disk, now: () => this.now });
    this.lines = lines(
      () => this.now,
      (bytes) => {
        this.judge.wrote(bytes);
      },
    );
    simulator.faults.takesChildren = new Random(seed + 0x0e17).chance(0.5);
  }

  static async open(seed: number): Promise<SocketWorld> {
    const simulator = await startSimulator({
      port: 0,
      seed,
      market: { kind: 'synthetic', stocks: STOCKS },
      speed: 'max',
      autostart: false,
    });
    const random = new Random(seed + 0x50c);
    return new SocketWorld(seed, simulator, (now, wrote) => new SocketLines({ random, now, wrote }));
  }

  async close(): Promise<void> {
    this.lines.release();
    const closed = this.simulator.close();
    await this.lines.settle();
    await closed;
    if (this.lines.open > 0) this.judge.fail(`${this.lines.open} sockets are left`);
    this.lines.close();
  }

  get port(): number {
    return this.simulator.port;
  }

  get now(): number {
    return this.clock.monotonic();
  }

  get life(): SocketLife | undefined {
    return this.#life;
  }

  get isSound(): boolean {
    return this.judge.violations.length === 0;
  }

  newTriggerId(): TriggerId {
    this.#triggerIds += 1;
    return `T${String(this.#triggerIds).padStart(7, '0')}` as TriggerId;
  }

  /** What the operator has seen last; before that, where the market began. */
  priceOf(symbol: string): Price {
    const conId = this.simulator.gateway.listing.bySymbol(symbol)?.conId ?? 0;
    return this.#prices.get(conId) ?? STOCKS.find((stock) => stock.symbol === symbol)!.price;
  }

  tick({ conId, price }: Tick): void {
    this.#prices.set(conId, price);
  }

  heard(life: SocketLife, news: BrokerNews): void {
    if (news.kind === 'link') {
      this.note(`link ${news.link.ready ? 'ready' : (news.link.problem?.code ?? '')}, epoch ${news.link.epoch}`);
    } else if (news.kind === 'place-frame') {
      this.note(`left: ${news.ref ?? 'no name'}${news.modify ? ' changed' : ''}, ${news.quantity / 10_000}`);
      this.judge.placed(life, news);
    } else if (news.kind === 'notice') this.note(`${news.notice.clientId}: ${news.notice.code} ${news.notice.text.slice(0, 80)}`);
    else this.note(describeNews(news));
  }

  note(text: string | undefined): void {
    if (text === undefined) return;
    this.#trace.push(`${(this.now / 1_000).toFixed(3).padStart(8)} s  ${this.#life?.state ?? '—'}  ${text}`);
    if (this.#trace.length > 2 * TRACE_KEPT) this.#trace.splice(0, TRACE_KEPT);
  }

  trace(lines: number): readonly string[] {
    return this.#trace.slice(-lines);
  }

  /** After so many virtual ms, between two looks at the market. */
  later(ms: number, act: () => Promise<void> | void): void {
    this.#later.push({ at: this.now + ms, act: async () => act() });
  }

  /** TWS listens again, where it does not. */
  async comeBack(): Promise<void> {
    if (!this.isDown) return;
    this.isDown = false;
    await this.simulator.faults.comeBack();
    this.note('TWS is back');
  }

  boot(): void {
    if (this.#life !== undefined) return;
    this.counts.lives += 1;
    this.note(`the desk starts, life ${this.counts.lives}`);
    this.#life = new SocketLife(this);
  }

  /** The operator ends the program. */
  async stop(): Promise<void> {
    const life = this.#life;
    if (life === undefined) return;
    this.note('the desk stops');
    this.lines.release();
    const stopped = life.stop();
    await this.lines.settle();
    await stopped;
    this.#life = undefined;
    this.judge.over(life, true);
  }

  /** The process dies: what it had not handed to the system is lost with it. */
  async crash(): Promise<void> {
    const life = this.#life;
    if (life === undefined) return;
    this.note('the process dies');
    life.die();
    this.#life = undefined;
    this.lines.abandon();
    await this.lines.settle();
    this.judge.over(life, false);
  }

  /** Waits for something of the simulator that needs the sockets to move. */
  async meanwhile(act: Promise<unknown>): Promise<void> {
    await this.lines.settle();
    await act;
    await this.lines.settle();
  }

  /** Time on by `ms`. False as soon as something forbidden has happened. */
  async run(ms: number): Promise<boolean> {
    const until = this.now + ms;
    while (this.now < until) {
      const slice = Math.min(until, this.now + STEP_MS);
      while (this.clock.step(slice)) if (!(await this.#looks())) return false;
      await this.simulator.market.advanceTo(this.clock.now());
      if (!(await this.#looks())) return false;
      await this.#due();
    }
    return this.isSound;
  }

  async #looks(): Promise<boolean> {
    await this.lines.settle();
    this.counts.steps += 1;
    if (this.#life !== undefined) this.judge.look(this.#life);
    return this.isSound;
  }

  async #due(): Promise<void> {
    const due = this.#later.filter(({ at }) => at <= this.now);
    if (due.length === 0) return;
    this.#later = this.#later.filter(({ at }) => at > this.now);
    for (const { act } of due) await this.meanwhile(act());
  }
}
