import type { ReactNode } from 'react';
import type { ConId } from '#domain/ids';
import { UNKNOWN, changePercent, changeText, priceText } from '../../format/figure.ts';
import { ageText } from '../../format/time.ts';
import { useRow, useTicking } from '../../hook/rows.ts';

export function TicketQuote({ conId }: { readonly conId: ConId }): ReactNode {
  const quote = useRow('quotes', conId);
  const at = quote?.at ?? null;
  const age = useTicking((now) => (at === null ? UNKNOWN : ageText(now - at)));
  if (quote === undefined) {
    return <span className="dim">No quote yet; the line is being requested.</span>;
  }
  const change = changePercent(quote.last, quote.close);
  const tone = change === null || change === 0 ? 'dim' : change > 0 ? 'up' : 'down';
  return (
    <div className="ticket-quote" data-testid="ticket-quote" title={quote.fault ?? `${quote.liveType} data`}>
      <b>{priceText(quote.last, quote.decimals)}</b> <span className={tone}>{changeText(quote.last, quote.close)} %</span>{' '}
      <small className={quote.fault === null ? 'quiet' : 'amber'}>
        {priceText(quote.bid, quote.decimals)} × {priceText(quote.ask, quote.decimals)} · {quote.fault ?? age}
      </small>
    </div>
  );
}
