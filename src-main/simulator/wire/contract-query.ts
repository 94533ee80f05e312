import type { FieldReader } from './field-reader.ts';

/** The contract as a client names it: by id, or by symbol and type. */
export interface ContractQuery {
  readonly conId: number;
  readonly symbol: string;
  readonly secType: string;
  readonly exchange: string;
  readonly currency: string;
  readonly localSymbol: string;
}

/** conId, symbol, type, expiry, strike, right, multiplier, exchange, primary exchange, currency, local symbol, class. */
export function readContract(fields: FieldReader): ContractQuery {
  const conId = fields.int() ?? 0;
  const symbol = fields.text();
  const secType = fields.text();
  fields.skip(4);
  const exchange = fields.text();
  fields.skip();
  const currency = fields.text();
  const localSymbol = fields.text();
  fields.skip();
  return { conId, symbol, secType, exchange, currency, localSymbol };
}
