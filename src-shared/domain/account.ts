import type { AccountId } from './ids.ts';
import type { Amount } from './money.ts';

/** Figures as the broker reports them; a missing one is unknown, never zero. */
export interface Account {
  readonly id: AccountId;
  readonly paper: boolean;
  readonly currency: string;
  readonly netLiquidation?: Amount;
  readonly buyingPower?: Amount;
  readonly availableFunds?: Amount;
  readonly dailyPnl?: Amount;
  readonly unrealizedPnl?: Amount;
  readonly realizedPnl?: Amount;
  /** Epoch ms: each stream of figures has an age of its own, one that rests must not look fresh because another one speaks. */
  readonly netLiquidationAt?: number;
  readonly pnlAt?: number;
  /** Epoch ms of the newest figure of all. */
  readonly updatedAt: number;
}

/** IB's own figures of one position (pnlSingle): value and P&L at its own mark, commissions counted into the cost. */
export interface PositionPnl {
  readonly daily?: Amount;
  readonly unrealized?: Amount;
  readonly realized?: Amount;
  readonly value?: Amount;
  /** Epoch ms. */
  readonly at: number;
}

/** By how much net liquidation and day P&L have moved between the same two moments, each told with the other. Epoch ms. */
export interface NetLiquidationChange {
  readonly netLiquidation: Amount;
  readonly dailyPnl: Amount;
  readonly since: number;
  readonly until: number;
}
