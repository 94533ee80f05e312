import { sizeIntent, type Unsized } from '#core/order/sizing';
import type { Slice } from '#core/state/desk-state';
import { type RuleNow, ruleNow } from '#core/trigger/rule-now';
import type { TriggerId } from '#domain/ids';
import type { OrderIntent } from '#domain/order';
import type { Price } from '#domain/price';
import { fieldPrice, type Quote } from '#domain/quote';
import { err, type Result } from '#domain/result';
import { minus, plus } from '#domain/scaled';
import type { TriggerSpec } from '#domain/trigger';

type Desk = Slice<'accounts' | 'details'>;

/** Which firing of which generation: it names the legs. */
export interface FiringOf {
  readonly id: TriggerId;
  readonly gen: number;
  readonly fire: number;
  readonly spec: TriggerSpec;
}

/** The one order of a firing, whether it is previewed, armed or sent. `quote` is the market that it meets. */
export function sizeFiring(desk: Desk, { id, gen, fire, spec }: FiringOf, quote: Quote | undefined): Result<OrderIntent, Unsized> {
  const { action } = spec;
  const account = desk.accounts.current();
  if (account === undefined) return err({ kind: 'no-market', text: 'TWS has offered no account.' });
  const details = desk.details.get(action.contract.conId);
  if (details === undefined) return err({ kind: 'no-market', text: `The contract details of ${action.contract.symbol} are not known.` });
  return sizeIntent({ account: account.id, triggerId: id, gen, fire, action, details, quote, purpose: 'entry', origin: 'trigger' });
}

/** The market that an order would meet, and where it comes from. */
export interface MarketAhead {
  readonly quote: Quote | undefined;
  /** The level that the market is taken to stand at; undefined when it is the market now. */
  readonly level: Price | undefined;
  readonly rule: RuleNow;
}

/**
 * A rule that is true now meets the market now. One that waits for a level of what it trades meets the market at that level; one that waits
 * for something else is shown on the market now, the only one that is known.
 */
export function marketAhead(desk: Slice<'board' | 'exchange'>, spec: TriggerSpec): MarketAhead {
  const { conId } = spec.action.contract;
  const quote = desk.board.quote(conId);
  const rule = ruleNow(spec, conId, desk.board, desk.exchange.now());
  const now = quote === undefined || rule.ahead === undefined ? undefined : fieldPrice(quote, rule.ahead.field);
  if (quote?.bid === undefined || quote.ask === undefined || rule.ahead === undefined || now === undefined)
    return { quote, level: undefined, rule };
  const shift = minus(rule.ahead.level, now);
  const last = quote.last === undefined ? {} : { last: plus(quote.last, shift) };
  return { quote: { ...quote, bid: plus(quote.bid, shift), ask: plus(quote.ask, shift), ...last }, level: rule.ahead.level, rule };
}
