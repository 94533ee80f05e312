import { notional } from '#domain/money';
import { mulDiv } from '#domain/decimal';
import { midpoint, type Price, trustedPrice, ZERO_PRICE } from '#domain/price';
import type { QuoteRow } from '#protocol/topics';
import { plus } from '#domain/scaled';
import { amountText, priceText, signed } from '../../format/figure.ts';
import { readPrice, readQuantity } from '../../format/read-figure.ts';
import type { Draft } from '../../draft/draft.ts';
import { readExit, readLimit } from '../../draft/read-draft.ts';

/** About where the entry would trade: the limit, the trigger's level, or the market. A guide for the eye, never for an order. */
export function referencePrice(draft: Draft, quote: QuoteRow | undefined): Price | null {
  const around = expectedMarket(draft, quote);
  if (draft.type === 'STP' || draft.type === 'STP LMT') {
    const stop = readPrice(draft.entryStop, null);
    if (stop.ok) return stop.value;
  }
  if (draft.type !== 'LMT') return around;
  const limit = readLimit(draft.limit, null, draft.side);
  if (!limit.ok) return around;
  if (limit.value.limit !== undefined) return limit.value.limit;
  return around === null ? null : plus(around, limit.value.limitOffset ?? ZERO_PRICE);
}

/** Where the market is when the trigger fires: at its level, or where it is now; as the desk measures it. */
function expectedMarket(draft: Draft, quote: QuoteRow | undefined): Price | null {
  const level = readPrice(draft.level, null);
  if (level.ok && !isReached(draft, level.value, quote)) return level.value;
  return (draft.side === 'BUY' ? quote?.ask : quote?.bid) ?? quote?.last ?? null;
}

/** The price is at or beyond the level: the trigger will not meet the market there any more. A crossing has to come back first. */
function isReached({ field, test }: Draft, level: Price, quote: QuoteRow | undefined): boolean {
  const mid = quote?.bid === null || quote?.ask === null || quote === undefined ? null : midpoint(quote.bid, quote.ask);
  const price = field === 'mid' ? mid : (quote?.[field] ?? null);
  if (price === null) return false;
  return test === 'at-or-above' ? price >= level : test === 'at-or-below' && price <= level;
}

/** `shares ≈ 35 880 USD` */
export function notionalText(draft: Draft, price: Price | null): string {
  const kind = draft.contract?.secType === 'STK' || draft.contract === null ? 'shares' : 'contracts';
  const quantity = readQuantity(draft.quantity);
  if (!quantity.ok || price === null || draft.contract === null) return kind;
  return `${kind} ≈ ${amountText(notional(price, quantity.value, draft.contract.multiplier), 0)} ${draft.contract.currency}`;
}

interface ExitDistance {
  /** Signed, from the entry, price units. */
  readonly distance: number;
}

function exitDistance(which: 'target' | 'stop', draft: Draft, entry: Price | null): ExitDistance | null {
  const text = which === 'target' ? draft.target : draft.stop;
  const exit = readExit(text, null);
  if (!exit.ok || entry === null) return null;
  if (exit.value.kind === 'price') return { distance: exit.value.price - entry };
  const gain = (draft.side === 'BUY') === (which === 'target') ? 1 : -1;
  return { distance: gain * Math.abs(mulDiv(entry, exit.value.basisPoints, 10_000)) };
}

/** Target: `+1.20 · 2.0 R`; stop: `−0.60 · 120 USD`. A side that loses where it should gain says so. */
export function exitHint(which: 'target' | 'stop', draft: Draft, entry: Price | null, decimals: number): string {
  const exit = exitDistance(which, draft, entry);
  if (exit === null) return '';
  const favourable = draft.side === 'BUY' ? exit.distance > 0 : exit.distance < 0;
  if (favourable !== (which === 'target')) return which === 'target' ? 'on the losing side' : 'on the winning side';
  const distance = signed(priceText(trustedPrice(exit.distance), decimals));
  if (which === 'target') {
    const risk = exitDistance('stop', draft, entry);
    const ratio = risk === null || risk.distance === 0 ? '' : ` · ${Math.abs(exit.distance / risk.distance).toFixed(1)} R`;
    return `${distance}${ratio}`;
  }
  const quantity = readQuantity(draft.quantity);
  if (!quantity.ok || draft.contract === null) return distance;
  const loss = notional(trustedPrice(Math.abs(exit.distance)), quantity.value, draft.contract.multiplier);
  return `${distance} · ${amountText(loss, 0)} ${draft.contract.currency}`;
}
