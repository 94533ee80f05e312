import type { Coordinator } from '#core/commit/coordinator';
import type { Stores } from '#core/commit/stores';
import type { DeskCore } from '#core/engine/desk-core';
import type { DeskStores, Effect, EngineRecord } from '#core/state/records';
import { engineState, type DeskState } from '#core/state/desk-state';
import { kill } from '#core/safety/kill';
import { acknowledgeKill, confirmRearm, requestRearm, startDesk } from '#core/engine/operator-commands';
import { armAsSeen } from './arm-as-seen.ts';
import type { BrokerNews, LinkState, OpenOrderNews, OrderStatusNews } from '#core/ports/broker';
import type { BreakerFile, EarlierOrders, TriggerDraft } from '#core/ports/desk-files';
import type { RiskRules } from '#core/risk/risk-context';
import type { CommitBug } from '#core/commit/work';
import type { Contract } from '#domain/contract';
import type { Execution, Fill } from '#domain/execution';
import type { ClientId, ExecId, OrderId, OrderKey, OrderRef, PermId, TriggerId } from '#domain/ids';
import { amountOf } from '#domain/money';
import type { Order } from '#domain/order';
import { orderRef, type Leg } from '#domain/order-ref';
import type { Position } from '#domain/position';
import { units, ZERO } from '#domain/quantity';
import { minus, plus, sumOf } from '#domain/scaled';
import type { Trigger, TriggerAction, TriggerSpec } from '#domain/trigger';
import { assembleCore, MemoryDrafts } from './assemble-core.ts';
import { detailsOf, DU, manualOrder, MemoryLatchFile, rulesOf } from './fixtures.ts';
import { ScriptedBroker, ScriptedMarket } from './broker.ts';
import { FakeClock } from '../fake-clock.ts';
import { MemoryJournal } from '../journal/memory-journal.ts';
import { action, IBM, price, px, spec } from './trigger-fixtures.ts';

export interface LogLine {
  readonly level: 'info' | 'warning' | 'alarm';
  readonly text: string;
}

interface DeskOptions {
  readonly latchFile?: MemoryLatchFile;
  readonly drafts?: readonly TriggerDraft[];
  readonly startAfter?: number;
  /** What the journal of the runs before has of orders. */
  readonly earlier?: readonly Order[];
  readonly earlierTrouble?: string;
  /** Of those orders that are UNKNOWN because their state could not be read: the word there. */
  readonly earlierStates?: ReadonlyMap<OrderKey, string>;
  /** What else was read of them. */
  readonly earlierRead?: Pick<ReturnType<EarlierOrders>, 'names' | 'times'>;
  readonly breakerFile?: BreakerFile;
  readonly startRefusal?: () => string | undefined;
  /** Takes the exchange's time from the server, as on the simulator; default false. */
  readonly simulated?: boolean;
  /** Epoch ms. */
  readonly startAt?: number;
  /** In place of a fake clock that begins at `startAt`. */
  readonly clock?: FakeClock;
}

/** A desk with everything real but the broker, the market, the clock and the files. */
export class CoreDesk {
  readonly clock: FakeClock;
  readonly journal = new MemoryJournal();
  readonly broker = new ScriptedBroker();
  readonly market = new ScriptedMarket();
  readonly latchFile: MemoryLatchFile;
  readonly commits: Stores;
  readonly stores: DeskStores;
  readonly coordinator: Coordinator<Effect>;
  readonly core: DeskCore;
  readonly deskState: DeskState;
  readonly logs: LogLine[] = [];
  readonly bugs: readonly CommitBug[];
  rules: RiskRules = rulesOf();
  epoch = 0;
  readonly #drafts: MemoryDrafts;
  #execs = 0;

