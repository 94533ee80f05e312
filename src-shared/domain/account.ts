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
