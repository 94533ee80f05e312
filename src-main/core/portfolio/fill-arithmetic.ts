import type { Execution } from '#domain/execution';
import { type Amount, notional, ZERO_AMOUNT } from '#domain/money';
import { type Price, trustedPrice, ZERO_PRICE } from '#domain/price';
import { type Quantity, ZERO } from '#domain/quantity';
import type { Contract } from '#domain/contract';
import { abs, min, minus, negate, plus, scale, timesRatio } from '#domain/scaled';

/** Quantity signed by side; average price of what is open; realised without commission, in the contract's currency. */
export interface Holding {
  readonly quantity: Quantity;
  readonly averagePrice: Price;
  readonly realized: Amount;
}

export const FLAT: Holding = { quantity: ZERO, averagePrice: ZERO_PRICE, realized: ZERO_AMOUNT };

/**
 * One fill into a holding. Adding averages, reducing realises against the average, crossing zero does both: the remainder opens
 * at the fill's price.
 */
export function foldFill(
  holding: Holding,
  execution: Pick<Execution, 'side' | 'quantity' | 'price'>,
  contract: Pick<Contract, 'multiplier'>,
): Holding {
  const signed = execution.side === 'BUY' ? execution.quantity : negate(execution.quantity);
  const before = holding.quantity;
  const after = plus(before, signed);
  if (before === 0 || Math.sign(before) === Math.sign(signed)) {
    const weight = plus(abs(before), abs(signed));
    const step = timesRatio(minus(execution.price, holding.averagePrice), abs(signed), weight);
    return {
      quantity: after,
      averagePrice: before === 0 ? execution.price : plus(holding.averagePrice, step),
      realized: holding.realized,
    };
  }
  const closed = min(abs(before), abs(signed));
  const perUnit = scale(minus(execution.price, holding.averagePrice), Math.sign(before));
  const realized = plus(holding.realized, notional(perUnit, closed, contract.multiplier));
  const averagePrice = after === 0 ? ZERO_PRICE : Math.sign(after) === Math.sign(before) ? holding.averagePrice : execution.price;
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
  return trustedPrice(value < 0n ? -magnitude : magnitude);
}

/** Against a mark price; undefined while the mark is unknown (never 0). */
export function unrealized(holding: Holding, mark: Price | undefined, multiplier: number): Amount | undefined {
  if (holding.quantity === 0) return ZERO_AMOUNT;
  if (mark === undefined) return undefined;
  return notional(minus(mark, holding.averagePrice), holding.quantity, multiplier);
}
