import type { Coordinator } from '#core/commit/coordinator';
import type { Release } from '#core/commit/work';
import { QuoteBoard } from '#core/market/quote-board';
import { Subscriptions } from '#core/market/subscriptions';
import { OrdersOutComparator } from '#core/order/comparator';
import { OrderIndex } from '#core/order/order-index';
import { AccountBoard } from '#core/portfolio/account-board';
import type { BrokerNews, LinkState, TransmitGate } from '#core/ports/broker';
import type { MarketSink } from '#core/ports/market-data';
import type { RecentSend } from '#core/risk/risk-context';
import { RecentSends } from '#core/risk/recent-sends';
import { TriggerIndex } from '#core/trigger/trigger-index';
import { WatcherRegistry } from '#core/trigger/watcher-registry';
import type { ContractDetails } from '#domain/contract';
import type { ConId, OrderKey, TriggerId } from '#domain/ids';
import { isWorking, type Order } from '#domain/order';
import type { Trigger } from '#domain/trigger';
import { Asked } from './asked.ts';
import type { DeskStores, Effect } from './desk-state.ts';
import { positionKey } from './desk-state.ts';
import { isArmedState } from './engine-table.ts';
import { advanceBreaker, OutcomeWatch, restoreBreaker } from './breaker.ts';
import { advanceClosings } from './closing.ts';
import { ExchangeClock } from './exchange-clock.ts';
import { noteSince } from './expiry.ts';
import { onCommission, onPosition } from './fill-news.ts';
import { fire } from './firing.ts';
import { followExecution, followFilled } from './follow-fills.ts';
import { transmitGate } from './gate.ts';
import { commit, count, engineState, type Hall, type HallPorts, logLine } from './hall.ts';
import { holdFault } from './holds.ts';
import { KillLatch } from './kill-latch.ts';
import { kill, takeUpKill } from './kill.ts';
import { Latencies } from './latencies.ts';
import { advance, firing, pauseDesk } from './life.ts';
import { onLink, onReconciled, settleOpening, startLookUp } from './link-news.ts';
import { onPnl } from './loss-guard.ts';
import { onOrderBound } from './manual-orders.ts';
import { type Chunk, marketSink } from './market-sink.ts';
import { changeNotSent, dispatchModify, lookAfterChanges } from './modify.ts';
import { onOpenOrdersEnd } from './open-list.ts';
import { completedWord, onOpenOrder, onOrderNotice, onOrderStatus } from './order-news.ts';
import { OutsideWatch } from './outside-watch.ts';
import { watchOutage } from './outage.ts';
import { dispatchPlace, notSent, orderSent } from './place-orders.ts';
import { askPositions, look } from './looking.ts';
import { positionsListed, watchPosition } from './position-check.ts';
import { PositionWatch } from './position-watch.ts';
import { Recall } from './recall.ts';
import { recallOrders } from './recalling.ts';
import { Reconciliation } from './reconciliation.ts';
import { Trims } from './trims.ts';
import { ProtectionWatch } from './protection-watch.ts';
import { advanceTrailings } from './trailing.ts';
import { followTradingState } from './trading-state.ts';
import { expireTriggers, offerDrafts, releaseUnwatched } from './triggers.ts';
import { needsLook } from './unknown-orders.ts';

const CANCEL_AGAIN_MS = 10_000;
const LOOK_AGAIN_MS = 5_000;
const COMPARE_EVERY_MS = 60_000;
const COMPARE_AFTER_FILLS_MS = 2_000;
/** Open orders are compared while any works. */
const LIST_EVERY_MS = 20_000;
/** How often the positions are asked for until they are certain. */
const OPENING_EVERY_MS = 2_000;

const NO_LINK: LinkState = {
  connections: [],
  ready: false,
  epoch: -1,
  upstream: 'unknown',
  upstreamSince: 0,
  farms: [],
  accounts: [],
  messageRate: 0,
  messageLimit: 0,
  problem: { code: 'not-started', text: 'The connection to TWS has not been started.' },
};

