import { type Price, roundToTick, trustedPrice } from '#domain/price';
import type { Trail } from '#domain/order';
import { type Quantity, QUANTITY_SCALE, trustedQuantity } from '#domain/quantity';
import type { OrderRow, PositionRow, QuoteRow } from '#protocol/topics';
import { abs, max, min, minus } from '#domain/scaled';
import { exactPrice, quantityText } from '../../format/figure.ts';
import { orderTerms } from '../../draft/order-change.ts';
import { readPercent, readPrice } from '../../format/read-figure.ts';
import { trailRefusal } from '#domain/trigger-terms';

/**
 * What the desk will do when it is asked to, told beforehand from what this screen shows. The desk decides anew from its own book: a fill
 * in between changes its figures, never the rule that nothing is sold or bought beyond what is held.
 */
export type Percent = 25 | 50 | 100;

export interface ClosePlan {
  readonly side: 'BUY' | 'SELL';
  readonly quantity: Quantity;
  readonly remaining: Quantity;
  readonly will: readonly string[];
  readonly willNot: readonly string[];
  /** Why it cannot be done, as a sentence; null when it can. */
  readonly refusal: string | null;
}

function held(position: PositionRow): Quantity {
  return abs(position.quantity);
}

/** Side of the orders that lower the position. */
function exitSide(position: PositionRow): 'BUY' | 'SELL' {
  return position.quantity > 0 ? 'SELL' : 'BUY';
}

/** Working orders that lower this position; children of an entry without a fill wait for it and lower nothing. */
function exitsOf(position: PositionRow, orders: readonly OrderRow[]): readonly OrderRow[] {
  return orders.filter((row) => row.working && row.conId === position.conId && row.side === exitSide(position) && !row.waits);
}

function rest(order: OrderRow): number {
  return Math.max(0, order.quantity - order.filled);
}

/** Exits of one OCA group cancel each other, so the largest of them counts. */
function ocaGroups(exits: readonly OrderRow[]): readonly (readonly OrderRow[])[] {
  const groups = new Map<string, OrderRow[]>();
  for (const order of exits) {
    const name = order.group ?? (order.parentKey === null ? order.key : `OCA-${order.parentKey}`);
    groups.set(name, [...(groups.get(name) ?? []), order]);
  }
  return [...groups.values()];
}

export function closePlan(position: PositionRow, orders: readonly OrderRow[], percent: Percent): ClosePlan {
  const size = held(position);
  const whole = Math.floor((size * percent) / 100 / QUANTITY_SCALE) * QUANTITY_SCALE;
  const quantity = trustedQuantity(percent === 100 ? size : whole);
  const remaining = minus(size, quantity);
  const side = exitSide(position);
  const exits = exitsOf(position, orders);
  const total = ocaGroups(exits).reduce((sum, group) => sum + Math.max(...group.map(({ takes }) => takes)), 0);
  const crowded = total > remaining;
  const room = crowded ? makeRoom(exits, remaining) : { changes: [], stays: exits };
  const foreign = crowded ? exits.find((order) => order.origin === 'foreign') : undefined;
  const refusal =
    quantity <= 0
      ? `${String(percent)} % of ${quantityText(size)} is less than one; close all of it.`
      : foreign !== undefined
        ? `Another program has ${orderTerms(foreign)} working. Cancel it there first, or the position could turn around.`
        : position.closing;
  const first = room.changes.length > 0;
  return {
    side,
    quantity,
    remaining,
    refusal,
    will: [
      ...room.changes.map((text) => `First: ${text}.`),
      `${first ? 'When the broker has confirmed that: one' : 'One'} reduce-only market order, ${side} ${quantityText(quantity)} ${position.symbol} in ${position.account}.`,
    ],
    willNot: [
      'It never trades more than is held when it leaves.',
      'No price is guaranteed: it takes what the market offers.',
      ...(remaining > 0 ? [`${quantityText(remaining)} ${position.symbol} stay.`] : []),
      ...room.stays.map((order) => `${orderTerms(order)} stays as it is.`),
    ],
  };
}

function isStop(order: OrderRow): boolean {
  return order.type.startsWith('STP') || order.type.startsWith('TRAIL');
}

/**
 * The desk's order of going through them: what fits stays, the rest shrinks; targets before stops, and a target goes where it cannot shrink.
 * A stop never does while something stays: without that there is no close.
 */
function makeRoom(
  exits: readonly OrderRow[],
  remaining: number,
): { readonly changes: readonly string[]; readonly stays: readonly OrderRow[] } {
  let room = remaining;
  const changes: string[] = [];
  const stays: OrderRow[] = [];
  const hasStop = (group: readonly OrderRow[]): number => (group.some((order) => isStop(order) && order.modifiable) ? 0 : 1);
  const shares = new Map<OrderRow, number>();
  for (const group of ocaGroups(exits).toSorted((one, other) => hasStop(one) - hasStop(other))) {
    const share = Math.min(room, Math.max(...group.map(rest)));
    room -= share;
    for (const order of group) shares.set(order, share);
  }
  for (const [order, share] of [...shares].toSorted(([one], [other]) => Number(isStop(one)) - Number(isStop(other)))) {
    if (rest(order) <= share) stays.push(order);
    else if (order.state === 'PENDING_CANCEL') changes.push(`the cancel of ${orderTerms(order)} is waited for`);
    else if (share > 0 && order.modifiable)
      changes.push(`${orderTerms(order)} shrinks to ${quantityText(trustedQuantity(order.filled + share))}`);
    else if (share > 0 && isStop(order))
      changes.push(`${orderTerms(order)} would have to shrink and cannot now; nothing is closed without that`);
    else changes.push(`${orderTerms(order)} is cancelled`);
  }
  return { changes, stays };
}

