import type { Price } from '#domain/price';
import type { Quantity } from '#domain/quantity';
import type { Instrument } from './instrument.ts';
import type { OrderConditions } from './condition.ts';
import type { ExtraTerms } from './extra-terms.ts';

export type Side = 'BUY' | 'SELL';
export type OrderType = 'MKT' | 'LMT' | 'STP' | 'STP LMT' | 'TRAIL';
export type Tif = 'DAY' | 'GTC' | 'IOC' | 'FOK' | 'GTD';

/** TWS's own words. `Untransmitted` is never told to anyone: such an order waits in TWS for its bracket's last child. */
export type OrderStatus = 'Untransmitted' | 'PreSubmitted' | 'Submitted' | 'PendingCancel' | 'Cancelled' | 'Filled' | 'Inactive';

/** An order as the exchange knows it, to be read by the wire, the ledger and the tests. */
export interface OrderView {
  readonly permId: number;
  readonly clientId: number;
  /** 0 for an order typed into TWS by hand, until client 0 binds it to a negative id. */
  readonly orderId: number;
  readonly account: string;
  readonly contract: Instrument;
  readonly action: Side;
  readonly type: OrderType;
  readonly tif: Tif;
  readonly quantity: Quantity;
  readonly limit: Price | undefined;
  /** Of a trailing stop: where it stands now; undefined until there is a market to trail. */
  readonly stop: Price | undefined;
  /** How far a trailing stop stays behind: an amount, or else a percentage in 1e-6 per cent. */
  readonly trailBy: Price | undefined;
  readonly trailPercent: number | undefined;
  readonly outsideRth: boolean;
  readonly orderRef: string;
  readonly ocaGroup: string;
  readonly ocaType: number;
  readonly parentId: number;
  readonly parentPermId: number;
  readonly triggerMethod: number;
  readonly whatIf: boolean;
  readonly conditions: OrderConditions;
  readonly extras: ExtraTerms;
  readonly status: OrderStatus;
  readonly whyHeld: string;
  readonly filled: Quantity;
  readonly remaining: Quantity;
  /** Σ price × quantity × multiplier of its fills, in 1e-6. */
  readonly filledNotional: number;
  readonly lastFillPrice: Price | undefined;
  readonly commission: number;
  /** Tape time, epoch ms. */
  readonly placedAt: number;
  readonly completedAt: number | undefined;
  readonly completedStatus: string;
}
