import type { Coordinator } from '#core/commit/coordinator';
import type { Cause } from '#core/ports/cause';
import type { Lane } from '#core/ports/lane';
import type { Tx } from '#core/commit/transaction';
import type { Subscriptions } from '#core/market/subscriptions';
import type { QuoteBoard } from '#core/market/quote-board';
import type { OrdersOutCheck } from '#core/order/orders-out';
import type { OrderIndex } from '#core/order/order-index';
import type { BrokerNews, BrokerPort, LinkState } from '#core/ports/broker';
import type { Clock } from '#core/ports/clock';
import type { BreakerFile, EarlierOrders, KillLatchFile, TriggerDrafts } from '#core/ports/desk-files';
import type { IdSource } from '#core/ports/id-source';
import type { Journal } from '#core/ports/journal';
import type { MarketDataPort } from '#core/ports/market-data';
import type { Scheduler } from '#core/ports/scheduler';
import type { AccountBoard } from '#core/portfolio/account-board';
import type { RecentSends } from '#core/risk/recent-sends';
import type { RiskRules } from '#core/risk/risk-context';
import type { TriggerIndex } from '#core/trigger/trigger-index';
import type { WatcherRegistry } from '#core/trigger/watcher-registry';
import type { ContractDetails } from '#domain/contract';
import type { ConId, OrderKey } from '#domain/ids';
import type { Quantity } from '#domain/quantity';
import type { ResizeAttempts } from './resize-attempts.ts';
import type { RetrySchedule } from './retry-schedule.ts';
import type { DeskStores, Effect, Subject } from './records.ts';
import type { DeskView } from './desk-view.ts';
import type { EngineState } from './engine-state.ts';
import type { ExchangeClock } from './exchange-clock.ts';
import type { KillLatch } from './kill-latch.ts';
import type { KillVerification } from './kill-verification.ts';
import type { Latencies } from './latency.ts';
import type { EarlierOrderBook } from './earlier-orders.ts';
import type { OrderMemos } from './order-memos.ts';
import type { UnsentCancels } from './unsent-cancels.ts';
import type { PositionDifferences } from './position-differences.ts';
import type { ComparisonProgress } from './comparison-progress.ts';

export type CommissionNews = Extract<BrokerNews, { kind: 'commission' }>;

export interface DeskPorts {
  readonly broker: BrokerPort;
  readonly market: MarketDataPort;
  readonly clock: Clock;
  readonly scheduler: Scheduler;
  readonly ids: IdSource;
  readonly journal: Journal;
  readonly killLatchFile: KillLatchFile;
  readonly drafts: TriggerDrafts;
  readonly breakerFile?: BreakerFile;
  /** Limits in force now; they may change while the desk runs. */
  readonly rules: () => RiskRules;
  /** What the runs before this one believed to be on its way or at the broker; read once, at the start. */
  readonly earlierOrdersFile?: EarlierOrders;
  /** Why the desk must not be started or resumed and nothing armed now (a broken settings file, another account than last time); a sentence. */
  readonly startRefusal?: () => string | undefined;
}

/**
 * What the rooms of the core share: the ports, the committed state, what is derived from it, and what is only observed. A room names the
 * slice it uses and gets no more (`Slice`): a file without `broker` in its slice cannot send.
 */
export interface DeskState extends DeskPorts {
  readonly coordinator: Coordinator<Effect>;
  readonly stores: DeskStores;
  readonly index: OrderIndex;
  readonly triggerIndex: TriggerIndex;
  readonly recentSends: RecentSends;
  readonly board: QuoteBoard;
  readonly registry: WatcherRegistry;
  readonly subscriptions: Subscriptions;
  readonly accounts: AccountBoard;
  readonly exchange: ExchangeClock;
  readonly ordersOut: OrdersOutCheck;
  readonly latch: KillLatch;
  readonly killVerification: KillVerification;
  readonly latencies: Latencies;
  readonly reconciliation: ComparisonProgress;
  readonly positionDifferences: PositionDifferences;
  readonly earlierOrders: EarlierOrderBook;
  /** Filled by IB's word at the beginning of a comparison, and not all of their executions had been told then. */
  readonly untoldExecutions: Set<OrderKey>;
  /** Legs of brackets that IB does not list: in which epoch and when their last cancel left, and whether IB has answered it. */
  readonly bracketCancels: Map<OrderKey, { readonly epoch: number; readonly at: number; readonly answered: boolean }>;
  readonly memos: OrderMemos;
  /** Commission reports that came before their fill, by execId; the oldest goes when there are too many. */
  readonly waitingCommissions: Map<string, CommissionNews>;
  readonly details: Map<ConId, ContractDetails>;
  readonly counters: Map<string, number>;
  /** Cancels that have not left; what found no socket goes out again with the next connection. */
  readonly unsentCancels: UnsentCancels;
  /** Cancels that IB has not taken note of. */
  readonly cancelRetries: RetrySchedule;
  /** Orders of which IB has said nothing where it should, and that were looked up. */
  readonly lookUpRetries: RetrySchedule;
  /** What exits were asked to shrink or to go, and when. */
  readonly resizeAttempts: ResizeAttempts;
  /** Highest quantity that IB's statuses have counted as filled, of orders that this process did not send. */
  readonly toldFilled: Map<OrderKey, Quantity>;
  /** A global cancel that found no socket. */
  unsentGlobalCancel: boolean;
  /** Newest picture of the connection; replaced as a whole. */
  link: LinkState;
}

/** What a file of a room may touch of the desk's state; `tests/arch/slices` holds each to what it uses. */
export type Slice<K extends keyof DeskState> = Pick<DeskState, K>;

export function count(desk: Slice<'counters'>, name: string, by = 1): void {
  desk.counters.set(name, (desk.counters.get(name) ?? 0) + by);
}

export function engineState(desk: Pick<DeskView, 'stores'>): EngineState {
  return desk.stores.engine.get('desk')?.state ?? 'IDLE';
}

/** `deferred`: from inside an effect, or behind work under way; it will be committed, only not before the caller goes on. */
export type Committed<R> =
  { readonly kind: 'committed'; readonly value: R } | { readonly kind: 'deferred' } | { readonly kind: 'failed'; readonly text: string };

/** Submits synchronous work and tells what became of it. `failed`: the commit became a tombstone (a defect, also logged). */
export function attempt<R>(desk: Slice<'coordinator'>, lane: Lane, name: string, cause: Cause, run: (tx: Tx<Effect>) => R): Committed<R> {
  const { outcome } = desk.coordinator.submit({ lane, name, cause, run });
  if (outcome === undefined) return { kind: 'deferred' };
  return outcome.kind === 'committed' ? outcome : { kind: 'failed', text: outcome.reason.text };
}

/** For callers to whom it is the same whether it was done, failed or will be done: `attempt` tells these apart. */
export function commit<R>(desk: Slice<'coordinator'>, lane: Lane, name: string, cause: Cause, run: (tx: Tx<Effect>) => R): R | undefined {
  const done = attempt(desk, lane, name, cause, run);
  return done.kind === 'committed' ? done.value : undefined;
}

/** `kind` is `command` where the operator did what it tells. */
export function logLine(
  desk: Slice<'coordinator'>,
  level: 'info' | 'warning' | 'alarm',
  text: string,
  subject?: Subject,
  kind: 'command' | 'system' = 'system',
): void {
  commit(desk, 'housekeeping', 'log', { kind, text }, (tx) => {
    tx.effect({ kind: 'log', level, text, ...(subject === undefined ? {} : { subject }) });
  });
}
