import type { ConId, OrderKey, TriggerId, AccountId } from '#domain/ids';
import type { Amount } from '#domain/money';
import type { OrderOrigin, OrderState, Side } from '#domain/order';
import type { Price } from '#domain/price';
import type { Quantity } from '#domain/quantity';
import type { LiveType } from '#domain/quote';
import type { TriggerLife, TriggerSpec } from '#domain/trigger';
import type { DiagnosticsValue } from './diagnostics.ts';
import type { FigureCheckView } from './figures.ts';
import type { CancelPlan, KillReport } from './kill-report.ts';
import type { LogRow } from './log-row.ts';

/**
 * What the screen follows. A *table* topic is rows under a key, a *value* topic is one object. Times are epoch ms: `…Time` and the `at` of
 * what happened is the broker's, which the screen shows; `…At` is the desk's, from which it counts ages. Prices and
 * quantities scaled integers (the row carries the decimals to show), a missing figure is `null`: unknown, shown as —, never 0. Ages are never
 * sent: the row carries the time of its figure and the screen counts.
 */
export interface WatcherRow {
  readonly id: TriggerId;
  readonly name: string;
  readonly symbol: string;
  readonly conId: ConId;
  readonly life: TriggerLife;
  /** Armed but not able to fire now; `reason` says why. */
  readonly holding: boolean;
  readonly rule: string;
  readonly sentence: string;
  readonly side: Side;
  readonly quantity: Quantity;
  readonly does: string;
  readonly last: Price | null;
  readonly decimals: number;
  readonly level: Price | null;
  readonly armedSide: 'below' | 'above' | 'unknown' | 'none';
  /** How far the price has to go to the level: above zero it has to rise. Zero when the level is reached. */
  readonly distance: Price | null;
  readonly distanceTicks: number | null;
  /** 0.26 % = 26 */
  readonly distanceBasisPoints: number | null;
  /** A crossing whose price is at or past its level: it must come back first, so it is not near. */
  readonly comesBackFirst: boolean;
  /**
   * A letter for each part of a rule of several, in the order of `conditionParts`: `t` it holds now, `f` it does not, `u` unknown. Empty for a
   * rule of one part, and while nothing watches.
   */
  readonly truths: string;
  readonly quoteAt: number | null;
  readonly quoteTime: number | null;
  readonly reason: string;
  /** What goes on if this program dies: `no`, `stop at IB`, … */
  readonly survives: string;
  readonly armedBy: string | null;
  readonly armedAt: number | null;
  readonly firedAt: number | null;
  readonly armedTime: number | null;
  readonly firedTime: number | null;
  readonly gen: number;
  readonly version: number;
  readonly targetPrice: Price | null;
  readonly stopPrice: Price | null;
  readonly spec: TriggerSpec;
}

export interface QuoteRow {
  readonly conId: ConId;
  readonly symbol: string;
  readonly label: string;
  readonly bid: Price | null;
  readonly ask: Price | null;
  readonly last: Price | null;
  readonly bidSize: Quantity | null;
  readonly askSize: Quantity | null;
  readonly close: Price | null;
  readonly high: Price | null;
  readonly low: Price | null;
  readonly volume: Quantity | null;
  readonly decimals: number;
  readonly minTick: Price;
  readonly at: number | null;
  readonly liveType: LiveType;
  /** Why it must not fire a trigger, as a short sentence; null when good. */
  readonly fault: string | null;
  /** How many watchers and panels want this line. */
  readonly wantedBy: number;
}

export interface OrderRow {
  readonly key: OrderKey;
  readonly parentKey: OrderKey | null;
  readonly state: OrderState;
  /** IB's own word. */
  readonly ibStatus: string | null;
  readonly conId: ConId;
  readonly symbol: string;
  readonly side: Side;
  readonly type: string;
  readonly tif: string;
  readonly quantity: Quantity;
  readonly filled: Quantity;
  readonly limit: Price | null;
  /** Of a trailing order: where IB last said that it stands. */
  readonly stop: Price | null;
  /** How far a trailing order stays behind, e.g. `0.50` or `1.5 %`; null when it does not trail. */
  readonly trail: string | null;
  /** Its OCA group at IB: orders of one group take in no more together than the largest of them. */
  readonly group: string | null;
  /** Of a stop: rests at the exchange, or IB watches the price for it; null when it is no stop or IB has not said. */
  readonly stopKind: 'native' | 'simulated' | null;
  readonly avgFillPrice: Price | null;
  readonly decimals: number;
  readonly origin: OrderOrigin;
  readonly originText: string;
  readonly why: string;
  readonly note: string | null;
  readonly orderId: number | null;
  readonly permId: number | null;
  readonly ref: string | null;
  readonly working: boolean;
  /** An entry of a trigger; it may stand against a position of the other side, and is no exit of that. */
  readonly isEntry: boolean;
  /** An exit whose entry has not filled: it waits and lowers no position. */
  readonly waits: boolean;
  /** What it can take now: of an exit whose entry works, no more than that has opened. */
  readonly takes: Quantity;
  readonly cancellable: boolean;
  /** Terms can be changed now. */
  readonly modifiable: boolean;
  /** UNKNOWN, and the broker has proven not to have it: the operator may settle it as not sent. */
  readonly settleable: boolean;
  readonly createdAt: number;
  readonly createdTime: number | null;
  /** It was there before the desk first saw it, at `createdAt`. */
  readonly isOlder: boolean;
  readonly updatedAt: number;
  readonly version: number;
}

