import type { Coordinator } from '#core/commit/coordinator';
import type { QuoteBoard } from '#core/market/quote-board';
import type { Subscriptions } from '#core/market/subscriptions';
import type { OrderIndex } from '#core/order/order-index';
import type { AccountBoard } from '#core/portfolio/account-board';
import type { LinkState } from '#core/ports/broker';
import type { Clock } from '#core/ports/clock';
import type { Journal } from '#core/ports/journal';
import type { MarketDataPort } from '#core/ports/market-data';
import type { Scheduler } from '#core/ports/scheduler';
import type { RiskRules } from '#core/risk/risk-context';
import type { TriggerIndex } from '#core/trigger/trigger-index';
import type { WatcherRegistry } from '#core/trigger/watcher-registry';
import type { ContractDetails } from '#domain/contract';
import type { ConId } from '#domain/ids';
import type { ComparisonProgress } from './comparison-progress.ts';
import type { EarlierOrderBook } from './earlier-orders.ts';
import type { ExchangeClock } from './exchange-clock.ts';
import type { KillLatch } from './kill-latch.ts';
import type { Latencies } from './latency.ts';
import type { OrderMemos } from './order-memos.ts';
import type { DeskStores, Effect } from './records.ts';

/** The ports that answer and change nothing: no broker, no file, no market data line. */
export interface ViewPorts {
  readonly clock: Clock;
  readonly scheduler: Scheduler;
  readonly journal: Pick<Journal, 'status'>;
  /** Questions about contracts and their history. */
  readonly market: Pick<MarketDataPort, 'search' | 'details' | 'bars'>;
  readonly rules: () => RiskRules;
}

/**
 * The desk state as it may be read from outside the core: the state itself under a type that has no writing hand, so that no handler and no
 * projection can clear a latch, write a store or reach the broker. Always present, never a copy. A field or a method is added here only when
 * it changes nothing.
 */
export interface DeskView extends ViewPorts {
  readonly stores: DeskStores;
  readonly coordinator: Pick<Coordinator<Effect>, 'seq' | 'isBusy' | 'subscribe' | 'statistics' | 'record' | 'records'>;
  readonly index: Pick<
    OrderIndex,
    'get' | 'find' | 'working' | 'exposed' | 'queued' | 'unknownCount' | 'unknownIn' | 'twinsOf' | 'ofTrigger'
  >;
  readonly triggerIndex: Pick<TriggerIndex, 'isTaken'>;
  readonly board: Pick<QuoteBoard, 'quote' | 'contract' | 'conIds' | 'fault' | 'counters'>;
  readonly registry: Pick<WatcherRegistry, 'row' | 'rows' | 'counters'>;
  readonly subscriptions: Pick<Subscriptions, 'wanted' | 'lines' | 'linesOf'>;
  readonly accounts: Pick<AccountBoard, 'get' | 'current' | 'ids' | 'ofPosition' | 'change'>;
  readonly exchange: Pick<ExchangeClock, 'now' | 'offset' | 'known' | 'timeOf'>;
  readonly latch: Pick<KillLatch, 'isSet' | 'reason' | 'scope' | 'exits' | 'kills'>;
  readonly latencies: Pick<Latencies, 'read'>;
  readonly reconciliation: Pick<ComparisonProgress, 'done' | 'isOpening' | 'running' | 'kind' | 'missing' | 'openSince' | 'isStuck'>;
  readonly earlierOrders: Pick<EarlierOrderBook, 'nameOf'>;
  readonly memos: Pick<OrderMemos, 'of' | 'having' | 'counts'>;
  readonly details: ReadonlyMap<ConId, ContractDetails>;
  readonly counters: ReadonlyMap<string, number>;
  readonly link: LinkState;
}
