import type { ContractDetails } from '#domain/contract';
import type { AccountId, TriggerId } from '#domain/ids';
import type { OrderIntent, OrderLeg, OrderType, Side } from '#domain/order';
import { opposite } from '#domain/order';
import { type Leg, orderRef } from '#domain/order-ref';
import { formatPrice, type Price, roundToTick } from '#domain/price';
import type { Quote } from '#domain/quote';
import { err, ok, type Result } from '#domain/result';
import type { EntryTerms, ExitLevel, TriggerAction } from '#domain/trigger';
import { abs, plus, scale, timesRatio } from '#domain/scaled';
import { ocaGroupOf } from './oca-group.ts';

export interface SizingInput {
  readonly account: AccountId;
  readonly triggerId: TriggerId;
  readonly gen: number;
  readonly fire: number;
  readonly action: TriggerAction;
  readonly details: ContractDetails;
  /** Quote of the contract to trade; its market prices a limit offset and percent exits. */
  readonly quote: Quote | undefined;
  readonly purpose: 'entry' | 'reduce';
  readonly origin: 'trigger' | 'operator';
}

/**
 * Why an action has no order now. `no-market`: a price is missing that the market may still give. `terms`: as it is written it would stand
 * on the wrong side of the market or of its own entry.
 */
export interface Unsized {
  readonly kind: 'no-market' | 'terms';
  /** A sentence. */
  readonly text: string;
}

/** The price an order of this side would meet now: ask for buys, bid for sells; else the last. */
function marketPrice(quote: Quote | undefined, side: Side): Price | undefined {
  if (quote === undefined) return undefined;
  return (side === 'BUY' ? quote.ask : quote.bid) ?? quote.last;
}

/**
 * A firing's action → intent: the entry, and its target and stop as children of one server-side bracket. Prices are rounded to
 * the contract's tick so that nothing is looser than written: limits towards the passive side, stops towards the market.
 * Refuses (a sentence) what has no price or stands on the wrong side of the entry.
 */
export function sizeIntent(input: SizingInput): Result<OrderIntent, Unsized> {
  const { action, details } = input;
  const { side, entry } = action;
  const { minTick } = details;
  const { symbol } = details.contract;
  const market = marketPrice(input.quote, side);
  const refusal = entryRefusal(entry, symbol, market);
  if (refusal !== undefined) return err(refusal);
  const limit = entryLimit(entry, side, minTick, market);
  const stop = entryStop(entry, side, minTick);
  const early = stopSideRefusal(stop, side, market);
  if (early !== undefined) return err(early);
  const ref = (leg: Leg) => orderRef({ triggerId: input.triggerId, gen: input.gen, fire: input.fire, leg });
  const shared = { quantity: action.quantity, outsideRth: action.outsideRth };
  const first: OrderLeg = {
    ref: ref('E'),
    leg: 'E',
    side,
    type: entry.type,
    tif: action.tif,
    ...shared,
    ...(limit === undefined ? {} : { limit }),
    ...(stop === undefined ? {} : { stop }),
  };
  const legs: [OrderLeg, ...OrderLeg[]] = [first];
  const reference = limit ?? stop ?? market;
  const exitSide = opposite(side);
  // One exit alone has its group too, so that what shall work beside it later can join.
  const group = { ocaGroup: ocaGroupOf(first.ref) };
  const exitTif = action.tif === 'IOC' ? 'GTC' : action.tif;
  if (action.target !== undefined) {
    const price = exitPrice(action.target, reference, awayOf('target', side), exitSide, minTick);
    if (price === undefined) return err(noMarket(`The target has no price: ${symbol} has no quote to measure it from.`));
    const wrong = sideRefusal('target', price, reference, awayOf('target', side));
    if (wrong !== undefined) return err(wrong);
    legs.push({ ref: ref('T'), leg: 'T', side: exitSide, type: 'LMT', limit: price, tif: exitTif, ...group, ...shared });
  }
  if (action.stop !== undefined) {
    const price = exitPrice(action.stop, reference, awayOf('stop', side), exitSide, minTick);
    if (price === undefined) return err(noMarket(`The stop has no price: ${symbol} has no quote to measure it from.`));
    const wrong = sideRefusal('stop', price, reference, awayOf('stop', side));
    if (wrong !== undefined) return err(wrong);
    legs.push({ ref: ref('S'), leg: 'S', side: exitSide, type: 'STP', stop: price, tif: exitTif, ...group, ...shared });
  }
  return ok({
    account: input.account,
    contract: action.contract,
    purpose: input.purpose,
    origin: input.origin,
    triggerId: input.triggerId,
    legs,
  });
}