export interface PositionRow {
  readonly key: string;
  readonly account: AccountId;
  readonly conId: ConId;
  readonly symbol: string;
  readonly quantity: Quantity;
  readonly averagePrice: Price;
  readonly mark: Price | null;
  readonly markAt: number | null;
  readonly markTime: number | null;
  readonly decimals: number;
  readonly unrealized: Amount | null;
  /** Sums of what the broker has reported of its fills, as Fills shows them; null while no report has come. */
  readonly realized: Amount | null;
  readonly commission: Amount | null;
  /** Fills that both sums are without: not reported yet, and reported in another currency. */
  readonly unreported: number;
  readonly otherCurrency: number;
  readonly currency: string;
  /** Quantity covered by stops confirmed working at the broker. */
  readonly protectedQuantity: Quantity;
  /** As the broker last reported them, and when; its average contains commissions. */
  readonly brokerQuantity: Quantity | null;
  readonly brokerAverage: Price | null;
  readonly brokerAt: number | null;
  readonly brokerTime: number | null;
  /** Part of the quantity that no fill explains; the broker's figure was taken over. Null when there is none. */
  readonly external: Quantity | null;
  /** The operator has compared it with TWS. */
  readonly externalSeen: boolean;
  /** Of `protectedQuantity`, what only stops cover that do not act now: IB simulates them and resets its systems. */
  readonly asleep: Quantity;
  /** Held, and no stop at the broker covers it. */
  readonly unprotected: Quantity;
  /** A close under way, e.g. `closing 100: waits for the stop to shrink`; null when none is. */
  readonly closing: string | null;
  /** What is offered for exits that are not as they should be; null when they are. */
  readonly offer: OfferView | null;
}

/** One command of the operator mends it; the desk sends nothing of it by itself. */
export interface OfferView {
  readonly kind: 'protect' | 'resize-exits' | 'flatten';
  readonly quantity: Quantity;
  /** Where the stop stood that is offered again; null when nobody knows of one. */
  readonly stop: Price | null;
  /** e.g. `its stop at 179.00 was rejected` */
  readonly why: string;
}

export interface FillRow {
  readonly execId: string;
  /** The broker's own time of it, whole seconds; where that tells no zone, when the desk heard of it. */
  readonly at: number | null;
  readonly symbol: string;
  readonly side: Side;
  readonly quantity: Quantity;
  readonly price: Price;
  readonly decimals: number;
  readonly orderKey: OrderKey | null;
  readonly originText: string;
  readonly commission: Amount | null;
  readonly realized: Amount | null;
  /** Of commission and realised P&L; null until reported. */
  readonly currency: string | null;
  /** Against the price of the tick that fired; positive is worse than it. Null where no tick led to it. */
  readonly slippage: Price | null;
}

export type EngineStateName =
  | 'IDLE'
  | 'INITIALIZING'
  | 'SCANNING'
  | 'LEVEL_BUILDING'
  | 'SIGNAL_WAIT'
  | 'SIZING'
  | 'EXECUTION'
  | 'MANAGING'
  | 'PAUSED'
  | 'ERROR'
  | 'EMERGENCY'
  | 'STOPPED';

export interface Lamp {
  readonly name: string;
  readonly state: 'ok' | 'warn' | 'down' | 'unknown';
  /** e.g. `12 ms`, `down 14 s`; never the only carrier of the state. */
  readonly text: string;
  readonly since: number | null;
  readonly detail: string;
}

/** The comparison of the book with the broker's, step by step. Nothing leaves while it runs. */
export interface ReconciliationView {
  /** `overdue`: an end marker is missing for too long; the desk does not trade and `text` says why. */
  readonly state: 'waiting' | 'running' | 'done' | 'overdue';
  readonly since: number | null;
  readonly steps: readonly { readonly name: string; readonly done: boolean }[];
  readonly text: string;
}

/** What lasts and must not be missed; each is a banner of its own. */
export interface StandingAlarm {
  readonly code: string;
  readonly tone: 'amber' | 'critical';
  readonly title: string;
  readonly text: string;
}

/** `journal`: it does not verify (`journal.acknowledge`). `account`: it is not the one of the last run (`live.confirm`). */
export interface StartHold {
  readonly code: 'journal' | 'account';
  readonly text: string;
}