  constructor(options: DeskOptions = {}) {
    this.clock = options.clock ?? new FakeClock(options.startAt);
    this.latchFile = options.latchFile ?? new MemoryLatchFile();
    this.#drafts = new MemoryDrafts(options.drafts);
    const assembled = assembleCore({
      clock: this.clock,
      journal: this.journal,
      ports: {
        broker: this.broker,
        market: this.market,
        killLatchFile: this.latchFile,
        drafts: this.#drafts,
        ...(options.breakerFile === undefined ? {} : { breakerFile: options.breakerFile }),
        ...(options.startRefusal === undefined ? {} : { startRefusal: options.startRefusal }),
        rules: () => this.rules,
        earlierOrdersFile: () => ({
          orders: options.earlier ?? [],
          ...options.earlierRead,
          ...(options.earlierStates === undefined ? {} : { unreadStates: options.earlierStates }),
          ...(options.earlierTrouble === undefined ? {} : { trouble: options.earlierTrouble }),
        }),
      },
      ...(options.startAfter === undefined ? {} : { startAfter: options.startAfter }),
      ...(options.simulated === undefined ? {} : { simulated: options.simulated }),
    });
    ({ commits: this.commits, stores: this.stores, coordinator: this.coordinator, core: this.core, bugs: this.bugs } = assembled);
    this.deskState = this.core.deskState;
    this.broker.gate = this.core.gate;
    this.broker.now = () => this.clock.now();
    this.broker.emit = (news) => this.core.onNews(news);
    this.core.onLog((line) => this.logs.push({ level: line.level, text: line.text }));
  }

  get state(): string {
    return engineState(this.deskState);
  }

  /** The triggers as this run has written them last for the next one. */
  get saved(): readonly TriggerDraft[] {
    return this.#drafts.saved;
  }

  /** How far the newest kill has come. */
  get kill(): EngineRecord['kill'] {
    return this.stores.engine.get('desk')?.kill;
  }

  // The connection

  link(more: Partial<LinkState> = {}): LinkState {
    return {
      connections: [],
      ready: true,
      epoch: this.epoch,
      upstream: 'up',
      upstreamSince: this.clock.now(),
      farms: [],
      accounts: [DU],
      messageRate: 0,
      messageLimit: 40,
      ...more,
    };
  }

  /** A new socket, ready; the answers of the reconciliation are still to come. */
  connect(more: Partial<LinkState> = {}): void {
    this.epoch += 1;
    this.broker.socket = true;
    this.news({ kind: 'link', link: this.link(more) });
  }

  disconnect(): void {
    this.broker.socket = false;
    this.news({
      kind: 'link',
      link: this.link({
        ready: false,
        upstream: 'unknown',
        accounts: [DU],
        problem: { code: 'connection-lost', text: 'The connection to TWS was lost.' },
      }),
    });
  }

  upstream(upstream: 'up' | 'down'): void {
    this.news({ kind: 'link', link: this.link({ upstream }) });
  }

  /** The lists end that were asked for last, or with that number. */
  ends(request = this.broker.requests): void {
    for (const of of ['open-orders', 'completed-orders', 'executions', 'positions'] as const) this.end(of, this.epoch, request);
  }

  end(of: 'open-orders' | 'completed-orders' | 'executions' | 'positions', epoch = this.epoch, request = this.broker.requests): void {
    this.news({ kind: 'end', of, epoch, request });
  }

  news(news: BrokerNews): void {
    this.core.onNews(news);
  }

  pnl(daily = 0): void {
    this.news({
      kind: 'pnl',
      account: DU,
      daily: amountOf(daily),
      unrealized: undefined,
      realized: undefined,
    });
  }

  // The way to work

  /** Connected and reconciled, started by the operator, details known; SCANNING. */
  started(contracts: readonly Contract[] = [IBM]): this {
    this.core.start();
    this.connect();
    this.ends();
    this.pnl();
    for (const contract of contracts) this.know(contract);
    const done = startDesk(this.deskState, 'the test');
    if (!done.ok) throw new Error(done.error.text);
    return this;
  }

  know(contract: Contract, minTick = 0.01): void {
    this.core.learn(detailsOf(contract, minTick));
    this.market.known.set(contract.conId, detailsOf(contract, minTick));
    this.deskState.board.follow(contract);
  }

