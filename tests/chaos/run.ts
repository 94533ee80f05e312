import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DEFAULT_SETTINGS, type Settings } from '#protocol/settings';
import { Child } from './child.ts';
import { type DeskPlace, type DeskProcess, spawnDesk, startDesk } from './desk-process.ts';
import { Hand, isRunning, untilDeath } from './hand.ts';
import { type JournalFacts, onIntent, readJournal } from './journal-facts.ts';
import { type Difference, differences, placedBetween, promises } from './judge.ts';
import { type Blow, type CyclePlan, type Moment, planCycle } from './plan.ts';
import { Truth } from './truth.ts';

/** Limits that do not get in the way: chaos is about truth, the limits have their own tests. */
const SETTINGS: Settings = {
  ...DEFAULT_SETTINGS,
  limits: {
    ...DEFAULT_SETTINGS.limits,
    maxOrderShares: 100_000,
    maxOrderNotional: 10_000_000,
    messagesPerSecond: 45,
    ordersPerSecondPerSymbol: 10,
    ordersPerSecond: 20,
    firingsPerTenMinutes: 20,
    duplicateWindowSeconds: 1,
    maxWorkingPerSide: 20,
    maxWorkingTotal: 200,
    maxPositionShares: 1_000_000,
    maxDailyLoss: 10_000_000,
  },
};
/** Tape seconds in one of ours: enough ticks that triggers fire and exits fill within a cycle. */
const SPEED = 5;
const RECONCILED_MS = 90_000;
const EQUAL_MS = 20_000;
/** A known defect is accepted when it has stood for so long. */
const EXCUSED_MS = 4_000;
/** A moment that has not come so long after the operator's last act is made. */
const MOMENT_MS = 2_500;
/** Written before the kill was answered, read by the broker after it. */
const IN_FLIGHT_MS = 300;
/** A desk that stood still for so long must not trade on by itself. */
const STANDSTILL_MS = 2_100;

export interface ChaosOptions {
  readonly seed: number;
  /** Node flags for the desk's process: a planted defect. */
  readonly flags?: readonly string[];
}

export interface Figures {
  cycles: number;
  kills: number;
  deskStops: number;
  brokerStops: number;
  killSwitches: number;
  starts: number;
  armed: number;
  /** Cycles in which no order came to the broker. */
  calm: number;
  unknownOrders: number;
  openingPositions: number;
  /** From the start of the process, ms. */
  readonly doorMs: number[];
  readonly bookMs: number[];
  /** The same without what it waited for a processor that other programs had. */
  readonly ownMs: number[];
  /** From the answer "book equals broker" until it was found to be so, ms. */
  readonly equalMs: number[];
}

/** One broker, one data folder, and a desk that dies again and again. */
export class ChaosRun {
  readonly folder: string;
  readonly truth: Truth;
  readonly hand = new Hand();
  readonly figures: Figures = {
    cycles: 0,
    kills: 0,
    deskStops: 0,
    brokerStops: 0,
    killSwitches: 0,
    starts: 0,
    armed: 0,
    calm: 0,
    unknownOrders: 0,
    openingPositions: 0,
    doorMs: [],
    bookMs: [],
    ownMs: [],
    equalMs: [],
  };
  readonly #seed: number;
  readonly #broker: Child;
  readonly #place: DeskPlace;
  #desk: DeskProcess | undefined;
  /** Epoch ms: the desk has said for the first time that its book equals the broker's. */
  #openedAt = 0;
  /** A kill was answered and not re-armed since. */
  #latched = false;
  /** No new order may come to the broker from then on until the operator lets the desk go on; epoch ms. */
  #still: { readonly from: number; readonly why: string } | undefined;
  #violations: string[] = [];

  private constructor(seed: number, folder: string, broker: Child, place: DeskPlace) {
    this.#seed = seed;
    this.folder = folder;
    this.#broker = broker;
    this.#place = place;
    this.truth = new Truth(join(folder, 'ledger.jsonl'));
  }

  static async open({ seed, flags = [] }: ChaosOptions): Promise<ChaosRun> {
    const folder = mkdtempSync(join(tmpdir(), 'triggerdesk-chaos-'));
    mkdirSync(join(folder, 'data'), { mode: 0o700 });
    writeFileSync(join(folder, 'data', 'settings.json'), JSON.stringify(SETTINGS), { mode: 0o600 });
    const words = ['--port', '0', '--synthetic', '--speed', String(SPEED), '--seed', String(seed), '--all-hours', '--cash', '100000000'];
    const broker = new Child(
      'src-main/simulator/main.ts',
      [...words, '--ledger', join(folder, 'ledger.jsonl')],
      join(folder, 'broker.log'),
    );
    const port = (await broker.says(/listens on 127\.0\.0\.1:(\d+)/, 20_000))?.[1];
    if (port === undefined) throw new Error(`the simulator did not start; see ${folder}`);
    return new ChaosRun(seed, folder, broker, { folder, port: Number(port), flags });
  }