/** The header, the banner and the footer. */
export interface StatusValue {
  readonly account: AccountId | null;
  readonly paper: boolean | null;
  readonly simulated: boolean;
  readonly engine: EngineStateName;
  readonly engineSince: number;
  readonly engineTime: number | null;
  readonly engineReason: string;
  /** Commands the state offers; others are refused with `not-allowed-now`. */
  readonly offers: readonly string[];
  /** Why nothing that lowers exposure (close, protect, a change of an exit) may leave now, a sentence; null when it may. */
  readonly reduceRefusal: string | null;
  readonly netLiquidation: Amount | null;
  readonly currency: string;
  readonly dayPnl: Amount | null;
  readonly unrealizedPnl: Amount | null;
  readonly realizedPnl: Amount | null;
  /** When the broker last reported the net liquidation, and the P&L. */
  readonly accountAt: number | null;
  readonly pnlAt: number | null;
  /** Where the broker's day figures and those that follow from this desk's fills and quotes differ, and why. Empty without an account. */
  readonly agreement: readonly FigureCheckView[];
  /** Why the day's profit and loss is no measure of the loss now; null while it is one. */
  readonly dayPnlFault: string | null;
  readonly tradingState: 'active' | 'reducing' | 'halted';
  /** Why it is not active, a sentence each. */
  readonly tradingReasons: readonly string[];
  readonly dailyLossLimit: Amount | null;
  /** Exchange clock: epoch ms of the exchange at `clockAt` (desk epoch ms); null until the broker has told it. */
  readonly exchangeTime: number | null;
  readonly clockAt: number;
  readonly session: 'rth' | 'extended' | 'closed' | 'unknown';
  readonly sessionEndsAt: number | null;
  readonly lamps: readonly Lamp[];
  readonly ready: boolean;
  readonly reconciled: boolean;
  readonly problem: { readonly code: string; readonly text: string } | null;
  readonly liveConfirmationNeeded: boolean;
  readonly standing: readonly StandingAlarm[];
  /** What waits for the operator's word before the desk can be started or anything armed. */
  readonly holds: readonly StartHold[];
  readonly unknownOrders: number;
  /** Decisions on what was found at the start that are still missing; nothing can be armed before. */
  readonly undecided: number;
  readonly reconciliation: ReconciliationView;
  readonly kill: KillReport | null;
  readonly cancelPlan: CancelPlan;
  /** Set after the request to re-arm: the words to type. */
  readonly rearmPhrase: string | null;
  readonly hotkeys: readonly { readonly keys: string; readonly action: string; readonly registered: boolean }[];
  readonly orderRoundTrip: { readonly p50: number | null; readonly p99: number | null };
  readonly tickToOrder: { readonly p50: number | null; readonly p99: number | null };
  readonly linesUsed: number;
  readonly linesLimit: number;
  readonly messageRate: number;
  readonly messageLimit: number;
  readonly queue: number;
  readonly conflictRate: number;
  readonly loopDelayMs: number | null;
  readonly journal: { readonly state: 'ok' | 'failed' | 'off'; readonly text: string; readonly lagMs: number | null };
  readonly build: string;
}

export interface PnlPoint {
  readonly at: number;
  readonly day: Amount | null;
}

/** Found at the broker at the start of this process and waiting for the operator's word. */
export interface AdoptionRow {
  /** `order:<key>` or `position:<key>`. */
  readonly key: string;
  readonly kind: 'order' | 'position';
  /** e.g. `SELL 100 AIG STP 47.90` or `LONG 100 AIG`. */
  readonly text: string;
  /** Where it comes from and how old it is, e.g. `sent by an earlier run of this desk`. */
  readonly detail: string;
  readonly symbol: string;
  readonly at: number;
  readonly time: number | null;
  readonly decisions: readonly ('adopt' | 'ignore' | 'cancel')[];
}

/** Tables: name → row type. */
export interface TableTopics {
  readonly watchers: WatcherRow;
  readonly quotes: QuoteRow;
  readonly orders: OrderRow;
  readonly positions: PositionRow;
  readonly fills: FillRow;
  readonly log: LogRow;
  readonly pnl: PnlPoint;
  readonly adoptions: AdoptionRow;
}

/** Values: name → object. */
export interface ValueTopics {
  readonly status: StatusValue;
  readonly diagnostics: DiagnosticsValue;
  readonly settings: import('./settings.ts').SettingsView;
}

export type TableName = keyof TableTopics;
export type ValueName = keyof ValueTopics;
export type TopicName = TableName | ValueName;

/** Key column of each table and how often it is sent at most. Quotes are conflated; rows of `log` and `fills` are never dropped. */
export const TABLES: { readonly [T in TableName]: { readonly key: keyof TableTopics[T] & string; readonly maxHz: number } } = {
  watchers: { key: 'id', maxHz: 10 },
  quotes: { key: 'conId', maxHz: 10 },
  orders: { key: 'key', maxHz: 30 },
  positions: { key: 'key', maxHz: 10 },
  fills: { key: 'execId', maxHz: 30 },
  log: { key: 'id', maxHz: 30 },
  pnl: { key: 'at', maxHz: 1 },
  adoptions: { key: 'key', maxHz: 10 },
};

export const VALUES: { readonly [T in ValueName]: { readonly maxHz: number } } = {
  status: { maxHz: 10 },
  diagnostics: { maxHz: 1 },
  settings: { maxHz: 10 },
};

export const TOPIC_NAMES: readonly TopicName[] = [...(Object.keys(TABLES) as TableName[]), ...(Object.keys(VALUES) as ValueName[])];
