import type { ConId } from './ids.ts';
import type { Price } from './price.ts';

export type SecType = 'STK' | 'OPT' | 'FUT' | 'IND' | 'CASH' | 'FOP' | 'CFD' | 'CRYPTO' | 'BOND' | 'BAG' | 'FUND' | 'CMDTY' | 'WAR';

/** What is traded; IB's own noun. */
export interface Contract {
  readonly conId: ConId;
  readonly symbol: string;
  readonly secType: SecType;
  readonly exchange: string;
  readonly primaryExchange?: string;
  readonly currency: string;
  readonly localSymbol?: string;
  readonly tradingClass?: string;
  /** YYYYMMDD or YYYYMM */
  readonly expiry?: string;
  readonly strike?: Price;
  readonly right?: 'C' | 'P';
  /** Units of the underlying per contract; 1 for stocks. */
  readonly multiplier: number;
}

export interface ContractDetails {
  readonly contract: Contract;
  readonly longName: string;
  /** Smallest price step. TWS's tickReqParams rounds it to 0; only contract details are trusted. */
  readonly minTick: Price;
  /** e.g. `US/Eastern`; the zone of the two hour strings. */
  readonly timeZoneId: string;
  readonly tradingHours: string;
  readonly liquidHours: string;
}

/**
 * Futures and spreads of several legs trade at zero and below it; nothing else does, an option on a future neither. The one place for what a
 * type allows: quotes, risk, triggers, the ticket and the simulated exchange ask here.
 */
export function mayTradeBelowZero({ secType }: { readonly secType: string }): boolean {
  return secType === 'FUT' || secType === 'BAG';
}

/** How the operator reads it: `IBM`, `GOOG 24DEC15 750 C`. */
export function contractLabel(contract: Contract): string {
  if (contract.secType === 'OPT' || contract.secType === 'FOP') {
    const strike = contract.strike === undefined ? '' : ` ${String(contract.strike / 1_000_000)}`;
    return `${contract.symbol} ${contract.expiry ?? ''}${strike} ${contract.right ?? ''}`.trim();
  }
  if (contract.secType === 'FUT') return `${contract.symbol} ${contract.expiry ?? ''}`.trim();
  return contract.symbol;
}
