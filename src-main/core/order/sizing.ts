import type { ContractDetails } from '#domain/contract';
import type { AccountId, TriggerId } from '#domain/ids';
import type { OrderIntent, OrderLeg, Side } from '#domain/order';
import { opposite } from '#domain/order';
import { type Leg, orderRef } from '#domain/order-ref';
import { formatPrice, type Price, roundToTick } from '#domain/price';
import type { Quote } from '#domain/quote';
import { err, ok, type Result } from '#domain/result';
import type { ExitLevel, TriggerAction } from '#domain/trigger';
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
export function sizeIntent(input: SizingInput): Result<OrderIntent> {
  const { action, details, quote } = input;
  const { side, entry } = action;
  const tick = details.minTick;
  const ref = (leg: Leg) => orderRef({ triggerId: input.triggerId, gen: input.gen, fire: input.fire, leg });
  const shared = { quantity: action.quantity, outsideRth: action.outsideRth };
  const market = marketPrice(quote, side);

  let limit: Price | undefined;
  if (entry.type === 'LMT' || entry.type === 'STP LMT') {
    if (entry.limit !== undefined) limit = entry.limit;
    else if (entry.limitOffset !== undefined) {
      const base = entry.type === 'STP LMT' ? entry.stop : market;
      if (base === undefined)
        return err(`${details.contract.symbol} has no market to offset the limit from; wait for a quote or write a fixed limit.`);
      limit = plus(base, entry.limitOffset);
    } else return err('The limit order has no limit; write a price or an offset.');
    limit = roundToTick(limit, tick, side === 'BUY' ? 'down' : 'up');
  }
  let stop: Price | undefined;
  if (entry.type === 'STP' || entry.type === 'STP LMT') {
    if (entry.stop === undefined) return err('The stop order has no stop price; write one.');
    stop = roundToTick(entry.stop, tick, side === 'BUY' ? 'down' : 'up');
  }
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
    const price = exitPrice(action.target, reference, side === 'BUY' ? 1 : -1);
    if (price === undefined) return err(`The target has no price: ${details.contract.symbol} has no quote to measure it from.`);
    const rounded = roundToTick(price, tick, exitSide === 'SELL' ? 'up' : 'down');
    const fault = sideRefusal('target', rounded, reference, side === 'BUY' ? 1 : -1);
    if (fault !== undefined) return err(fault);
    legs.push({ ref: ref('T'), leg: 'T', side: exitSide, type: 'LMT', limit: rounded, tif: exitTif, ...group, ...shared });
  }
  if (action.stop !== undefined) {
    const price = exitPrice(action.stop, reference, side === 'BUY' ? -1 : 1);
    if (price === undefined) return err(`The stop has no price: ${details.contract.symbol} has no quote to measure it from.`);
    const rounded = roundToTick(price, tick, exitSide === 'SELL' ? 'up' : 'down');
    const fault = sideRefusal('stop', rounded, reference, side === 'BUY' ? -1 : 1);
    if (fault !== undefined) return err(fault);
    legs.push({ ref: ref('S'), leg: 'S', side: exitSide, type: 'STP', stop: rounded, tif: exitTif, ...group, ...shared });
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

function exitPrice(level: ExitLevel, reference: Price | undefined, direction: 1 | -1): Price | undefined {
  if (level.kind === 'price') return level.price;
  if (reference === undefined) return undefined;
  return plus(reference, scale(timesRatio(abs(reference), level.basisPoints, 10_000), direction));
}

function sideRefusal(name: 'target' | 'stop', price: Price, reference: Price | undefined, direction: 1 | -1): string | undefined {
  if (reference === undefined || (price - reference) * direction > 0) return undefined;
  const where = direction === 1 ? 'above' : 'below';
  return `The ${name} ${formatPrice(price)} is not ${where} the entry at ${formatPrice(reference)}; it would act at once. Move it ${where} the entry.`;
}
