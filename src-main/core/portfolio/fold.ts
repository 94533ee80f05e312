import type { Execution } from '#domain/execution';
import { mulDiv } from '#domain/decimal';
import { notional, type Amount } from '#domain/money';
import type { Price } from '#domain/price';
import type { Quantity } from '#domain/quantity';
import type { Contract } from '#domain/contract';

/** Quantity signed by side; average price of what is open; realised without commission, in the contract's currency. */
export interface Holding {
  readonly quantity: Quantity;
  readonly averagePrice: Price;
  readonly realized: Amount;
}

export const FLAT: Holding = { quantity: 0 as Quantity, averagePrice: 0 as Price, realized: 0 as Amount };

/**
 * One fill into a holding. Adding averages, reducing realises against the average, crossing zero does both: the remainder opens
 * at the fill's price.
 */
export function foldFill(
  holding: Holding,
  execution: Pick<Execution, 'side' | 'quantity' | 'price'>,
  contract: Pick<Contract, 'multiplier'>,
): Holding {
  const signed = (execution.side === 'BUY' ? execution.quantity : 0 - execution.quantity) as Quantity;
  const before = holding.quantity;
  const after = (before + signed) as Quantity;
  if (before === 0 || Math.sign(before) === Math.sign(signed)) {
    const weight = Math.abs(before) + Math.abs(signed);
    const step = mulDiv(execution.price - holding.averagePrice, Math.abs(signed), weight);
    return {
      quantity: after,
      averagePrice: (before === 0 ? execution.price : holding.averagePrice + step) as Price,
      realized: holding.realized,
    };
  }
  const closed = Math.min(Math.abs(before), Math.abs(signed)) as Quantity;
  const perUnit = ((execution.price - holding.averagePrice) * Math.sign(before)) as Price;
  const realized = (holding.realized + notional(perUnit, closed, contract.multiplier)) as Amount;
  const averagePrice = after === 0 ? (0 as Price) : Math.sign(after) === Math.sign(before) ? holding.averagePrice : execution.price;
  return { quantity: after, averagePrice, realized };
}

/** Weighted by quantity, rounded half away from zero; the same in whatever order the fills came. */
export function averagePrice(fills: Iterable<Pick<Execution, 'price' | 'quantity'>>): Price | undefined {
  let value = 0n;
  let quantity = 0n;
  for (const fill of fills) {
    value += BigInt(fill.price) * BigInt(fill.quantity);
    quantity += BigInt(fill.quantity);
  }
  if (quantity <= 0n) return undefined;
  const magnitude = Number((2n * (value < 0n ? -value : value) + quantity) / (2n * quantity));
  return (value < 0n ? -magnitude : magnitude) as Price;
}

/** Against a mark price; undefined while the mark is unknown (never 0). */
export function unrealized(holding: Holding, mark: Price | undefined, multiplier: number): Amount | undefined {
  if (holding.quantity === 0) return 0 as Amount;
  if (mark === undefined) return undefined;
  return notional((mark - holding.averagePrice) as Price, holding.quantity, multiplier);
}
