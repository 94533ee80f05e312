import type { Coordinator } from '#core/commit/coordinator';
import type { Stores } from '#core/commit/stores';
import type { CommitBug } from '#core/commit/work';
import type { DeskCore } from '#core/engine/desk-core';
import type { DeskStores, Effect } from '#core/state/records';
import { engineState, type DeskState } from '#core/state/desk-state';
import type { EngineState } from '#core/state/engine-state';
import type { BrokerNews } from '#core/ports/broker';
import type { RiskRules } from '#core/risk/risk-context';
import type { Contract } from '#domain/contract';
import type { Amount } from '#domain/money';
import type { TriggerId } from '#domain/ids';
import type { Order } from '#domain/order';
import { assembleCore } from '../support/core/assemble-core.ts';
import { detailsOf, rulesOf } from '../support/core/fixtures.ts';
import { Tamper } from './bugs.ts';
import { ProcessClock } from './clock.ts';
import type { CrashPoint } from './crash.ts';
import { breakerFile, draftsFile, earlierOrders, idFile, latchFile, LifeJournal } from './files.ts';
import { contractOf } from './told.ts';
import { Transport } from './transport.ts';
import type { World } from './world.ts';

/** Shares of one contract that all orders together may lead to. */
export const POSITION_LIMIT = 400;

export const RULES: RiskRules = rulesOf({
  maxPositionShares: POSITION_LIMIT,
  maxWorkingPerSide: 8,
  firingsPerTenMinutes: 1_000,
  ordersPerSecondPerSymbol: 10,
  duplicateWindowSeconds: 1,
});

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
  readonly alarms: { readonly text: string; readonly key: string | undefined; readonly at: number }[] = [];
  readonly bugs: readonly CommitBug[];
  readonly #world: World;
  #alive = true;
  /** The day's profit and loss as this life was last told it. */
  daily: Amount | undefined;

  constructor(world: World, number: number) {
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
    this.transport = new Transport({
      clock: this.clock,
      random: world.random,
      tws: world.tws,
      wires: world.wires,
      ids: idFile(process),
      bracket: (legs) => {
        if (this.#alive && world.disk.fault === undefined) for (const leg of legs) world.disk.numbers.set(leg.ref, leg);
      },
      tamper,
      alive,
      crash,
      writing: (frame) => {
        world.invariants.writing(this, frame);
      },
      changing: (frame) => {
        world.invariants.changing(this, frame);
      },
      cancelling: (address) => {
        world.invariants.cover.cancelling(this, address);
      },
      wrote: (clientId, frame) => {
        world.listener?.frame(number, clientId, frame);
      },
      arrived: (ref) => {
        world.invariants.arrived(ref);
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
        rules: () => RULES,
        earlierOrders: earlierOrders(world.disk),
      },
    });
    ({ commits: this.commits, stores: this.stores, coordinator: this.coordinator, core: this.core, bugs: this.bugs } = assembled);
    this.deskState = this.core.deskState;
    this.core.onLog((line) => {
      if (this.#alive) world.listener?.log(number, line);
      if (line.level === 'alarm') this.alarms.push({ text: line.text, key: line.subject?.key, at: world.clock.now() });
    });
    this.coordinator.subscribe((news) => {
      if (!this.#alive) return;
      world.listener?.commit(number, news);
      for (const { store, value } of news.changes) {
        const order = value as Order | undefined;
        if (store === 'orders' && order?.state === 'UNKNOWN' && order.ref !== undefined) tamper.unknown(order.ref);
      }
      world.invariants.committed(this, news);
    });
    this.transport.setGate(this.core.gate);
    this.transport.quotes.setSink(this.core.sink);
    this.core.start();
    for (const instrument of world.tws.listing.all) this.#know(contractOf(instrument));
    this.transport.start();
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
    this.#world.note(describe(news));
    // A figure of an account that the desk has not been offered yet is nobody's; TWS is asked for it afterwards.
    if (news.kind === 'pnl' && this.deskState.accounts.get(news.account) !== undefined) this.daily = news.daily;
    this.core.onNews(news);
  }
}

/** For the trace of a failing storm; undefined for what comes too often. */
function describe(news: BrokerNews): string | undefined {
  switch (news.kind) {
    case 'link':
      return `link: ${news.link.ready ? 'ready' : (news.link.problem?.code ?? 'not ready')}, upstream ${news.link.upstream}, epoch ${news.link.epoch}`;
    case 'open-order':
    case 'completed-order': {
      const { orderRef, permId, ibStatus, quantity, clientId, orderId } = news.order;
      return `${news.kind} ${orderRef ?? ''} ${clientId}:${orderId} perm ${permId} ${ibStatus} of ${quantity / 10_000}`;
    }
    case 'order-status':
      return `order-status ${news.status.clientId}:${news.status.orderId} perm ${news.status.permId} ${news.status.ibStatus} filled ${(news.status.filled ?? 0) / 10_000}`;
    case 'execution': {
      const { execId, side, quantity, orderRef, permId } = news.execution;
      return `execution ${execId} ${side} ${quantity / 10_000} ${news.contract.symbol} ${orderRef ?? ''} perm ${permId}${news.live ? '' : ' (listed)'}`;
    }
    case 'position':
      return `position ${news.contract.symbol} ${news.quantity / 10_000}`;
    case 'end':
      return `end of ${news.of}, epoch ${news.epoch}`;
    case 'notice':
      return `notice ${news.notice.code} ${news.notice.orderId ?? ''} ${news.notice.text}`;
    case 'order-not-sent':
      return `order-not-sent ${news.refs.join(' ')} ${news.reason}`;
    default:
      return undefined;
  }
}
