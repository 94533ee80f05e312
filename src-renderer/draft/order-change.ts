import type { OrderState } from '#domain/order';
import { formatPrice, isOnTick, type Price, roundToTick, trustedPrice } from '#domain/price';
import { quantityFromText, type Quantity } from '#domain/quantity';
import type { OrderRow, QuoteRow } from '#protocol/topics';
import { minus, plus, scale } from '#domain/scaled';
import { exactPrice, quantityText } from '../format/figure.ts';
import { orderWord } from '../format/order-word.ts';
import { plainNumber, readPrice } from '../format/read-figure.ts';

export interface Terms {
  readonly limit: Price | null;
  readonly stop: Price | null;
  readonly quantity: Quantity;
}

/** What the fields of the editor hold. */
export interface TypedTerms {
  readonly limit: string;
  readonly stop: string;
  readonly quantity: string;
}

/** Only what differs; an empty one changes nothing. */
export interface OrderChange {
  readonly limit?: Price;
  readonly stop?: Price;
  readonly quantity?: Quantity;
}

export interface ReadChange {
  readonly change: OrderChange;
  readonly faults: Readonly<Partial<Record<keyof TypedTerms, string>>>;
  /** e.g. `stop 47.90 → 47.95`. */
  readonly lines: readonly string[];
  /** What an operator should know before it leaves; it does not forbid anything. */
  readonly warnings: readonly string[];
}

/** `SELL 100 AIG` */
export function orderName(row: OrderRow): string {
  return `${row.side} ${quantityText(row.quantity)} ${row.symbol}`;
}

/** `TRAIL 0.50, now 229.80`: how far it stays behind, and where IB last said that it stands. */
function trailTerms(row: OrderRow): string {
  return `${row.type} ${row.trail ?? ''}${row.stop === null ? '' : `, now ${exactPrice(row.stop, row.decimals)}`}`;
}

/** Type and terms as a row of the blotter has them: `STP 47.90`, `TRAIL 0.50`; where a trailing stop stands has its own column. */
export function shortTerms(row: OrderRow): string {
  if (row.trail !== null) return `${row.type} ${row.trail}`;
  return row.stop === null ? row.type : `${row.type} ${exactPrice(row.stop, row.decimals)}`;
}

/**
 * How far the price that decides has to go until the order fills, or until its stop wakes: above zero it has to rise, zero when it is
 * there. Null for an order that does not work, that waits for nothing, or whose price is unknown. Scaled like the prices.
 */
export function toFill(row: OrderRow, quote: Pick<QuoteRow, 'bid' | 'ask' | 'last'> | undefined): Price | null {
  const { side, stop, limit } = row;
  if (!row.working || quote === undefined) return null;
  // A stop that has not woken is what stands between the order and its fill; IB wakes it by the last price.
  const level = stop ?? limit;
  const price = stop !== null ? quote.last : side === 'BUY' ? quote.ask : quote.bid;
  if (level === null || price === null) return null;
  const isUp = stop !== null ? side === 'BUY' : side === 'SELL';
  const away = minus(level, price);
  return (isUp ? away > 0 : away < 0) ? away : trustedPrice(0);
}

/** `SELL 120 AIG STP 47.90` */
export function orderTerms(row: OrderRow): string {
  if (row.trail !== null) return `${orderName(row)} ${trailTerms(row)}`;
  const prices = [row.stop, row.limit].filter((price) => price !== null).map((price) => ` ${exactPrice(price, row.decimals)}`);
  return `${orderName(row)} ${row.type}${prices.join(' limit')}`;
}

export function termsOf(row: OrderRow): Terms {
  // A trailing order has no stop price of its own: IB moves it.
  return { limit: row.limit, stop: row.trail === null ? row.stop : null, quantity: row.quantity };
}

export function sameTerms(a: Terms, b: Terms): boolean {
  return a.limit === b.limit && a.stop === b.stop && a.quantity === b.quantity;
}

export function typedTerms({ limit, stop, quantity }: Terms, decimals: number): TypedTerms {
  return {
    limit: limit === null ? '' : formatPrice(limit, decimals),
    stop: stop === null ? '' : formatPrice(stop, decimals),
    quantity: quantityText(quantity).replace(/\s/g, ''),
  };
}

/** Where no quote tells the tick: the last decimal that the contract's prices are shown with. */
export function tickOf(quote: QuoteRow | undefined, decimals: number): Price {
  return quote?.minTick ?? trustedPrice(1_000_000 / 10 ** decimals);
}

/** Which answer to a change an order in this state gives: its own sentence, or the one of its kind. */
const CHANGE_BARRED_BY: Readonly<Record<OrderState, 'change' | 'cancel' | 'unknown' | 'working' | 'early' | 'over'>> = {
  INTENT: 'early',
  QUEUED: 'early',
  SUBMITTED: 'early',
  INACTIVE: 'early',
  ACCEPTED: 'working',
  HELD: 'working',
  PARTIALLY_FILLED: 'working',
  PENDING_REPLACE: 'change',
  PENDING_CANCEL: 'cancel',
  UNKNOWN: 'unknown',
  DENIED: 'over',
  CANCELLED: 'over',
  FILLED: 'over',
  REJECTED: 'over',
  EXPIRED: 'over',
  ABORTED_BY_KILL: 'over',
};

