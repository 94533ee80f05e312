import { amendOrder } from '#core/execution/transition';
import type { Coordinator } from '#core/commit/coordinator';
import type { Release } from '#core/commit/work';
import { QuoteBoard } from '#core/market/quote-board';
import { Subscriptions } from '#core/market/subscriptions';
import { OrdersOutCheck } from '#core/order/orders-out';
import { OrderIndex } from '#core/order/order-index';
import { AccountBoard } from '#core/portfolio/account-board';
import type { BrokerNews, TransmitGate } from '#core/ports/broker';
import type { MarketSink } from '#core/ports/market-data';
import type { RecentSend } from '#core/risk/risk-context';
import { RecentSends } from '#core/risk/recent-sends';
import { TriggerIndex } from '#core/trigger/trigger-index';
import { WatcherRegistry } from '#core/trigger/watcher-registry';
import type { ContractDetails } from '#domain/contract';
import type { ConId, OrderKey, TriggerId } from '#domain/ids';
import { isWorking, type Order } from '#domain/order';
import type { Trigger } from '#domain/trigger';
import { ResizeAttempts } from '#core/state/resize-attempts';
import { NO_LINK } from '#core/state/no-link';
import { RetrySchedule } from '#core/state/retry-schedule';
import type { DeskStores, Effect } from '#core/state/records';
import { isArmedState } from '#core/state/engine-state';
import { advanceBreaker, OutcomeWatch, restoreBreaker } from '#core/safety/rejection-breaker';
import { advanceCloses } from '#core/protection/close-position';
import type { CauseKind } from '#core/ports/cause';
import { takeServerTime } from './broker-clock.ts';
import { ExchangeClock } from '#core/state/exchange-clock';
import { noteSince } from '#core/reports/expiry';
import { advance, firing } from '#core/state/engine-life';
import { pauseDesk } from '#core/execution/halt';
import { latchInDoubt } from '#core/execution/latch-doubt';
import { expireTriggers } from '#core/strategy/trigger/change';
import { offerDrafts } from '#core/strategy/trigger/drafts';
import { releaseUnwatched } from '#core/strategy/trigger/market-lines';
import { fire } from '#core/strategy/trigger/fire';
import { BrokerLists, requestMissingLists } from './broker-lists.ts';
import { type NewsFollowers, onBrokerNews } from './on-news.ts';
import { DeskTimers } from './desk-timers.ts';
import { transmitGate } from '#core/pretrade/transmit-gate';
import { commit, engineState, type DeskState, type DeskPorts, logLine } from '#core/state/desk-state';
import type { DeskView } from '#core/state/desk-view';
import { holdReason } from '#core/pretrade/hold-reasons';
import { KillLatch } from '#core/state/kill-latch';
import { takeUpKill, watchKeptExits } from '#core/safety/kill';
import { Latencies } from '#core/state/latency';
import { type Chunk, marketSink } from './on-tick.ts';
import { type DeskAccess, type DeskCommands, deskCommands } from './desk-commands.ts';
import { dispatchModify, followChanges } from '#core/execution/modify';
import { ExternalChangeWatch } from '#core/strategy/trigger/disarm-on-external-change';
import { watchOutage } from '#core/safety/outage';
import { dispatchPlace } from '#core/execution/submit';
import { UnsentCancels } from '#core/state/unsent-cancels';
import { OrderMemos } from '#core/state/order-memos';
import { PositionDifferences } from '#core/state/position-differences';
import { EarlierOrderBook } from '#core/state/earlier-orders';
import { loadEarlierOrders } from '#core/reconciliation/restore-earlier-orders';
import { ComparisonProgress } from '#core/state/comparison-progress';
import { ExitResizer } from '#core/protection/resize-exits';
import { LostStops } from '#core/protection/lost-stops';
import { CoverageWatch } from '#core/protection/coverage-watch';
import { advanceTrailings } from '#core/protection/trailing-stop';
import { followTradingState } from '#core/pretrade/trading-state';

const CANCEL_AGAIN_MS = 10_000;
const LOOK_UP_AGAIN_MS = 5_000;

/** The broker's time of a line's commit, epoch ms, undefined where it is not known; and what led to the commit. */
export interface LogOrigin {
  readonly brokerAt: number | undefined;
  readonly cause: CauseKind;
}

/** A line, the number of its commit, and what led to that. */
export type LogListener = (line: Extract<Effect, { kind: 'log' }>, seq: number, of: LogOrigin) => void;

/** The desk's state with the rooms tied to it: news in, commits, effects out. One thread, nothing awaits. */
export class DeskCore implements DeskAccess {
  readonly deskState: DeskState;
  /** The state for whoever only reads it. */
  readonly view: DeskView;
  readonly commands: DeskCommands;
  readonly gate: TransmitGate;
  readonly sink: MarketSink;
  readonly #followers: NewsFollowers;
  readonly #externalChanges: ExternalChangeWatch;
  readonly #lostStops: LostStops;
  #killsSeen = 0;
  readonly #outcomes = new OutcomeWatch();
  readonly #simulated: boolean;
  readonly #chunk: Chunk = { startedAt: undefined };
  readonly #timers: DeskTimers;
  #onLog: LogListener = () => undefined;