  /** A two-sided market a cent wide on both sides of `last`; drained. */
  quote(last: number, contract: Contract = IBM, half = 0.01): void {
    this.ticks(contract, { bid: last - half, ask: last + half, last });
  }

  ticks(contract: Contract, figures: { readonly bid?: number; readonly ask?: number; readonly last?: number }): void {
    const at = this.clock.now();
    for (const field of ['bid', 'ask', 'last'] as const) {
      const value = figures[field];
      if (value !== undefined) this.core.sink.tick({ conId: contract.conId, field, price: px(value), at });
    }
    this.core.sink.chunkEnd();
  }

  /** Fires when the last of IBM crosses above `level`. */
  spec(level = 180, more: Partial<TriggerSpec> = {}, does: Partial<TriggerAction> = {}): TriggerSpec {
    return spec(price(IBM, 'last', 'crosses-above', level), { action: action(IBM, does), ...more });
  }

  arm(wanted: TriggerSpec = this.spec()): TriggerId {
    const armed = armAsSeen(this.deskState, wanted, 'the test');
    if (!armed.ok) throw new Error(armed.error.text);
    this.core.drainNow();
    return armed.value.id;
  }

  rearmTrigger(id: TriggerId, wanted?: TriggerSpec): TriggerId {
    const trigger = this.trigger(id);
    const armed = armAsSeen(this.deskState, wanted ?? trigger.spec, 'the test', { id, version: trigger.updatedAt });
    if (!armed.ok) throw new Error(armed.error.text);
    this.core.drainNow();
    return armed.value.id;
  }

  /** Started, quoted at 179.90 and armed above 180.00. */
  waiting(does: Partial<TriggerAction> = {}): TriggerId {
    this.started();
    this.quote(179.9);
    const id = this.arm(this.spec(180, {}, does));
    this.quote(179.9);
    return id;
  }

  /** `waiting`, and the market goes through the level; the refs of what left. */
  fired(does: Partial<TriggerAction> = {}): { readonly id: TriggerId; readonly entry: OrderRef } {
    const id = this.waiting(does);
    this.quote(180.02);
    return { id, entry: this.ref(id) };
  }

  killBy(scope: 'own' | 'all' = 'own', reason = 'the test says so', exits: 'keep' | 'cancel' = 'keep'): void {
    kill(this.deskState, scope, 'the test', reason, exits);
  }

  /** Acknowledge, ask, confirm. */
  rearm(): void {
    for (const done of [
      acknowledgeKill(this.deskState, 'the test', 'seen'),
      requestRearm(this.deskState, 'the test'),
      confirmRearm(this.deskState, 'the test', this.stores.engine.get('desk')?.rearmPhrase ?? ''),
    ])
      if (!done.ok) throw new Error(done.error.text);
  }

  /** Time on in half-second steps, as the desk's own timer has it. */
  wait(ms: number): void {
    this.clock.advance(ms);
  }

  // What the broker says of an order that left

  ref(id: TriggerId, leg: Leg = 'E', gen = this.trigger(id).gen): OrderRef {
    return orderRef({ triggerId: id, gen, fire: 1, leg });
  }

  permOf(ref: OrderRef): PermId {
    return (1_000_000 + this.broker.frameOf(ref).orderId) as PermId;
  }

  openOrder(ref: OrderRef, ibStatus = 'Submitted', more: Partial<OpenOrderNews> = {}): void {
    this.news({ kind: 'open-order', order: this.openOrderOf(ref, ibStatus, more) });
  }

  openOrderOf(ref: OrderRef, ibStatus = 'Submitted', more: Partial<OpenOrderNews> = {}): OpenOrderNews {
    const { orderId, clientId, leg, approved } = this.broker.frameOf(ref);
    const { limit: _none, ...plain } = manualOrder({
      orderId,
      clientId,
      permId: this.permOf(ref),
      side: leg.side,
      quantity: leg.quantity,
    });
    return {
      ...plain,
      contract: approved.value.contract,
      type: leg.type,
      ...(leg.limit === undefined ? {} : { limit: leg.limit }),
      ...(leg.stop === undefined ? {} : { stop: leg.stop }),
      orderRef: ref,
      ibStatus,
      ...more,
    };
  }