export interface StopPlan {
  /** On the tick, towards the market: it protects no less than what was written. */
  readonly level: Price;
  readonly lines: readonly string[];
  /** Why the desk would refuse it, as a sentence; null when nothing speaks against it here. */
  readonly refusal: string | null;
}

function towardsMarket(position: PositionRow, price: number, tick: Price): Price {
  return roundToTick(trustedPrice(price), tick, position.quantity > 0 ? 'up' : 'down');
}

function firesAtOnce(position: PositionRow, level: Price, quote: QuoteRow | undefined): string | null {
  const isLong = position.quantity > 0;
  const market = (isLong ? quote?.bid : quote?.ask) ?? null;
  if (market === null) return null;
  if (isLong ? level < market : level > market) return null;
  return `A stop at ${exactPrice(level, position.decimals)} would fire at once: the ${isLong ? 'bid' : 'ask'} is ${exactPrice(market, position.decimals)}. Close the position instead.`;
}

export function protectPlan(position: PositionRow, stop: Price, tick: Price, quote: QuoteRow | undefined): StopPlan {
  const level = towardsMarket(position, stop, tick);
  const distance = position.mark === null || position.mark === 0 ? null : Math.abs(position.mark - level) / Math.abs(position.mark);
  return {
    level,
    lines: [
      `${exitSide(position)} ${quantityText(position.unprotected)} ${position.symbol} STP ${exactPrice(level, position.decimals)} GTC${
        distance === null ? '' : ` · ${(distance * 100).toFixed(2)} % from the mark`
      }`,
    ],
    refusal: position.unprotected === 0 ? 'Stops at the broker cover the whole position already.' : firesAtOnce(position, level, quote),
  };
}

export function breakevenPlan(position: PositionRow, orders: readonly OrderRow[], tick: Price, quote: QuoteRow | undefined): StopPlan {
  const level = towardsMarket(position, position.averagePrice, tick);
  const stops = exitsOf(position, orders).filter((row) => row.type === 'STP' && !row.isEntry && row.stop !== level);
  const done = exitsOf(position, orders).some((row) => row.type === 'STP' && !row.isEntry && row.stop === level);
  return {
    level,
    lines: stops.map((row) => `${orderTerms(row)} → ${exactPrice(level, position.decimals)}`),
    refusal:
      stops.length > 0
        ? firesAtOnce(position, level, quote)
        : done
          ? `The stop of ${position.symbol} is at ${exactPrice(level, position.decimals)}, its average, already.`
          : `No plain stop of ${position.symbol} works at the broker; protect it first.`,
  };
}

export type TrailRead = { readonly ok: true; readonly trail: Trail } | { readonly ok: false; readonly error: string };

/** `0.50` is an amount, `1.5 %` a percentage of the market. */
export function readTrail(text: string, tick: Price): TrailRead {
  if (text.includes('%')) {
    const percent = readPercent(text);
    if (!percent.ok) return percent;
    return trailOf({ kind: 'percent', basisPoints: percent.value });
  }
  const amount = readPrice(text, tick);
  if (!amount.ok) return amount;
  return trailOf({ kind: 'amount', amount: amount.value });
}

function trailOf(trail: Trail): TrailRead {
  const error = trailRefusal(trail);
  return error === undefined ? { ok: true, trail } : { ok: false, error };
}

export function trailPlan(
  position: PositionRow,
  orders: readonly OrderRow[],
  trail: Trail,
  tick: Price,
  quote: QuoteRow | undefined,
): StopPlan {
  const isLong = position.quantity > 0;
  const market = (isLong ? quote?.bid : quote?.ask) ?? position.mark;
  const from = market ?? position.averagePrice;
  const distance = trail.kind === 'amount' ? trail.amount : Math.round((Math.abs(from) * trail.basisPoints) / 10_000);
  const behind = towardsMarket(position, isLong ? from - distance : from + distance, tick);
  const stops = exitsOf(position, orders).filter((row) => /^(STP|TRAIL)/.test(row.type) && !row.isEntry && row.origin !== 'foreign');
  const text = trail.kind === 'amount' ? exactPrice(trail.amount, position.decimals) : `${String(trail.basisPoints / 100)} %`;
  const nearer = (stop: Price): Price => (isLong ? max(stop, behind) : min(stop, behind));
  const lines = stops.map((row) =>
    row.type === 'TRAIL'
      ? `${orderTerms(row)} → ${text} behind`
      : `${orderTerms(row)} → TRAIL ${text}, from ${exactPrice(nearer(row.stop ?? behind), position.decimals)}; the old one goes when IB has confirmed it`,
  );
  if (position.unprotected > 0)
    lines.push(
      `${exitSide(position)} ${quantityText(position.unprotected)} ${position.symbol} TRAIL ${text} GTC, from ${exactPrice(behind, position.decimals)}`,
    );
  return {
    level: behind,
    lines,
    refusal: position.closing ?? (market === null ? `${position.symbol} has no market now that a stop could trail.` : null),
  };
}

/** Prices to begin with: a distance from the mark on the losing side, and the average. Those that would fire at once are left out. */
export function stopPresets(
  position: PositionRow,
  tick: Price,
  quote: QuoteRow | undefined,
): readonly { readonly label: string; readonly price: Price }[] {
  const from = position.mark ?? position.averagePrice;
  const away = position.quantity > 0 ? -1 : 1;
  const at = (percent: number): Price => towardsMarket(position, Math.round(from * (1 + (away * percent) / 100)), tick);
  return [
    { label: '1 %', price: at(1) },
    { label: '2 %', price: at(2) },
    { label: 'Breakeven', price: towardsMarket(position, position.averagePrice, tick) },
  ].filter(({ price }) => firesAtOnce(position, price, quote) === null);
}
