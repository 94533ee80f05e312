import type { ApprovedOrder } from '#core/ports/broker';
import { seal } from '#core/risk/seal';
import type { Contract } from '#domain/contract';
import type { AccountId, ConId, OrderRef, TriggerId } from '#domain/ids';
import type { OrderIntent, OrderLeg } from '#domain/order';
import { type Price, priceOf } from '#domain/price';
import { units } from '#domain/quantity';

/** What the risk room would have approved. The adapter only reads `value`; the seal is real so that gates may ask for it. */
export function approve(value: OrderIntent): ApprovedOrder {
  return seal(Object.freeze({ value, seq: 1, verdict: 'test', approvedAt: 0 }) as unknown as ApprovedOrder);
}

export const IBM: Contract = {
  conId: 8314 as ConId,
  symbol: 'IBM',
  secType: 'STK',
  exchange: 'SMART',
  primaryExchange: 'NYSE',
  currency: 'USD',
  localSymbol: 'IBM',
  tradingClass: 'IBM',
  multiplier: 1,
};

export const ACCOUNT = 'DU1234567' as AccountId;

let fires = 0;

/** A reference no other order of the test has. */
export function freshRef(leg: 'E' | 'T' | 'S' | 'F' = 'E'): OrderRef {
  fires += 1;
  return `TD1-TEST0001-1-${String(fires)}-${leg}` as OrderRef;
}

export function leg(changes: Partial<OrderLeg> = {}): OrderLeg {
  return { ref: freshRef(), leg: 'E', side: 'BUY', type: 'MKT', quantity: units(100), tif: 'DAY', outsideRth: false, ...changes };
}

export function intent(changes: Partial<OrderIntent> = {}): OrderIntent {
  return {
    account: ACCOUNT,
    contract: IBM,
    purpose: 'entry',
    origin: 'trigger',
    triggerId: 'TEST0001' as TriggerId,
    legs: [leg()],
    ...changes,
  };
}

/** Entry at a limit with its target and its stop. */
export function bracket(
  prices: { readonly entry: number; readonly target: number; readonly stop: number },
  changes: Partial<OrderIntent> = {},
): OrderIntent {
  const price = (dollars: number): Price => priceOf(dollars);
  const entry = freshRef('E');
  const exit = { side: 'SELL', tif: 'GTC', ocaGroup: `OCA-${entry}` } as const;
  return intent({
    legs: [
      leg({ ref: entry, type: 'LMT', limit: price(prices.entry) }),
      leg({ ...exit, ref: freshRef('T'), leg: 'T', type: 'LMT', limit: price(prices.target) }),
      leg({ ...exit, ref: freshRef('S'), leg: 'S', type: 'STP', stop: price(prices.stop) }),
    ],
    ...changes,
  });
}
