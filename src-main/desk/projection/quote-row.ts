import { quoteFaultShort } from '#core/market/quote-fault';
import type { DeskView } from '#core/state/desk-view';
import { contractLabel } from '#domain/contract';
import type { ConId } from '#domain/ids';
import { tickDecimals } from '#domain/price';
import type { QuoteRow } from '#protocol/topics';
import { minTickOf, quoteTime } from './row-figures.ts';

export function quoteRow(view: DeskView, conId: ConId, wantedBy: number): QuoteRow | undefined {
  const contract = view.board.contract(conId);
  const quote = view.board.quote(conId);
  if (contract === undefined || quote === undefined) return undefined;
  const minTick = minTickOf(view, conId);
  const fault = view.board.fault(conId, { now: view.exchange.now(), maxAgeMs: Number.MAX_SAFE_INTEGER });
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
    at: quoteTime(view, quote),
    liveType: quote.liveType,
    fault: fault === undefined ? null : quoteFaultShort(fault),
    wantedBy,
  };
}
