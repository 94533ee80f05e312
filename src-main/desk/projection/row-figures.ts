import type { DeskView } from '#core/state/desk-view';
import type { ConId } from '#domain/ids';
import { type Price, priceOf, tickDecimals } from '#domain/price';
import type { Quote } from '#domain/quote';

const CENT = priceOf(0.01);

export function minTickOf(view: DeskView, conId: ConId): Price {
  return view.details.get(conId)?.minTick ?? CENT;
}

export function decimalsOf(view: DeskView, conId: ConId): number {
  return tickDecimals(minTickOf(view, conId));
}

/** The broker's time of a moment of the desk's clock; null where it is not known. */
export function brokerTime(view: Pick<DeskView, 'exchange'>, at: number | undefined): number | null {
  return at === undefined ? null : (view.exchange.timeOf(at) ?? null);
}

/** Times inside quotes are the exchange's; the screen counts ages on the desk's clock. */
function deskTime(view: DeskView, exchangeTime: number): number {
  return Math.round(exchangeTime - view.exchange.offset());
}

/** When the quote last changed, on the desk's clock; null for a contract without any quote. */
export function quoteTime(view: DeskView, quote: Quote | undefined): number | null {
  return quote === undefined || quote.updatedAt === 0 ? null : deskTime(view, quote.updatedAt);
}

/** The same on the broker's. */
export function quoteBrokerTime(view: DeskView, quote: Quote | undefined): number | null {
  return quote === undefined || quote.updatedAt === 0 || !view.exchange.known() ? null : Math.round(quote.updatedAt);
}