/** Why its terms cannot be changed now, as a sentence; null when they can. */
export function changeRefusal(row: OrderRow): string | null {
  if (row.modifiable) return null;
  const name = `${orderName(row)} cannot be changed`;
  switch (CHANGE_BARRED_BY[row.state]) {
    case 'change':
      return `${name} now: a change is on its way and the broker has not answered.`;
    case 'cancel':
      return `${name}: its cancel is on its way.`;
    case 'unknown':
      return `${name}: the broker's answer to it is missing, so nobody knows what there is to change.`;
    case 'working':
      return row.origin === 'foreign'
        ? `${name} from here: another program placed it. Change it there or in TWS.`
        : `${name} now: its terms cannot be sent. Look at the connection in the header, or change it in TWS.`;
    case 'early':
      return `${name} now: it is ${orderWord(row.state, row.ibStatus).word}, the broker does not have it working yet.`;
    case 'over':
      return `${name}: it is ${orderWord(row.state, row.ibStatus).word}.`;
  }
}

/** Why it cannot be cancelled from here, as a sentence; null when it can. */
export function cancelRefusal(row: OrderRow): string | null {
  if (row.cancellable) return null;
  const name = `${orderName(row)} cannot be cancelled`;
  return row.working && row.origin === 'foreign'
    ? `${name} from here: another program placed it. Cancel it there or in TWS; KILL cancels it too when its scope is all orders.`
    : `${name}: it is ${orderWord(row.state, row.ibStatus).word}.`;
}

type Faults = Partial<Record<keyof TypedTerms, string>>;

function readLevel(text: string, old: Price | null, tick: Price | null): { readonly value?: Price; readonly fault?: string } {
  if (old === null) return {};
  const read = readPrice(text, null);
  if (!read.ok) return { fault: read.error };
  if (read.value === old) return {};
  const onTick = readPrice(text, tick);
  return onTick.ok ? { value: read.value } : { fault: onTick.error };
}

function readQuantity(text: string, row: OrderRow): { readonly value?: Quantity; readonly fault?: string } {
  const read = quantityFromText(plainNumber(text));
  if (!read.ok || read.value <= 0) return { fault: 'Write a quantity above zero.' };
  if (read.value === row.quantity) return {};
  if (read.value <= row.filled) return { fault: `${quantityText(row.filled)} are filled: write more, or cancel the rest.` };
  return { value: read.value };
}

/** Reads the editor against the order as it is now. `quote` gives tick and market; without one neither is judged. */
export function readChange(row: OrderRow, typed: TypedTerms, quote: QuoteRow | undefined): ReadChange {
  const tick = quote?.minTick ?? null;
  const limit = readLevel(typed.limit, row.limit, tick);
  const stop = readLevel(typed.stop, row.stop, tick);
  const quantity = readQuantity(typed.quantity, row);
  const faults: Faults = {
    ...(limit.fault === undefined ? {} : { limit: limit.fault }),
    ...(stop.fault === undefined ? {} : { stop: stop.fault }),
    ...(quantity.fault === undefined ? {} : { quantity: quantity.fault }),
  };
  const change: OrderChange = {
    ...(limit.value === undefined ? {} : { limit: limit.value }),
    ...(stop.value === undefined ? {} : { stop: stop.value }),
    ...(quantity.value === undefined ? {} : { quantity: quantity.value }),
  };
  return { change, faults, lines: changeLines(row, change), warnings: marketWarnings(row, change, quote) };
}

function changeLines(row: OrderRow, change: OrderChange): readonly string[] {
  const price = (name: string, from: Price | null, to: Price | undefined): readonly string[] =>
    to === undefined ? [] : [`${name} ${exactPrice(from, row.decimals)} → ${exactPrice(to, row.decimals)}`];
  return [
    ...price('stop', row.stop, change.stop),
    ...price('limit', row.limit, change.limit),
    ...(change.quantity === undefined ? [] : [`quantity ${quantityText(row.quantity)} → ${quantityText(change.quantity)}`]),
  ];
}

function marketWarnings(row: OrderRow, change: OrderChange, quote: QuoteRow | undefined): readonly string[] {
  const isBuy = row.side === 'BUY';
  const { bid = null, ask = null } = quote ?? {};
  const warnings: string[] = [];
  const market = isBuy ? ask : bid;
  if (market !== null && change.limit !== undefined && (isBuy ? change.limit >= market : change.limit <= market))
    warnings.push(`Fills at once: the ${isBuy ? 'ask' : 'bid'} is ${exactPrice(market, row.decimals)}.`);
  if (market !== null && change.stop !== undefined && (isBuy ? change.stop <= market : change.stop >= market))
    warnings.push(`The stop fires at once: the ${isBuy ? 'ask' : 'bid'} is ${exactPrice(market, row.decimals)}.`);
  return warnings;
}

/**
 * Its price moved by whole ticks; a stop limit moves both, so that their distance stays. Null where it has no price. A price that is
 * off the tick goes to the next one in the direction of the step.
 */
export function nudge(row: OrderRow, ticks: number, tick: Price): OrderChange | null {
  if (row.limit === null && row.stop === null) return null;
  const move = (price: Price): Price =>
    isOnTick(price, tick)
      ? plus(price, scale(tick, ticks))
      : plus(roundToTick(price, tick, ticks > 0 ? 'up' : 'down'), scale(tick, ticks > 0 ? ticks - 1 : ticks + 1));
  return {
    ...(row.stop === null ? {} : { stop: move(row.stop) }),
    ...(row.limit === null ? {} : { limit: move(row.limit) }),
  };
}

export interface OriginBadge {
  readonly badge: 'MANUAL' | 'FOREIGN' | null;
  readonly rest: string;
}

/** Orders that this desk did not send are told apart by a word, not by a colour alone. */
export function originBadge({ origin, originText }: Pick<OrderRow, 'origin' | 'originText'>): OriginBadge {
  if (origin !== 'manual' && origin !== 'foreign') return { badge: null, rest: originText };
  const badge = origin === 'manual' ? 'MANUAL' : 'FOREIGN';
  return { badge, rest: originText.replace(new RegExp(`^${badge}\\s*`), '') };
}
