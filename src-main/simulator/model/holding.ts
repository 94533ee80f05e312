import type { Price } from '#domain/price';
import type { Quantity } from '#domain/quantity';
import type { Instrument } from './instrument.ts';

export interface Holding {
  readonly contract: Instrument;
  readonly quantity: Quantity;
  /** With commissions, as IB keeps it; 1e-6 of the currency for the whole position. */
  readonly cost: number;
}

export interface MarkedHolding extends Holding {
  readonly mark: Price;
  readonly value: number;
  readonly unrealized: number;
  readonly realized: number;
}
