import type { Coordinator } from '#core/commit/coordinator';
import type { CommitBug } from '#core/commit/work';
import type { DeskCore } from '#core/engine/desk-core';
import type { BrokerNews } from '#core/ports/broker';
import type { Clock } from '#core/ports/clock';
import type { MarketSink } from '#core/ports/market-data';
import type { Scheduler } from '#core/ports/scheduler';
import type { RiskRules } from '#core/risk/risk-context';
import { type DeskState, engineState } from '#core/state/desk-state';
import type { EngineState } from '#core/state/engine-state';
import type { DeskStores, Effect } from '#core/state/records';
import type { Contract } from '#domain/contract';
import type { TriggerId } from '#domain/ids';
import type { Order } from '#domain/order';
import type { Tick } from '#domain/quote';
import { AsyncContext } from '#system/context';
import { createTwsAdapter, type TwsAdapter } from '#tws/tws-adapter';
import { assembleCore } from '../support/core/assemble-core.ts';
import type { StormClock } from './clock.ts';
import { DoubtfulSince } from './doubtful-since.ts';
import { breakerFile, type Disk, draftsFile, earlierOrders, idFile, latchFile, LifeJournal } from './files.ts';

/** The storm's clock as one process has it: its timers die with it, and are counted. */
class LifeClock implements Clock, Scheduler {
  readonly #clock: StormClock;
  readonly #alive: () => boolean;
  #pending = 0;

  constructor(clock: StormClock, alive: () => boolean) {
    this.#clock = clock;
    this.#alive = alive;
  }

  now(): number {
    return this.#clock.now();
  }

  monotonic(): number {
    return this.#clock.monotonic();
  }

  after(ms: number, fn: () => void): () => void {
    this.#pending += 1;
    let over = false;
    const cancel = this.#clock.after(ms, () => {
      over = true;
      this.#pending -= 1;
      if (this.#alive()) fn();
    });
    return () => {
      if (over) return;
      over = true;
      this.#pending -= 1;
      cancel();
    };
  }

  get pending(): number {
    return this.#pending;
  }
}

export interface SocketSurroundings {
  readonly clock: StormClock;
  readonly disk: Disk;
  readonly port: number;
  readonly symbols: readonly string[];
  readonly rules: RiskRules;
  readonly jitter: () => number;
  newTriggerId(): TriggerId;
  heard(life: SocketLife, news: BrokerNews): void;
  tick(tick: Tick): void;
}

/** One life of the desk on the real adapter: born on what is on the disk, stopped in order or dead at once. */
export class SocketLife {
  readonly clock: LifeClock;
  readonly stores: DeskStores;
  readonly core: DeskCore;
  readonly deskState: DeskState;
  readonly adapter: TwsAdapter;
  readonly journal: LifeJournal;
  readonly coordinator: Coordinator<Effect>;
  readonly bugs: readonly CommitBug[];
  readonly alarms: { readonly text: string; readonly key: string | undefined; readonly at: number }[] = [];
  readonly doubtfulSince = new DoubtfulSince();
  readonly contracts = new Map<string, Contract>();
  readonly #world: SocketSurroundings;
  #alive = true;

  constructor(world: SocketSurroundings) {
    this.#world = world;
    const alive = (): boolean => this.#alive;
    this.clock = new LifeClock(world.clock, alive);
    const process = { disk: world.disk, clock: world.clock, alive, crash: () => undefined };
    this.journal = new LifeJournal(process);
    let serverTime: (seconds: number, roundTripMs: number) => void = () => undefined;
    this.adapter = createTwsAdapter(
      { host: '127.0.0.1', port: world.port, allowLive: false },
      {
        clock: this.clock,
        scheduler: this.clock,
        random: world.jitter,
        ids: idFile(process),
        liveConfirmed: () => false,
        onServerTime: (seconds, roundTripMs) => {
          serverTime(seconds, roundTripMs);
        },
        onBracket: (legs) => {
          if (this.#alive) for (const leg of legs) world.disk.numbers.set(leg.ref, leg);
        },
      },
    );
    const assembled = assembleCore({
      clock: this.clock,
      context: new AsyncContext(),
      journal: this.journal,
      startAfter: this.journal.startAfter,
      ports: {
        broker: this.adapter.broker,
        market: this.adapter.market,
        ids: { triggerId: () => world.newTriggerId(), phrase: () => 'K7QX' },
        killLatchFile: latchFile(process),
        drafts: draftsFile(process),
        breakerFile: breakerFile(process),
        rules: () => world.rules,
        earlierOrdersFile: earlierOrders(world.disk),
      },
      simulated: true,
    });
    ({ stores: this.stores, core: this.core, coordinator: this.coordinator, bugs: this.bugs } = assembled);
    this.deskState = this.core.deskState;
    serverTime = (seconds, roundTripMs) => {
      this.core.onServerTime(seconds, roundTripMs);
    };
    this.#listen();
    this.adapter.setSink(seenSink(this.core.sink, world));
    this.adapter.setGate(this.core.gate);
    this.core.start();
    this.adapter.start();
    for (const symbol of world.symbols) void this.#learn(symbol);
  }

  get alive(): boolean {
    return this.#alive;
  }

  get state(): EngineState {
    return engineState(this.deskState);
  }

  /** The operator ends the program. Resolves when its sockets are closed. */
  async stop(): Promise<void> {
    this.core.stop();
    await this.adapter.stop();
    this.#alive = false;
  }

  /** The process dies. What it still executes reaches nobody. */
  die(): void {
    this.#alive = false;
  }

  #listen(): void {
    this.adapter.onNews((news) => {
      if (this.#alive) this.#world.heard(this, news);
      this.core.onNews(news);
    });
    this.core.onLog(({ level, text, subject }) => {
      if (level === 'alarm') this.alarms.push({ text, key: subject?.key, at: this.clock.now() });
    });
    this.coordinator.subscribe(({ changes }) => {
      for (const { store, value } of changes) {
        const order = value as Order | undefined;
        if (store !== 'orders' || order === undefined) continue;
        this.doubtfulSince.note(order, this.clock.now());
      }
    });
  }

  /** The operator looks the symbol up until TWS answers. */
  async #learn(symbol: string): Promise<void> {
    const { market } = this.adapter;
    const found = this.deskState.link.ready ? await market.search(symbol) : undefined;
    const contract = found?.ok === true ? found.value.find((candidate) => candidate.symbol === symbol) : undefined;
    const details = contract === undefined ? undefined : await market.details(contract);
    if (!this.#alive) return;
    if (details?.ok === true) {
      this.core.learn(details.value);
      this.contracts.set(symbol, details.value.contract);
    } else this.#world.clock.after(1_000, () => void (this.#alive && this.#learn(symbol)));
  }
}

/** The desk's sink, whose prices the operator sees too. */
function seenSink(sink: MarketSink, world: SocketSurroundings): MarketSink {
  return {
    tick: (tick) => {
      world.tick(tick);
      sink.tick(tick);
    },
    info: (conId, info, at) => {
      sink.info(conId, info, at);
    },
    malformed: (conId, raw) => {
      sink.malformed(conId, raw);
    },
    baseline: (conId, again) => {
      sink.baseline(conId, again);
    },
    subscriptionFailed: (conId, code, text) => {
      sink.subscriptionFailed(conId, code, text);
    },
    chunkEnd: () => {
      sink.chunkEnd();
    },
  };
}