  /** As IB lists it among the completed orders: without order id, sometimes without quantity. */
  completedOf(ref: OrderRef, ibStatus: string, more: Partial<OpenOrderNews> = {}): OpenOrderNews {
    return this.openOrderOf(ref, ibStatus, { orderId: 0 as OrderId, clientId: 0 as ClientId, quantity: units(0), ...more });
  }

  status(ref: OrderRef, ibStatus: string, filled = 0, more: Partial<OrderStatusNews> = {}): void {
    this.news({ kind: 'order-status', status: this.statusOf(ref, ibStatus, filled, more) });
  }

  statusOf(ref: OrderRef, ibStatus: string, filled = 0, more: Partial<OrderStatusNews> = {}): OrderStatusNews {
    const { orderId, clientId, leg } = this.broker.frameOf(ref);
    return {
      orderId,
      clientId,
      permId: this.permOf(ref),
      parentId: 0 as OrderId,
      ibStatus,
      filled: units(filled),
      remaining: minus(leg.quantity, units(filled)),
      avgFillPrice: undefined,
      lastFillPrice: undefined,
      whyHeld: '',
      ...more,
    };
  }

  /** One execution; `cum` is what IB counts up to, by default all fills so far and this one. */
  execution(ref: OrderRef, quantity: number, at: number, more: Partial<Execution> = {}): Execution {
    const { orderId, clientId, leg, approved } = this.broker.frameOf(ref);
    this.#execs += 1;
    const fills = [...this.stores.fills.values()].filter((fill) => fill.orderRef === ref);
    const before = sumOf(fills, (fill) => fill.quantity, ZERO);
    return {
      execId: `0000.${String(this.#execs).padStart(4, '0')}.01` as ExecId,
      account: DU,
      conId: approved.value.contract.conId,
      side: leg.side,
      quantity: units(quantity),
      price: px(at),
      cumQuantity: plus(before, units(quantity)),
      avgPrice: px(at),
      orderId,
      permId: this.permOf(ref),
      clientId,
      orderRef: ref,
      time: '20131008  10:30:00',
      at: this.clock.now(),
      ...more,
    };
  }

  fill(ref: OrderRef, quantity: number, at: number, more: Partial<Execution> = {}, live = true): Execution {
    const execution = this.execution(ref, quantity, at, more);
    this.news({ kind: 'execution', execution, contract: this.broker.frameOf(ref).approved.value.contract, live });
    return execution;
  }

  /** What TWS tells of a filled order, in its usual order. */
  fills(ref: OrderRef, quantity: number, at: number): void {
    this.openOrder(ref);
    this.status(ref, 'Submitted');
    this.fill(ref, quantity, at);
    this.status(ref, 'Filled', quantity);
  }

  position(quantity: number, contract: Contract = IBM, cost = 180): void {
    this.news({ kind: 'position', account: DU, contract, quantity: units(quantity), averageCost: px(cost) });
  }

  // What the desk holds to be true

  order(ref: OrderRef | OrderKey): Order {
    const order = this.stores.orders.get(ref as string as OrderKey);
    if (order === undefined) throw new Error(`No order ${ref}`);
    return order;
  }

  trigger(id: TriggerId): Trigger {
    const trigger = this.stores.triggers.get(id);
    if (trigger === undefined) throw new Error(`No trigger ${id}`);
    return trigger;
  }

  held(contract: Contract = IBM): Position | undefined {
    return this.stores.positions.get(`${DU}:${contract.conId}`);
  }

  fillsBooked(): readonly Fill[] {
    return [...this.stores.fills.values()];
  }

  alarms(): readonly string[] {
    return this.logs.filter((line) => line.level === 'alarm').map((line) => line.text);
  }

  counter(name: string): number {
    return this.deskState.counters.get(name) ?? 0;
  }
}
