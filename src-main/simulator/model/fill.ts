import type { Price } from '#domain/price';
import type { Quantity } from '#domain/quantity';
import type { Instrument } from './instrument.ts';
import type { Side } from './order-view.ts';

/** Amounts are integers of 1e-6 dollar throughout. */
export interface Fill {
  readonly execId: string;
  /** Tape time, epoch ms. */
  readonly at: number;
  readonly account: string;
  readonly contract: Instrument;
  readonly side: Side;
  readonly quantity: Quantity;
  readonly price: Price;
  readonly permId: number;
  readonly orderId: number;
  readonly clientId: number;
  readonly orderRef: string;
  /** Of its order, this fill included. */
  readonly cumQuantity: Quantity;
  readonly cumNotional: number;
  /** It rested in the book before, rather than taking what was shown. */
  readonly resting: boolean;
  readonly commission: number;
  /** Undefined when the fill closed nothing. Net is after the commissions of opening and closing, as IB reports it. */
  readonly realizedGross: number | undefined;
  readonly realizedNet: number | undefined;
}
