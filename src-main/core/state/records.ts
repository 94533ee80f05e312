import type { Store } from '#core/commit/store';
import type { Stores } from '#core/commit/stores';
import type { Tx } from '#core/commit/transaction';
import type { Fill } from '#domain/execution';
import type { AccountId, ConId, OrderKey, TriggerId } from '#domain/ids';
import type { Order, Trail } from '#domain/order';
import type { Price } from '#domain/price';
import type { Amount } from '#domain/money';
import type { Position } from '#domain/position';
import type { Quantity } from '#domain/quantity';
import type { Trigger } from '#domain/trigger';
import type { ExitChoice } from '#core/order/cancel-split';
import type { ApprovedOrder, OrderAddress } from '#core/ports/broker';
import type { Breaker } from '#core/risk/breaker';
import type { RecentSend } from '#core/risk/risk-context';
import { type EngineEvent, type EngineState, nextEngineState } from './engine-state.ts';

export interface KillRecord {
  readonly id: number;
  readonly startedAt: number;
  readonly scope: 'own' | 'all';
  readonly by: string;
  readonly reason: string;
  /** Whether stops and targets of what is held stay. */
  readonly exits: ExitChoice;
  /** `doubt`: nobody has said kill; the latch only counts as set, and nothing is cancelled. */
  readonly phase: 'cancelling' | 'verified' | 'residuals' | 'doubt';
  readonly purged: number;
  /** The commit up to which orders were wished before the kill: a stop or a close that was approved later is not its to cancel. */
  readonly upTo: number;
  /** Every order whose cancel this kill has wished for, and those of them whose cancel has left the socket. */
  readonly targets: readonly OrderKey[];
  readonly left: readonly OrderKey[];
  readonly cancelsSent: number;
  /** Still wished for, and not out of the socket. */
  readonly cancelsUnsent: number;
  /** The broker has said that they are over. */
  readonly cancelled: number;
  readonly residuals: readonly OrderKey[];
  readonly verifiedAt?: number;
}

export interface EngineRecord {
  readonly state: EngineState;
  readonly since: number;
  readonly reason: string;
  /** Number of the last step in the history. */
  readonly step: number;
  readonly kill?: KillRecord;
  /** Words the operator has to type for the second step of re-arming. */
  readonly rearmPhrase?: string;
}

export interface EngineStep {
  readonly at: number;
  readonly from: EngineState;
  readonly to: EngineState;
  readonly event: EngineEvent;
  readonly reason: string;
  readonly seq: number;
}

export interface Subject {
  readonly kind: 'order' | 'trigger' | 'contract' | 'position';
  readonly key: string;
}

/** What leaves after a commit. Cancels and log lines pass also when the journal cannot be written; orders do not. */
export type Effect =
  | { readonly kind: 'place'; readonly approved: ApprovedOrder }
  | { readonly kind: 'modify'; readonly key: OrderKey; readonly address: OrderAddress; readonly approved: ApprovedOrder }
  | { readonly kind: 'cancel'; readonly key: OrderKey; readonly address: OrderAddress }
  | { readonly kind: 'global-cancel' }
  | {
      readonly kind: 'log';
      readonly level: 'info' | 'warning' | 'alarm';
      readonly text: string;
      readonly detail?: string;
      readonly subject?: Subject;
    };

/** An order or a position that was at the broker when this process began, and what the operator said of it. */
export interface Found {
  /** `order:<key>` or `position:<key>`. */
  readonly key: string;
  readonly kind: 'order' | 'position';
  readonly subject: string;
  readonly at: number;
  readonly decision?: 'adopt' | 'ignore' | 'cancel' | 'gone';
  readonly by?: string;
}

/** A position being closed: the close itself leaves when the exits in its way have shrunk or gone. */
export interface Closing {
  readonly key: string;
  readonly account: AccountId;
  readonly conId: ConId;
  readonly quantity: Quantity;
  /** What may stay working on exits afterwards. */
  readonly remaining: Quantity;
  readonly by: string;
  readonly at: number;
}

/** A stop that is being replaced by a trailing one. Keyed by the stop that goes. */
export interface Trailing {
  readonly key: OrderKey;
  readonly position: string;
  readonly trail: Trail;
  /** The trailing stop, when it could be placed into the group of the one that goes; else it leaves when that one is gone. */
  readonly placed?: OrderKey;
  readonly by: string;
  readonly at: number;
}

/**
 * What the operator is offered for a position whose exits are not as they should be. The desk itself sends nothing of it: each is one
 * command of the operator. Keyed like positions.
 */
