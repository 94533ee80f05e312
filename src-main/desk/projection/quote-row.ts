import { quoteFaultShort } from '#core/market/quote-fault';
import type { DeskState } from '#core/state/desk-state';
import { contractLabel } from '#domain/contract';
import type { ConId } from '#domain/ids';
import { tickDecimals } from '#domain/price';
import type { QuoteRow } from '#protocol/topics';
import { deskTime, minTickOf } from './row-figures.ts';

export function quoteRow(deskState: DeskState, conId: ConId, wantedBy: number): QuoteRow | undefined {
  const contract = deskState.board.contract(conId);
  const quote = deskState.board.quote(conId);
  if (contract === undefined || quote === undefined) return undefined;
  const minTick = minTickOf(deskState, conId);
  const fault = deskState.board.fault(conId, { now: deskState.exchange.now(), maxAgeMs: Number.MAX_SAFE_INTEGER });
  return {
    conId,
    symbol: contract.symbol,
    label: contractLabel(contract),
    bid: quote.bid ?? null,
    ask: quote.ask ?? null,
    last: quote.last ?? null,
    bidSize: quote.bidSize ?? null,
    askSize: quote.askSize ?? null,
    close: quote.close ?? null,
    high: quote.high ?? null,
    low: quote.low ?? null,
    volume: quote.volume ?? null,
    decimals: tickDecimals(minTick),
    minTick,
    at: quote.updatedAt === 0 ? null : deskTime(deskState, quote.updatedAt),
    liveType: quote.liveType,
    fault: fault === undefined ? null : quoteFaultShort(fault),
    wantedBy,
  };
}