  /** One cycle: start, arm, blow, start again, judge. Sentences on what is wrong; none when nothing is. */
  async cycle(number: number, plan: CyclePlan = planCycle(this.#seed, number)): Promise<readonly string[]> {
    this.#violations = [];
    this.figures.cycles += 1;
    const placedBefore = this.truth.placed.length;
    try {
      const desk = await this.#up();
      const { operator } = desk;
      if (this.figures.starts === 1) await this.hand.watchAll(operator);
      const isReady = await this.hand.makeReady(desk, plan);
      if (!isReady)
        this.#say(`the desk does not become ready: it is ${operator.status?.engine ?? '?'} (${operator.status?.engineReason ?? ''})`);
      this.#latched = false;
      await this.#trade(number, plan);
      await this.#up();
    } catch (error) {
      this.#say(error instanceof Error ? (error.stack ?? error.message) : String(error));
    }
    this.truth.read();
    if (this.truth.placed.length === placedBefore) this.figures.calm += 1;
    for (const broken of promises(this.truth, this.#journal())) this.#say(broken);
    return this.#violations;
  }

  /** Ends both processes and removes the folder, unless it is to be read. */
  async close(keep: boolean): Promise<void> {
    this.#desk?.operator.close();
    await this.#desk?.child.end();
    await this.#broker.end();
    this.truth.close();
    if (!keep) rmSync(this.folder, { recursive: true, force: true, maxRetries: 5 });
  }

  #journal(): JournalFacts {
    return readJournal(join(this.folder, 'data', 'journal'));
  }

  #say(violation: string): void {
    if (!this.#violations.includes(violation)) this.#violations.push(violation);
  }

  /** A living desk whose book equals the broker's: the one there is, or a new one, judged as one that has just started. */
  async #up(): Promise<DeskProcess> {
    let desk = this.#desk;
    const isFresh = desk === undefined;
    if (desk === undefined) {
      desk = await startDesk(this.#place);
      this.#desk = desk;
      this.figures.starts += 1;
      this.figures.doorMs.push(desk.doorMs);
    }
    const { operator, child } = desk;
    const said = await operator.until(() => operator.isReconciled, RECONCILED_MS);
    if (!said)
      this.#say(
        `after ${RECONCILED_MS} ms the desk does not say that its book equals the broker's: ${operator.status?.problem?.text ?? operator.status?.reconciliation.text ?? 'no status'}`,
      );
    if (isFresh) {
      this.#openedAt = Date.now();
      const bookMs = performance.now() - child.startedAt;
      this.figures.bookMs.push(bookMs);
      this.figures.ownMs.push(bookMs - child.waitedMs());
      this.#judgeStart(desk);
    }
    await this.#judgeBook(desk);
    this.truth.read();
    if (this.#still !== undefined) {
      const { from, why } = this.#still;
      for (const placed of placedBetween(this.truth, this.#journal(), from, Infinity, why)) this.#say(placed);
      this.#still = undefined;
    }
    return desk;
  }

  /** Nothing is armed by itself, and a kill outlives the process. */
  #judgeStart({ operator }: DeskProcess): void {
    const engine = operator.status?.engine;
    const wanted = this.#latched ? ['EMERGENCY'] : ['IDLE', 'EMERGENCY'];
    if (engine === undefined || !wanted.includes(engine))
      this.#say(`after a start the desk is ${engine ?? '?'}, it must be ${wanted.join(' or ')}`);
    for (const { name, life } of operator.watchers())
      if (life !== 'draft' && life !== 'locked' && life !== 'cancelled')
        this.#say(`after a start the trigger ${name} is ${life} by itself`);
    this.#still ??= { from: this.#openedAt, why: 'after a start, before the operator had started the desk' };
  }

  async #judgeBook({ operator, startedAt }: DeskProcess): Promise<void> {
    const began = performance.now();
    let left: readonly Difference[] = [];
    const look = (): boolean => {
      this.truth.read();
      left = operator.isReconciled
        ? differences(this.truth, operator, { from: startedAt, until: this.#openedAt + IN_FLIGHT_MS })
        : [{ text: `the desk is not reconciled: ${operator.status?.problem?.text ?? operator.status?.reconciliation.text ?? ''}` }];
      return left.length === 0;
    };
    const isEqual = await operator.until(look, EXCUSED_MS);
    if (!isEqual && left.some(({ excuse }) => excuse === undefined)) await operator.until(look, EQUAL_MS - EXCUSED_MS);
    for (const { text, excuse } of left) if (excuse === undefined) this.#say(`the book differs from the broker's: ${text}`);
    this.figures.openingPositions += left.filter(({ excuse }) => excuse !== undefined).length;
    this.figures.unknownOrders += operator.orders().filter(({ state }) => state === 'UNKNOWN').length;
    this.figures.equalMs.push(performance.now() - began);
  }

  /** Arms and acts until the blow falls, and lets it fall. */
  async #trade(number: number, plan: CyclePlan): Promise<void> {
    const desk = this.#desk!;
    const { operator } = desk;
    const acting = untilDeath(async () => {
      for (const [at, arm] of plan.arms.entries()) if (await this.hand.arm(operator, arm, `C${number}-${at}`)) this.figures.armed += 1;
      for (const { act, afterMs, which } of plan.acts) {
        await pause(afterMs);
        await this.hand.act(operator, act, which);
      }
    });
    const moment = this.#moment(
      plan.moment,
      acting.then(() => pause(MOMENT_MS)),
    );
    await Promise.race([moment, desk.child.gone]);
    if (desk.child.isGone) this.#say(`the desk died by itself with ${String(await desk.child.gone)}`);
    await this.#blow(desk, plan.blow);
    if (this.#desk === undefined) operator.close();
    await acting;
  }

  /** Resolves when the moment has come, or with `late`. */
  #moment(moment: Moment, late: Promise<void>): Promise<void> {
    return new Promise((come) => {
      const ends: (() => void)[] = [];
      const now = (): void => {
        for (const end of ends) end();
        come();
      };
      const later = (ms: number): void => {
        const timer = setTimeout(now, ms);
        ends.push(() => clearTimeout(timer));
      };
      const soon = (ms: number): void => (ms === 0 ? now() : later(ms));
      void late.then(now, now);
      if (moment.at === 'time') later(moment.afterMs);
      else if (moment.at === 'order') {
        let left = moment.nth;
        ends.push(
          this.truth.onLine(({ event }) => {
            if (event === 'placed' && (left -= 1) === 0) soon(moment.afterMs);
          }),
        );
      } else {
        ends.push(onIntent(join(this.folder, 'data', 'journal'), () => soon(moment.afterMs)));
      }
    });
  }

  async #blow(desk: DeskProcess, blow: Blow): Promise<void> {
    switch (blow.kind) {
      case 'kill':
        await this.#kill(desk);
        return;
      case 'kill-twice': {
        await this.#kill(desk);
        const half = spawnDesk(this.#place);
        await Promise.race([pause(blow.afterStartMs), half.gone]);
        if (half.isGone) this.#say(`the desk ended during its start with ${String(await half.gone)}`);
        await half.kill();
        this.figures.kills += 1;
        return;
      }
      case 'stop':
      case 'stop-and-kill': {
        const wasRunning = isRunning(desk.operator);
        desk.child.signal('SIGSTOP');
        await pause(blow.forMs);
        const from = Date.now();
        if (blow.kind === 'stop-and-kill') await this.#kill(desk);
        else {
          desk.child.signal('SIGCONT');
          if (blow.forMs >= STANDSTILL_MS && wasRunning) await this.#judgeWaking(desk, from, blow.forMs);
        }
        this.figures.deskStops += 1;
        return;
      }
      case 'stop-broker':
        this.#broker.signal('SIGSTOP');
        this.figures.brokerStops += 1;
        if (blow.killAfterMs !== undefined) {
          await pause(blow.killAfterMs);
          await this.#kill(desk);
        }
        await pause(blow.forMs);
        this.#broker.signal('SIGCONT');
        return;
      case 'kill-switch': {
        this.figures.killSwitches += 1;
        const answered = untilDeath(async () => {
          await desk.operator.must('kill', { scope: blow.scope, reason: 'chaos' });
          this.#latched = true;
          this.#still = { from: Date.now() + IN_FLIGHT_MS, why: 'after the kill' };
        });
        if (blow.deathAfterMs === undefined) await answered;
        else {
          await pause(blow.deathAfterMs);
          await this.#kill(desk);
          desk.operator.close();
          await answered;
        }
        return;
      }
    }
  }

  /** P-17: who slept takes nothing up again by itself; what it heard meanwhile is stale. */
  async #judgeWaking(desk: DeskProcess, from: number, forMs: number): Promise<void> {
    const { operator } = desk;
    this.#still = { from, why: `after the desk had stood still for ${forMs} ms, before the operator let it go on` };
    if (!(await operator.until(() => !isRunning(operator), 20_000)))
      this.#say(`the desk stood still for ${forMs} ms and is ${operator.status?.engine ?? '?'} twenty seconds after`);
  }

  async #kill(desk: DeskProcess): Promise<void> {
    await desk.child.kill();
    this.#desk = undefined;
    this.figures.kills += 1;
  }
}

function pause(ms: number): Promise<void> {
  return new Promise((done) => setTimeout(done, ms));
}
