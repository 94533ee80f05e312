import { formatPrice, type Price } from '#domain/price';
import type { Quote, QuoteFault } from '#domain/quote';
import type { SessionNow } from '#domain/session-time';

export interface QuoteContext {
  /** Epoch ms. */
  readonly now: number;
  readonly maxAgeMs: number;
  /** Futures and spreads. */
  readonly mayBeNegative: boolean;
  /** Given only when regular hours are demanded. */
  readonly session?: SessionNow['session'];
  readonly farmUp: boolean;
  /** False from a reconnect or data gap until the prices in question have been confirmed. */
  readonly baselined: boolean;
}

/** Milliseconds since the newest tick. */
export function quoteAge(quote: Pick<Quote, 'updatedAt'>, now: number): number {
  return now - quote.updatedAt;
}

/**
 * Why this quote must not fire a trigger, or undefined when it may. The order is that of causes: a dead farm explains a
 * stale quote, so it is named first. A clock that jumped makes a quote stale in both directions: an age is trusted only
 * within the limit on either side of zero.
 */
export function quoteFault(quote: Quote, context: QuoteContext): QuoteFault | undefined {
  if (quote.updatedAt === 0) return context.farmUp ? 'none-yet' : 'farm-down';
  if (!context.farmUp) return 'farm-down';
  if (!context.baselined) return 'not-baselined';
  if (quote.liveType !== 'live') return quote.liveType === 'frozen' ? 'frozen' : 'delayed';
  if (quote.halted) return 'halted';
  if (context.session !== undefined && context.session !== 'rth') return 'session-closed';
  if (quote.bid === undefined && quote.ask === undefined && quote.last === undefined) return 'none-yet';
  if (!(Math.abs(quoteAge(quote, context.now)) <= context.maxAgeMs)) return 'stale';
  return priceFault(quote, context.mayBeNegative);
}

function priceFault({ bid, ask, last }: Quote, mayBeNegative: boolean): 'zero' | 'crossed' | undefined {
  if (!mayBeNegative && (isBelow(bid) || isBelow(ask) || isBelow(last))) return 'zero';
  if (bid !== undefined && ask !== undefined && bid >= ask) return 'crossed';
  return undefined;
}

function isBelow(price: Price | undefined): boolean {
  return price !== undefined && !(price > 0);
}

export interface QuoteFigures {
  readonly label: string;
  readonly ageMs?: number;
  readonly limitMs?: number;
  readonly bid?: Price;
  readonly ask?: Price;
  readonly decimals?: number;
}

function seconds(ms: number | undefined): string {
  return ms === undefined ? '—' : (Math.abs(ms) / 1000).toFixed(1);
}

/** What is wrong, with the figure and the limit, and what the watcher waits for. */
export function quoteRefusal(fault: QuoteFault, figures: QuoteFigures): string {
  const { label } = figures;
  switch (fault) {
    case 'none-yet':
      return `${label} has no price; waits for one.`;
    case 'stale':
      return staleRefusal(figures);
    case 'crossed':
      return crossedRefusal(figures);
    case 'zero':
      return `${label} shows a price of zero or less, which is no price; waits for a real one.`;
    case 'delayed':
      return `The quote of ${label} is delayed; a trigger needs live data. Check the market data subscription in TWS.`;
    case 'frozen':
      return `The quote of ${label} is frozen at the last close; waits for live data.`;
    case 'halted':
      return `Trading in ${label} is halted; waits until it resumes.`;
    case 'session-closed':
      return `The regular session of ${label} is closed; waits for the open, or let the trigger act outside regular hours.`;
    case 'farm-down':
      return `The data farm of ${label} is down; waits until the broker has it back.`;
    case 'not-baselined':
      return `The data of ${label} was interrupted; waits for two ticks so that a jump during the gap fires nothing.`;
  }
}

function staleRefusal({ label, ageMs, limitMs }: QuoteFigures): string {
  return ageMs !== undefined && ageMs < 0
    ? `The quote of ${label} is dated ${seconds(ageMs)} s ahead of the clock; waits for a tick with the right time.`
    : `The quote of ${label} is ${seconds(ageMs)} s old, the limit is ${seconds(limitMs)} s; waits for a fresh tick.`;
}

function crossedRefusal({ label, bid, ask, decimals = 2 }: QuoteFigures): string {
  if (bid === undefined || ask === undefined) return `The quote of ${label} is crossed; waits until bid is below ask.`;
  const word = bid === ask ? 'locked' : 'crossed';
  return `The quote of ${label} is ${word}, bid ${formatPrice(bid, decimals)} against ask ${formatPrice(ask, decimals)}; waits until bid is below ask.`;
}

/** A few words for a table cell. */
export function quoteFaultShort(fault: QuoteFault): string {
  return SHORT[fault];
}

const SHORT: Readonly<Record<QuoteFault, string>> = {
  'none-yet': 'no quote',
  stale: 'quote is old',
  crossed: 'quote is crossed',
  zero: 'price is zero',
  delayed: 'quote is delayed',
  frozen: 'quote is frozen',
  halted: 'trading halted',
  'session-closed': 'session closed',
  'farm-down': 'data farm down',
  'not-baselined': 'confirming after gap',
};
