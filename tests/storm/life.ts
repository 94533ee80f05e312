import type { Coordinator } from '#core/commit/coordinator';
import type { Stores } from '#core/commit/stores';
import type { CommitBug } from '#core/commit/work';
import type { DeskCore } from '#core/engine/desk-core';
import type { DeskStores, Effect } from '#core/state/records';
import { engineState, type DeskState } from '#core/state/desk-state';
import type { EngineState } from '#core/state/engine-state';
import type { RiskRules } from '#core/risk/risk-context';
import type { BrokerNews } from '#core/ports/broker';
import type { Contract } from '#domain/contract';
import type { Amount } from '#domain/money';
import type { TriggerId } from '#domain/ids';
import type { Order } from '#domain/order';
import { assembleCore } from '../support/core/assemble-core.ts';
import type { Random } from '#simulator/model/random';
import { detailsOf } from '../support/core/fixtures.ts';
import { type BugName, Tamper } from './bugs.ts';
import { ProcessClock, type StormClock } from './clock.ts';
import type { Coverage } from './coverage.ts';
import type { CrashPlan, CrashPoint } from './crash.ts';
import { describeNews } from './describe-news.ts';
import { DoubtfulSince } from './doubtful-since.ts';
import { Firings } from './firings.ts';
import { breakerFile, type Disk, draftsFile, earlierOrders, idFile, latchFile, LifeJournal, type Process } from './files.ts';
import type { Invariants } from './invariants.ts';
import type { StormListener } from './listener.ts';
import { heardSink } from './heard-sink.ts';
import type { WrittenFrame } from './judged.ts';
import { contractOf } from './told.ts';
import { Transport } from './transport.ts';
import type { Tws } from './tws.ts';
import type { Wire } from './wire.ts';

/** The storm around the desk's process, as one life of it finds it. */
export interface Surroundings {
  readonly random: Random;
  readonly clock: StormClock;
  readonly tws: Tws;
  readonly wires: readonly Wire[];
  readonly disk: Disk;
  readonly crashes: CrashPlan;
  readonly coverage: Coverage;
  readonly invariants: Pick<Invariants, 'bench' | 'book' | 'cover' | 'fail' | 'lists' | 'writes'>;
  readonly bug: BugName | undefined;
  readonly listener: StormListener | undefined;
  /** Looks on at every commit, and may break. */
  readonly onlooker: (() => void) | undefined;
  readonly rules: RiskRules;
  /** By how much the desk's idea of the exchange's time may differ now, ms. */
  readonly clockDoubtMs: number;
  /** Odds that an order waits for its place in the message rate. */
  readonly waits: number;
  /** The bytes of the next order are counted twice. */
  countsTwice: boolean;
  newTriggerId(): string;
  note(text: string | undefined): void;
  /** Ends the present life. */
  kill(reason: string): void;
}

/** One life of the desk's process: born on the files, dead at a crash. What a dead process still executes reaches nobody. */
export class Life {
  readonly number: number;
  readonly clock: ProcessClock;
  readonly commits: Stores;
  readonly stores: DeskStores;
  readonly coordinator: Coordinator<Effect>;
  readonly core: DeskCore;
  readonly deskState: DeskState;
  readonly journal: LifeJournal;
  readonly transport: Transport;
  readonly firings: Firings;
  readonly alarms: { readonly text: string; readonly key: string | undefined; readonly at: number }[] = [];
  readonly doubtfulSince = new DoubtfulSince();
  readonly bugs: readonly CommitBug[];
  readonly #world: Surroundings;
  #alive = true;
  /** The day's profit and loss as this life was last told it. */
  daily: Amount | undefined;