export interface Offer {
  readonly key: string;
  readonly kind: 'protect' | 'resize-exits' | 'flatten';
  /** What no stop covers, what the exits have too much, or what turned around. */
  readonly quantity: Quantity;
  /** Where the stop stood that is offered again; missing where nobody knows of one. */
  readonly stop?: Price;
  /** Why, e.g. `its stop at 179.00 was rejected`. */
  readonly why: string;
  readonly at: number;
}

/** C-13: the day's loss stands at or beyond its limit. */
export interface LossRecord {
  readonly reached: boolean;
  readonly at: number;
  readonly figure: Amount;
  /** Whole units of the account's currency. */
  readonly limit: number;
}

/** What may leave by the rules of risk, apart from the desk's own life. */
export type TradingState = 'active' | 'reducing' | 'halted';

export interface TradingRecord {
  readonly state: TradingState;
  /** Why, as codes with a space between; the sentences are made when they are shown. */
  readonly codes: string;
  readonly since: number;
}

/** `none`: connected. `login`: nobody is logged in to TWS. */
export interface OutageRecord {
  readonly kind: 'none' | 'upstream' | 'socket' | 'login';
  /** Epoch ms of its beginning. */
  readonly since: number;
  readonly reminded: number;
}

export interface DeskStores {
  readonly engine: Store<'desk', EngineRecord>;
  readonly history: Store<number, EngineStep>;
  readonly triggers: Store<TriggerId, Trigger>;
  readonly orders: Store<OrderKey, Order>;
  /** Keyed by the execId without its revision, so that a correction replaces what it corrects. */
  readonly fills: Store<string, Fill>;
  readonly positions: Store<string, Position>;
  /** Keyed by the commit that approved the send: one small write each, whatever the day holds. */
  readonly sends: Store<number, RecentSend>;
  readonly found: Store<string, Found>;
  /** Keyed like positions. */
  readonly closings: Store<string, Closing>;
  readonly trailings: Store<OrderKey, Trailing>;
  readonly offers: Store<string, Offer>;
  readonly loss: Store<'desk', LossRecord>;
  readonly breaker: Store<'desk', Breaker>;
  readonly trading: Store<'desk', TradingRecord>;
  readonly outage: Store<'desk', OutageRecord>;
}

export function openDeskStores(stores: Stores): DeskStores {
  return {
    engine: stores.open('engine'),
    history: stores.open('engine-history'),
    triggers: stores.open('triggers'),
    orders: stores.open('orders'),
    fills: stores.open('fills'),
    positions: stores.open('positions'),
    sends: stores.open('sends'),
    found: stores.open('found-at-start'),
    closings: stores.open('closings'),
    trailings: stores.open('trailings'),
    offers: stores.open('offers'),
    loss: stores.open('daily-loss'),
    breaker: stores.open('breaker'),
    trading: stores.open('trading-state'),
    outage: stores.open('outage'),
  };
}

const HISTORY_KEPT = 500;

export function positionKey(account: AccountId, conId: ConId): string {
  return `${account}:${conId}`;
}

export function engineRecord(tx: Tx<Effect>, stores: DeskStores): EngineRecord {
  return tx.get(stores.engine, 'desk') ?? { state: 'IDLE', since: tx.at, reason: 'The desk has just started; nothing is armed.', step: 0 };
}

/** One step of the desk's life inside a commit. An illegal one changes nothing and returns undefined. */
export function step(tx: Tx<Effect>, stores: DeskStores, event: EngineEvent, reason: string): EngineRecord | undefined {
  const now = engineRecord(tx, stores);
  const to = nextEngineState(now.state, event);
  if (to === undefined) return undefined;
  const next: EngineRecord = { ...now, state: to, since: to === now.state ? now.since : tx.at, reason, step: now.step + 1 };
  tx.set(stores.engine, 'desk', next);
  tx.set(stores.history, next.step, { at: tx.at, from: now.state, to, event, reason, seq: tx.seq });
  if (tx.has(stores.history, next.step - HISTORY_KEPT)) tx.delete(stores.history, next.step - HISTORY_KEPT);
  return next;
}

export function log(tx: Tx<Effect>, level: 'info' | 'warning' | 'alarm', text: string, subject?: Subject, detail?: string): void {
  tx.effect({ kind: 'log', level, text, ...(detail === undefined ? {} : { detail }), ...(subject === undefined ? {} : { subject }) });
}
