import type { BreakerState } from './breaker.ts';
import type { ContractDetails } from '#domain/contract';
import type { AccountId, ConId, OrderRef, TriggerId } from '#domain/ids';
import type { Amount } from '#domain/money';
import type { Order, OrderType, Side, TimeInForce } from '#domain/order';
import type { Quote } from '#domain/quote';
import type { Price } from '#domain/price';
import type { Quantity } from '#domain/quantity';
import type { ResetWindow } from '#domain/reset-window';

/** Limits in the units of the settings file: shares and contracts whole, money in whole units of the account's currency. */
export interface RiskLimits {
  readonly maxOrderShares: number;
  readonly maxOrderContracts: number;
  readonly maxOrderNotional: number;
  readonly collarPercent: number;
  readonly collarTicks: number;
  readonly maxQuoteAgeMs: number;
  readonly ordersPerSecondPerSymbol: number;
  readonly ordersPerSecond: number;
  readonly firingsPerTenMinutes: number;
  readonly duplicateWindowSeconds: number;
  readonly maxWorkingPerSide: number;
  readonly maxWorkingTotal: number;
  readonly maxPositionShares: number;
  readonly maxPositionContracts: number;
  readonly maxDailyLoss: number;
}

export interface RiskRules {
  readonly limits: RiskLimits;
  readonly orderTypes: readonly OrderType[];
  readonly timesInForce: readonly TimeInForce[];
  /** IB's resets (K-01); none when missing. */
  readonly resetWindows?: readonly ResetWindow[];
}

/** A send remembered for the rate and duplicate controls. `at` is epoch ms. */
export interface RecentSend {
  readonly at: number;
  readonly account: AccountId;
  readonly conId: ConId;
  readonly side: Side;
  readonly quantity: Quantity;
  readonly type: OrderType;
  readonly price: Price | null;
}

/** The trigger whose firing is judged, with its firings so far, epoch ms. */
export interface TriggerFires {
  readonly id: TriggerId;
  readonly recent: readonly number[];
}

/** Everything a verdict depends on, read by the caller inside the same commit. */
export interface RiskContext {
  readonly rules: RiskRules;
  readonly now: number;
  readonly accounts: readonly AccountId[];
  readonly details: ContractDetails | undefined;
  readonly quote: Quote | undefined;
  /** Why the quote must not be traded on; a sentence, undefined when good. */
  readonly quoteRefusal: string | undefined;
  /** Signed, live. */
  readonly position: Quantity;
  /** Working orders of the account, UNKNOWN ones included, manual ones too. */
  readonly working: readonly Order[];
  /** What a working order can still take: for the exits of an entry that works, what that has opened. */
  readonly takes: (order: Order) => Quantity;
  /** The order that a change is about, as it is. It and its group are not among the working ones. */
  readonly changed?: Order;
  /** What the entry of the changed exit may still open: the exit waits for it. */
  readonly coming?: Quantity;
  readonly recent: readonly RecentSend[];
  /** References ever used; a repeated one is refused for ever. */
  readonly refUsed: (ref: OrderRef) => boolean;
  readonly triggerFires: TriggerFires | undefined;
  readonly dailyPnl: Amount | undefined;
  /** Of `dailyPnl`, ms; given while something is held that may have changed it since. */
  readonly dailyPnlAgeMs: number | undefined;
  readonly accountCurrency: string;
  /** C-27: what is held and working passes a limit already; a sentence. */
  readonly overLimit: string | undefined;
  /** K-03: IB resets its systems; a sentence. */
  readonly embargo: string | undefined;
  readonly breaker: { readonly state: BreakerState; readonly reason: string };
  /** While the breaker is half-open: an order is out that is to try whether IB accepts orders again. */
  readonly probing: boolean;
}

export interface Denied {
  readonly kind: 'denied';
  /** e.g. `C-02` */
  readonly control: string;
  /** What, which figure, which limit, what to do. */
  readonly text: string;
}