function hasLimit(type: OrderType): boolean {
  return type === 'LMT' || type === 'STP LMT';
}

function hasStop(type: OrderType): boolean {
  return type === 'STP' || type === 'STP LMT';
}

/** What a limit offset is measured from. */
function limitBase(entry: EntryTerms, market: Price | undefined): Price | undefined {
  return entry.type === 'STP LMT' ? entry.stop : market;
}

function noMarket(text: string): Unsized {
  return { kind: 'no-market', text };
}

function wrongTerms(text: string): Unsized {
  return { kind: 'terms', text };
}

/** Which price the entry lacks. */
function entryRefusal(entry: EntryTerms, symbol: string, market: Price | undefined): Unsized | undefined {
  if (hasLimit(entry.type) && entry.limit === undefined) {
    if (entry.limitOffset === undefined) return wrongTerms('The limit order has no limit; write a price or an offset.');
    if (limitBase(entry, market) === undefined)
      return noMarket(`${symbol} has no market to offset the limit from; wait for a quote or write a fixed limit.`);
  }
  return hasStop(entry.type) && entry.stop === undefined ? wrongTerms('The stop order has no stop price; write one.') : undefined;
}

/** A stop on the near side of the market is a market order in disguise. Not asked where there is no market. */
function stopSideRefusal(stop: Price | undefined, side: Side, market: Price | undefined): Unsized | undefined {
  if (stop === undefined || market === undefined) return undefined;
  const direction = side === 'BUY' ? 1 : -1;
  if ((stop - market) * direction > 0) return undefined;
  const where = direction === 1 ? 'above' : 'below';
  return wrongTerms(
    `The ${side === 'BUY' ? 'buy' : 'sell'} stop ${formatPrice(stop)} is not ${where} the market at ${formatPrice(market)}; it would act at once. Move it ${where} the market, or use a market order.`,
  );
}

function entryLimit(entry: EntryTerms, side: Side, tick: Price, market: Price | undefined): Price | undefined {
  if (!hasLimit(entry.type)) return undefined;
  const base = limitBase(entry, market);
  const limit = entry.limit ?? (base === undefined || entry.limitOffset === undefined ? undefined : plus(base, entry.limitOffset));
  return limit === undefined ? undefined : roundToTick(limit, tick, side === 'BUY' ? 'down' : 'up');
}

function entryStop(entry: EntryTerms, side: Side, tick: Price): Price | undefined {
  return hasStop(entry.type) && entry.stop !== undefined ? roundToTick(entry.stop, tick, side === 'BUY' ? 'down' : 'up') : undefined;
}

/** 1 where the exit stands above the entry, −1 below. */
function awayOf(exit: 'target' | 'stop', entrySide: Side): 1 | -1 {
  return (exit === 'target') === (entrySide === 'BUY') ? 1 : -1;
}

/** On the tick; undefined when there is nothing to measure it from. */
function exitPrice(level: ExitLevel, reference: Price | undefined, away: 1 | -1, exitSide: Side, tick: Price): Price | undefined {
  const price = exitLevel(level, reference, away);
  return price === undefined ? undefined : roundToTick(price, tick, exitSide === 'SELL' ? 'up' : 'down');
}

function exitLevel(level: ExitLevel, reference: Price | undefined, direction: 1 | -1): Price | undefined {
  if (level.kind === 'price') return level.price;
  if (reference === undefined) return undefined;
  return plus(reference, scale(timesRatio(abs(reference), level.basisPoints, 10_000), direction));
}

function sideRefusal(name: 'target' | 'stop', price: Price, reference: Price | undefined, direction: 1 | -1): Unsized | undefined {
  if (reference === undefined || (price - reference) * direction > 0) return undefined;
  const where = direction === 1 ? 'above' : 'below';
  return wrongTerms(
    `The ${name} ${formatPrice(price)} is not ${where} the entry at ${formatPrice(reference)}; it would act at once. Move it ${where} the entry.`,
  );
}