  constructor(world: Surroundings, number: number) {
    this.#world = world;
    this.number = number;
    const alive = (): boolean => this.#alive;
    const crash = (point: CrashPoint): void => {
      if (this.#alive && world.crashes.strikes(point)) world.kill(point);
    };
    this.clock = new ProcessClock(world.clock, alive);
    const process = { disk: world.disk, clock: this.clock, alive, crash };
    this.journal = new LifeJournal(process);
    const tamper = new Tamper(world.bug);
    this.firings = new Firings({
      now: () => world.clock.monotonic(),
      trueTime: () => world.clock.now(),
      maxQuoteAgeMs: () => world.rules.limits.maxQuoteAgeMs,
      clockDoubtMs: () => world.clockDoubtMs,
      fail: (text) => {
        if (this.#alive) world.invariants.fail(text);
      },
    });
    this.transport = this.#transport(process, tamper);
    const assembled = assembleCore({
      clock: this.clock,
      journal: this.journal,
      startAfter: this.journal.startAfter,
      ports: {
        broker: this.transport,
        market: this.transport.quotes,
        ids: { triggerId: () => world.newTriggerId() as TriggerId, phrase: () => 'K7QX' },
        killLatchFile: latchFile(process),
        drafts: draftsFile(process),
        breakerFile: breakerFile(process),
        rules: () => world.rules,
        earlierOrdersFile: earlierOrders(world.disk),
      },
    });
    ({ commits: this.commits, stores: this.stores, coordinator: this.coordinator, core: this.core, bugs: this.bugs } = assembled);
    this.deskState = this.core.deskState;
    this.#listen(tamper);
    this.transport.setGate(this.core.gate);
    this.transport.quotes.setSink(heardSink(this.core.sink, world.invariants.bench, this));
    world.invariants.bench.born(this);
    this.core.start();
    for (const instrument of world.tws.listing.all) this.#know(contractOf(instrument));
    this.transport.start();
  }

  #transport(process: Process, tamper: Tamper): Transport {
    const world = this.#world;
    const { writes, cover, lists, bench } = world.invariants;
    let written: WrittenFrame | undefined;
    return new Transport({
      clock: this.clock,
      random: world.random,
      tws: world.tws,
      wires: world.wires,
      ids: idFile(process),
      bracket: (legs) => {
        if (this.#alive && world.disk.fault === undefined) for (const leg of legs) world.disk.numbers.set(leg.ref, leg);
      },
      tamper,
      tape: this.firings.tape,
      alive: process.alive,
      crash: process.crash,
      writing: (frame) => {
        writes.writing(this, frame);
        written = frame;
      },
      changing: (frame) => {
        writes.changing(this, frame);
        const changed = frame.approved.value.changes;
        const order = changed === undefined ? undefined : this.stores.orders.get(changed);
        if (order !== undefined && frame.approved.value.purpose === 'entry') this.firings.changesEntry(order);
        written = frame;
      },
      cancelling: (address) => {
        cover.cancelling(this, address);
        bench.cancelling(this, address);
      },
      cancelLost: (address) => {
        bench.cancelLost(this, address);
      },
      heard: (clientId, told) => {
        bench.told(this, clientId, told);
      },
      wrote: (clientId, frame) => {
        bench.frame(this, { clientId, frame, order: written });
        written = undefined;
        world.listener?.frame(this.number, clientId, frame);
      },
      arrived: (ref) => {
        writes.arrived(ref);
      },
      asked: (request) => {
        lists.asked(request, world.clock.monotonic());
      },
      ended: (end, made) => {
        lists.ended(end, made);
      },
      emit: (news) => {
        this.#hear(news);
      },
      waits: () => world.waits,
      countsTwice: () => {
        const twice = world.countsTwice;
        world.countsTwice = false;
        return twice;
      },
    });
  }

  #listen(tamper: Tamper): void {
    const { listener, clock, invariants } = this.#world;
    this.core.onLog((line) => {
      if (this.#alive) listener?.log(this.number, line);
      if (line.level !== 'alarm') return;
      this.alarms.push({ text: line.text, key: line.subject?.key, at: clock.now() });
      if (this.#alive) this.#world.note(`alarm (${line.subject?.key ?? ''}): ${line.text}`);
    });
    this.coordinator.subscribe((news) => {
      if (!this.#alive) return;
      listener?.commit(this.number, news);
      for (const { store, value } of news.changes) {
        const order = value as Order | undefined;
        if (store !== 'orders' || order === undefined) continue;
        if (order.state === 'UNKNOWN' && order.ref !== undefined) tamper.unknown(order.ref);
        this.doubtfulSince.note(order, clock.now());
      }
      invariants.book.committed(this, news);
      this.#world.coverage.committed(this, news);
      this.firings.committed(news);
      invariants.bench.committed(this, news);
    });
    const { onlooker } = this.#world;
    if (onlooker !== undefined) this.coordinator.subscribe(onlooker);
  }

  get alive(): boolean {
    return this.#alive;
  }

  get state(): EngineState {
    return engineState(this.deskState);
  }

  /** Only the world ends a life. */
  end(): void {
    this.#alive = false;
  }

  #know(contract: Contract): void {
    this.core.learn(detailsOf(contract));
    this.deskState.board.follow(contract);
  }

  #hear(news: BrokerNews): void {
    this.#world.note(describeNews(news));
    // A figure of an account that the desk has not been offered yet is nobody's; TWS is asked for it afterwards.
    if (news.kind === 'pnl' && this.deskState.accounts.get(news.account) !== undefined) this.daily = news.daily;
    this.#world.coverage.heard(this, news);
    this.core.onNews(news);
  }
}
