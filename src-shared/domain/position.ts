import type { Contract } from './contract.ts';
import type { AccountId } from './ids.ts';
import type { Amount } from './money.ts';
import type { Price } from './price.ts';
import type { Quantity } from './quantity.ts';

/** Signed like the position. `since`: when the broker's figure was taken over, epoch ms. */
export interface ExternalDifference {
  readonly quantity: Quantity;
  readonly since: number;
  readonly acknowledgedBy?: string;
}

/** Signed quantity: short is negative. `averagePrice` is per unit, without commission. */
export interface Position {
  readonly account: AccountId;
  readonly contract: Contract;
  readonly quantity: Quantity;
  readonly averagePrice: Price;
  /** Realised since the desk started, without commission, in the contract's currency. */
  readonly realized: Amount;
  readonly commission: Amount;
  /** What the broker last reported, and when; the independent check C-36 compares the two. */
  readonly brokerQuantity?: Quantity;
  readonly brokerAverageCost?: Price;
  readonly brokerAt?: number;
  /** Part of the quantity that no fill explains: the broker's figure was taken over. */
  readonly external?: ExternalDifference;
  readonly updatedAt: number;
}