/** The hall with its rooms tied together: news in, commits, effects out. One thread, nothing awaits. */
export class DeskCore {
  readonly hall: Hall;
  readonly gate: TransmitGate;
  readonly sink: MarketSink;
  readonly #trims: Trims;
  readonly #outside: OutsideWatch;
  readonly #protection: ProtectionWatch;
  readonly #outcomes = new OutcomeWatch();
  #comparedAt = 0;
  #listedAt = 0;
  #fillsSince: number | undefined;
  readonly #chunk: Chunk = { startedAt: undefined };
  #stopTimer: () => void = () => undefined;
  #onLog: (line: Extract<Effect, { kind: 'log' }>, seq: number) => void = () => undefined;

  constructor(options: {
    readonly ports: HallPorts;
    readonly coordinator: Coordinator<Effect>;
    readonly stores: DeskStores;
    readonly simulated: boolean;
  }) {
    const { ports, coordinator, stores } = options;
    const board = new QuoteBoard();
    const details = new Map<ConId, ContractDetails>();
    const exchange = new ExchangeClock(ports.clock, options.simulated);
    this.hall = {
      ports,
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
        mayFire: () => firing(this.hall),
        holds: (spec) => holdFault(this.hall, spec),
      }),
      subscriptions: new Subscriptions({}),
      accounts: new AccountBoard(),
      exchange,
      comparator: new OrdersOutComparator(),
      latch: new KillLatch(),
      latencies: new Latencies(),
      reconciliation: new Reconciliation(),
      positionWatch: new PositionWatch(),
      recall: new Recall(),
      untold: new Set(),
      bracketCancels: new Map(),
      details,
      counters: new Map(),
      unsentCancels: new Set(),
      cancelsAsked: new Asked(CANCEL_AGAIN_MS),
      lookedUp: new Asked(LOOK_AGAIN_MS),
      toldFilled: new Map(),
      unsentGlobalCancel: false,
      link: NO_LINK,
    };
    this.gate = transmitGate(this.hall);
    this.#trims = new Trims(this.hall);
    this.#outside = new OutsideWatch(this.hall);
    this.#protection = new ProtectionWatch(this.hall);
    this.sink = marketSink(this.hall, this.#chunk, () => {
      this.#drain();
    });
    coordinator.dispatchTo((release) => this.#dispatch(release));
    coordinator.subscribe((news) => {
      for (const { store, key, value } of news.changes) this.#note(store, key, value);
    });
  }

  /** Keeps what is derived from the committed state in step with it. */
  #note(store: string, key: string | number, value: unknown): void {
    if (store === 'sends') this.hall.recentSends.note(key as number, value as RecentSend | undefined);
    else if (value === undefined) return;
    else if (store === 'orders') this.#noteOrder(value as Order);
    else if (store === 'triggers') this.hall.triggerIndex.note(value as Trigger);
  }

  #noteOrder(order: Order): void {
    const { index, cancelsAsked, lookedUp } = this.hall;
    const before = index.get(order.key);
    this.#outside.note(before, order);
    this.#outcomes.note(before, order);
    index.note(order);
    noteSince(this.hall, order);
    if (before?.state === order.state) return;
    // An answer: the next question about it is a new one.
    if (order.state !== 'UNKNOWN') lookedUp.forget(order.key);
    if (!isWorking(order.state)) cancelsAsked.forget(order.key);
  }

  onLog(listener: (line: Extract<Effect, { kind: 'log' }>, seq: number) => void): void {
    this.#onLog = listener;
  }

  /** Always disarmed; a latch of an earlier run keeps the desk in EMERGENCY until the operator has re-armed it. */
  start(): void {
    const { hall } = this;
    const latched = hall.ports.killLatchFile.read();
    commit(hall, 'kill', 'desk.start', { kind: 'system', text: 'start of the program' }, (tx) => {
      tx.set(hall.stores.engine, 'desk', { state: 'IDLE', since: tx.at, reason: 'The desk has just started; nothing is armed.', step: 0 });
      if (latched.set) takeUpKill(hall, tx, latched.reason, latched.scope);
    });
    if (latched.set)
      logLine(hall, 'alarm', `The kill switch of an earlier run is still set (${latched.reason}). Acknowledge and re-arm to trade.`);
    offerDrafts(hall);
    recallOrders(hall);
    restoreBreaker(hall);
    this.#arrangeTimer();
  }

  stop(): void {
    this.#stopTimer();
  }

  /** Contract details once known stay: tick, hours, multiplier. */
  learn(details: ContractDetails): void {
    this.hall.details.set(details.contract.conId, details);
  }

  onNews(news: BrokerNews): void {
    const { hall } = this;
    switch (news.kind) {
      case 'link':
        onLink(hall, news.link);
        watchOutage(hall);
        break;
      case 'accounts':
        hall.accounts.offered(news.accounts);
        break;
      case 'order-sent':
        orderSent(hall, news.legs, news.at);
        break;
      case 'order-not-sent':
        changeNotSent(hall, news.refs, news.reason);
        notSent(hall, news.refs, news.reason, hall.latch.isSet());
        break;
      case 'place-frame': {
        const fault = hall.comparator.frame(news.ref, news.quantity, news.modify);
        count(hall, 'order frames');
        if (fault !== undefined) kill(hall, 'own', 'control C-23', fault);
        break;
      }
      case 'open-order':
        onOpenOrder(hall, news.order);
        break;
      case 'order-status':
        onOrderStatus(hall, news.status);
        if (news.status.ibStatus === 'Filled') followFilled(hall, hall.index.find(news.status));
        break;
      case 'order-bound':
        onOrderBound(hall, news);
        break;
      case 'execution':
        followExecution(hall, news, this.#protection);
        watchPosition(hall, positionKey(news.execution.account, news.contract.conId));
        this.#fillsSince ??= hall.ports.clock.now();
        if (news.live) this.#trims.due(news.execution.account, news.execution.conId);
        break;
      case 'commission':
        onCommission(hall, news);
        break;
      case 'completed-order':
        onOpenOrder(hall, { ...news.order, ibStatus: completedWord(news.order.ibStatus, news.completedStatus) }, true);
        break;
      case 'position':
        onPosition(hall, news);
        watchPosition(hall, positionKey(news.account, news.contract.conId));
        break;
      case 'account-value':
        hall.accounts.value(news.account, news.key, news.value, news.currency, hall.ports.clock.now());
        break;
      case 'pnl':
        onPnl(hall, news);
        break;
      case 'pnl-single':
        break;
      case 'end':
        if (news.of === 'open-orders' && news.epoch === hall.link.epoch) onOpenOrdersEnd(hall, news.request);
        if (news.of === 'positions') this.#positionsListed();
        if (hall.reconciliation.end(news.of, news.epoch, news.request)) {
          onReconciled(hall);
          this.#trims.allDue();
        }
        if (news.of === 'positions' || hall.reconciliation.awaitsPositions()) settleOpening(hall);
        break;
      case 'notice':
        onOrderNotice(hall, news.notice);
        if (news.notice.orderId === undefined && news.notice.severity !== 'info') {
          logLine(
            hall,
            news.notice.severity === 'error' ? 'alarm' : 'warning',
            `IB ${news.notice.code}: ${news.notice.text}${news.notice.advice === undefined ? '' : ` ${news.notice.advice}`}`,
          );
        }
        break;
    }
    advanceBreaker(hall, this.#outcomes);
    this.#follow();
  }

  /** What waits for the broker's word is taken further after each of them. */
  #follow(): void {
    const { hall } = this;
    advanceClosings(hall);
    advanceTrailings(hall);
    this.#outside.look(hall.ports.clock.now());
    advance(hall);
  }

  #positionsListed(): void {
    for (const key of positionsListed(this.hall)) {
      const held = this.hall.stores.positions.get(key);
      if (held !== undefined) this.#trims.due(held.account, held.contract.conId);
    }
  }

  /** Everything that depends on passing time; called by its own timer and by tests. */
  onTimer(): void {
    const { hall } = this;
    const now = hall.ports.clock.now();
    hall.registry.onTimer(hall.exchange.now());
    this.#drain();
    expireTriggers(hall);
    if (hall.reconciliation.overdue(now) && hall.link.ready) this.#askAgain();
    watchOutage(hall);
    followTradingState(hall);
    advanceClosings(hall);
    advanceTrailings(hall);
    this.#outside.look(now);
    this.#protection.look(now);
    lookAfterChanges(hall, now);
    const idle = hall.link.ready && hall.link.upstream !== 'down' && hall.reconciliation.done();
    if (idle && !hall.reconciliation.running() && needsLook(hall, now)) startLookUp(hall);
    const opening = hall.link.ready && hall.reconciliation.awaitsPositions() && hall.reconciliation.isQuiet(now);
    if (opening && now - this.#comparedAt >= OPENING_EVERY_MS) {
      this.#comparedAt = now;
      askPositions(hall);
    }
    // The broker's own list, whatever was lost on the way: terms that a message should have told, and orders of other programs, which
    // TWS tells unasked to its master client alone.
    if (idle && now - this.#listedAt > LIST_EVERY_MS) {
      this.#listedAt = now;
      hall.ports.broker.requestOpenOrders();
    }
    const burst = this.#fillsSince !== undefined && now - this.#fillsSince > COMPARE_AFTER_FILLS_MS;
    if (hall.link.ready && hall.reconciliation.done() && (burst || now - this.#comparedAt > COMPARE_EVERY_MS)) {
      this.#comparedAt = now;
      this.#fillsSince = undefined;
      askPositions(hall);
    }
    if (idle && hall.positionWatch.asks(now)) look(hall);
    advance(hall);
  }

  #askAgain(): void {
    const { hall } = this;
    const missing = hall.reconciliation.missing().join(', ');
    const text =
      hall.reconciliation.kind() === 'look-up'
        ? `Looking orders up: no answer yet for ${missing}; asking again.`
        : `Reconciling: no answer yet for ${missing}; asking again. Nothing leaves meanwhile.`;
    logLine(hall, 'warning', text);
    hall.ports.broker.reconcile();
    hall.reconciliation.again(hall.ports.clock.now());
  }

  #arrangeTimer(): void {
    this.#stopTimer = this.hall.ports.scheduler.after(500, () => {
      this.onTimer();
      this.#arrangeTimer();
    });
  }

  /** End of a chunk: what fired leaves in the order in which it fired. */
  #drain(): void {
    const firings = this.hall.registry.drain();
    if (firings.length === 0) return;
    const receivedAt = this.#chunk.startedAt ?? this.hall.ports.clock.monotonic();
    for (const firing_ of firings) fire(this.hall, firing_, receivedAt);
    releaseUnwatched(
      this.hall,
      firings.map((firing_) => firing_.triggerId),
    );
    advance(this.hall);
  }

  /** For commands that may have woken a watcher. */
  drainNow(): void {
    this.#drain();
  }

  /** After a firing that came from a command. */
  settle(id: TriggerId): void {
    releaseUnwatched(this.hall, [id]);
    advance(this.hall);
  }

  #dispatch(release: Release<Effect>): void {
    const { hall } = this;
    const { effect } = release;
    switch (effect.kind) {
      case 'place':
        dispatchPlace(hall, effect.approved, release.durable);
        break;
      case 'modify':
        dispatchModify(hall, effect, release.durable);
        break;
      case 'cancel': {
        // Unsent until the broker port has said otherwise, also when it breaks.
        hall.unsentCancels.add(effect.key);
        const outcome = hall.ports.broker.cancel(effect.address);
        if (outcome.kind === 'refused') this.#cancelRefused(effect.key, outcome.reason);
        else hall.unsentCancels.delete(effect.key);
        break;
      }
      case 'global-cancel':
        hall.unsentGlobalCancel = hall.ports.broker.globalCancel().kind === 'refused';
        break;
      case 'log':
        this.#onLog(effect, release.seq);
        break;
    }
    if (!release.durable) this.#journalFailed();
  }

  #cancelRefused(key: OrderKey, reason: string): void {
    commit(this.hall, 'risk-reducing', 'cancel.not-sent', { kind: 'system', text: reason, ref: key }, (tx) => {
      const order = tx.get(this.hall.stores.orders, key);
      if (order === undefined) return;
      tx.set(this.hall.stores.orders, key, { ...order, note: `the cancel could not leave: ${reason}`, updatedAt: tx.at });
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
    if (isArmedState(engineState(this.hall)))
      pauseDesk(this.hall, `The journal cannot be written (${this.hall.ports.journal.status().reason ?? 'unknown reason'}).`, 'the desk');
  }
}
