import type { Order, Trail } from '#domain/order';
import type { Price } from '#domain/price';

/** What somebody says of an order's prices. What he does not say is undefined or missing. */
export interface SaidPrices {
  readonly limit?: Price | undefined;
  readonly stop?: Price | undefined;
  readonly trail?: Trail | undefined;
}

/** Only the prices that are said: spread over an order, the others stay as they stand. */
export function statedPrices({ limit, stop, trail }: SaidPrices): Pick<Order, 'limit' | 'stop' | 'trail'> {
  return {
    ...(limit === undefined ? {} : { limit }),
    ...(stop === undefined ? {} : { stop }),
    ...(trail === undefined ? {} : { trail }),
  };
}