  constructor(options: {
    readonly ports: DeskPorts;
    readonly coordinator: Coordinator<Effect>;
    readonly stores: DeskStores;
    readonly simulated: boolean;
  }) {
    const { ports, coordinator, stores } = options;
    this.#simulated = options.simulated;
    const board = new QuoteBoard();
    const details = new Map<ConId, ContractDetails>();
    const exchange = new ExchangeClock(ports.clock, options.simulated);
    this.#timers = new DeskTimers(ports.scheduler);
    this.deskState = {
      ...ports,
      scheduler: this.#timers,
      coordinator,
      stores,
      index: new OrderIndex(),
      triggerIndex: new TriggerIndex(),
      recentSends: new RecentSends(),
      board,
      registry: new WatcherRegistry({
        board,
        clock: exchange,
        maxQuoteAgeMs: () => ports.rules().limits.maxQuoteAgeMs,
        detailsOf: (conId) => details.get(conId),
        mayFire: () => firing(this.deskState),
        holdReason: (spec) => holdReason(this.deskState, spec),
      }),
      subscriptions: new Subscriptions({}),
      accounts: new AccountBoard(),
      exchange,
      ordersOut: new OrdersOutCheck(),
      latch: new KillLatch(),
      killVerification: { polling: false, listed: false, request: 0 },
      latencies: new Latencies(),
      reconciliation: new ComparisonProgress(),
      positionDifferences: new PositionDifferences(),
      earlierOrders: new EarlierOrderBook(),
      untoldExecutions: new Set(),
      bracketCancels: new Map(),
      memos: new OrderMemos(),
      waitingCommissions: new Map(),
      details,
      counters: new Map(),
      unsentCancels: new UnsentCancels(),
      cancelRetries: new RetrySchedule(CANCEL_AGAIN_MS),
      lookUpRetries: new RetrySchedule(LOOK_UP_AGAIN_MS),
      resizeAttempts: new ResizeAttempts(),
      toldFilled: new Map(),
      unsentGlobalCancel: false,
      link: NO_LINK,
    };
    this.view = this.deskState;
    this.commands = deskCommands(this.deskState, () => {
      this.drainNow();
    });
    this.gate = transmitGate(this.deskState);
    this.#followers = {
      coverage: new CoverageWatch(this.deskState),
      exitResizer: new ExitResizer(this.deskState),
      lists: new BrokerLists(this.deskState),
    };
    this.#externalChanges = new ExternalChangeWatch(this.deskState);
    this.#lostStops = new LostStops(this.deskState);
    this.sink = marketSink(this.deskState, this.#chunk, () => {
      this.drainNow();
    });
    coordinator.brokerTimeFrom((at) => exchange.stamp(at));
    coordinator.dispatchTo((release) => this.#dispatch(release));
    coordinator.subscribe((news) => {
      for (const { store, key, value } of news.changes) this.#note(store, key, value);
    });
  }

  /** Keeps what is derived from the committed state in step with it. */
  #note(store: string, key: string | number, value: unknown): void {
    if (store === 'sends') this.deskState.recentSends.note(key as number, value as RecentSend | undefined);
    else if (value === undefined) return;
    else if (store === 'orders') this.#noteOrder(value as Order);
    else if (store === 'triggers') this.deskState.triggerIndex.note(value as Trigger);
  }

  #noteOrder(order: Order): void {
    const { index, cancelRetries, lookUpRetries } = this.deskState;
    const before = index.get(order.key);
    this.#externalChanges.note(before, order);
    this.#outcomes.note(before, order);
    index.note(order);
    noteSince(this.deskState, order);
    if (before?.state === order.state) return;
    this.#lostStops.note(order);
    // An answer: the next request about it is a new one.
    if (order.state !== 'UNKNOWN') lookUpRetries.forget(order.key);
    if (!isWorking(order.state)) cancelRetries.forget(order.key);
  }

  onLog(listener: LogListener): void {
    this.#onLog = listener;
  }

  /** Always disarmed; a latch of an earlier run keeps the desk in EMERGENCY until the operator has re-armed it. */
  start(): void {
    const { deskState: desk } = this;
    this.#timers.start();
    const latched = desk.killLatchFile.read();
    commit(desk, 'kill', 'desk.start', { kind: 'system', text: 'start of the program' }, (tx) => {
      tx.set(desk.stores.engine, 'desk', { state: 'IDLE', since: tx.at, reason: 'The desk has just started; nothing is armed.', step: 0 });
      if (latched.doubt === true) latchInDoubt(desk, tx, latched.reason);
      else if (latched.set) takeUpKill(desk, tx, latched);
    });
    if (latched.set && latched.doubt !== true)
      logLine(desk, 'alarm', `The kill switch of an earlier run is still set (${latched.reason}). Acknowledge and re-arm to trade.`);
    offerDrafts(desk);
    loadEarlierOrders(desk);
    restoreBreaker(desk);
    this.#arrangeTimer();
  }

  /** What the desk has still arranged ends with it: a kill that is not verified goes on in the next run, by the latch on the disk. */
  stop(): void {
    this.#timers.stop();
  }

  learn(details: ContractDetails): void {
    this.commands.learn(details);
  }

  /** The exchange's time by the broker's clock: whole epoch seconds, and the ms that asking for it took. */
  onServerTime(epochSeconds: number, roundTripMs: number): void {
    takeServerTime(this.deskState, epochSeconds, roundTripMs, this.#simulated);
  }

  /** Contracts whose quotes have changed since the last call; for the one who shows them. */
  takeChangedQuotes(): readonly ConId[] {
    return this.deskState.board.takeDirty();
  }

  onNews(news: BrokerNews): void {
    onBrokerNews(this.deskState, news, this.#followers);
    advanceBreaker(this.deskState, this.#outcomes);
    this.#follow();
  }

  /** What waits for the broker's word is taken further after each of them. */
  #follow(): void {
    const { deskState: desk } = this;
    advanceCloses(desk);
    advanceTrailings(desk);
    this.#lostStops.look();
    this.#externalChanges.look(desk.clock.now());
    advance(desk);
  }

  /** Everything that depends on passing time; called by its own timer and by tests. */
  onTimer(): void {
    const { deskState: desk } = this;
    const now = desk.clock.now();
    desk.registry.onTimer(desk.exchange.now());
    this.drainNow();
    expireTriggers(desk);
    desk.memos.sweep(now, (key) => desk.index.get(key));
    requestMissingLists(desk, now);
    watchOutage(desk);
    followTradingState(desk);
    advanceCloses(desk);
    advanceTrailings(desk);
    this.#lostStops.look();
    this.#externalChanges.look(now);
    this.#fitKeptExits();
    watchKeptExits(desk);
    this.#followers.coverage.look(now);
    followChanges(desk, now);
    this.#followers.lists.onTimer(now);
    advance(desk);
  }

  /** A kill keeps what fits by its groups; what is still larger than the position is made smaller right after it. */
  #fitKeptExits(): void {
    const kills = this.deskState.latch.kills();
    if (kills === this.#killsSeen) return;
    this.#killsSeen = kills;
    this.#followers.exitResizer.allDue();
  }

  #arrangeTimer(): void {
    this.deskState.scheduler.after(500, () => {
      this.onTimer();
      this.#arrangeTimer();
    });
  }

  /** End of a chunk, or a command that may have woken a watcher: what fired leaves in the order in which it fired. */
  drainNow(): void {
    const firings = this.deskState.registry.drain();
    if (firings.length === 0) return;
    const receivedAt = this.#chunk.startedAt ?? this.deskState.clock.monotonic();
    for (const firing_ of firings) fire(this.deskState, firing_, receivedAt);
    releaseUnwatched(
      this.deskState,
      firings.map((firing_) => firing_.triggerId),
    );
    advance(this.deskState);
  }

  /** After a firing that came from a command. */
  settle(id: TriggerId): void {
    releaseUnwatched(this.deskState, [id]);
    advance(this.deskState);
  }

  #dispatch(release: Release<Effect>): void {
    const { deskState: desk } = this;
    const { effect } = release;
    switch (effect.kind) {
      case 'place':
        dispatchPlace(desk, effect.approved, release.durable);
        break;
      case 'modify':
        dispatchModify(desk, effect, release.durable);
        break;
      case 'cancel': {
        // Unsent until the broker port has said otherwise, also when it breaks.
        desk.unsentCancels.add(effect.key);
        const outcome = desk.broker.cancel(effect.address);
        if (outcome.kind === 'refused') this.#cancelRefused(effect.key, outcome.reason);
        else if (outcome.kind === 'queued') desk.unsentCancels.waits(effect.key);
        else desk.unsentCancels.delete(effect.key);
        break;
      }
      case 'global-cancel':
        desk.unsentGlobalCancel = desk.broker.globalCancel().kind === 'refused';
        break;
      case 'log':
        this.#onLog(effect, release.seq, {
          brokerAt: release.brokerAt,
          cause: desk.coordinator.record(release.seq)?.cause.kind ?? 'system',
        });
        break;
    }
    if (!release.durable) this.#journalFailed();
  }

  #cancelRefused(key: OrderKey, reason: string): void {
    commit(this.deskState, 'risk-reducing', 'cancel.not-sent', { kind: 'system', text: reason, ref: key }, (tx) => {
      const order = tx.get(this.deskState.stores.orders, key);
      if (order === undefined) return;
      amendOrder(this.deskState, tx, order, { ...order, note: `the cancel could not leave: ${reason}`, updatedAt: tx.at });
      tx.effect({
        kind: 'log',
        level: 'alarm',
        text: `Cancel of ${order.side} ${order.contract.symbol} could not leave: ${reason}`,
        subject: { kind: 'order', key },
      });
    });
  }

  /** A desk that cannot write down what it does stops raising exposure; getting out stays possible. */
  #journalFailed(): void {
    if (isArmedState(engineState(this.deskState)))
      pauseDesk(
        this.deskState,
        `The journal cannot be written (${this.deskState.journal.status().reason ?? 'unknown reason'}).`,
        'the desk',
      );
  }
}
