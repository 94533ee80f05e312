import { sizeIntent } from '#core/order/sizing';
import { riskContext } from '#core/pretrade/read-risk-context';
import { judge } from '#core/risk/risk-engine';
import { commit, type Slice } from '#core/state/desk-state';
import { priceLeaves } from '#domain/condition';
import { triggerIdOf } from '#domain/ids';
import type { OrderIntent } from '#domain/order';
import { fieldPrice, type Quote } from '#domain/quote';
import type { Result } from '#domain/result';
import { minus, plus } from '#domain/scaled';
import type { TriggerSpec } from '#domain/trigger';
import { armRefusal } from './arm.ts';

type Desk = Slice<
  | 'accounts'
  | 'board'
  | 'clock'
  | 'coordinator'
  | 'counters'
  | 'details'
  | 'drafts'
  | 'exchange'
  | 'ids'
  | 'index'
  | 'journal'
  | 'killLatchFile'
  | 'latch'
  | 'link'
  | 'market'
  | 'recentSends'
  | 'reconciliation'
  | 'registry'
  | 'rules'
  | 'startRefusal'
  | 'stores'
  | 'subscriptions'
  | 'triggerIndex'
>;

const DRAFT = triggerIdOf('DRAFT000');

export interface DryRun {
  /** Why the draft could not be armed now; a sentence. */
  readonly blocked: string | undefined;
  /** The order as it would leave, or why it has no price. Missing while the account or the contract's details are unknown. */
  readonly sized: Result<OrderIntent> | undefined;
  /** What the controls say of that order. Missing where none was judged. */
  readonly verdict: ReturnType<typeof judge> | undefined;
}

/** The draft sized and judged as if it fired now. Nothing is written but the read itself; nothing is approved. */
export function dryRun(desk: Desk, spec: TriggerSpec): DryRun {
  const blocked = armRefusal(desk, spec)?.text;
  const account = desk.accounts.current();
  const details = desk.details.get(spec.action.contract.conId);
  if (account === undefined || details === undefined) return { blocked, sized: undefined, verdict: undefined };
  const atLevel = quoteAtLevel(desk, spec);
  const sized = sizeIntent({
    account: account.id,
    triggerId: DRAFT,
    gen: 1,
    fire: 1,
    action: spec.action,
    details,
    quote: atLevel,
    purpose: 'entry',
    origin: 'trigger',
  });
  if (!sized.ok) return { blocked, sized, verdict: undefined };
  const verdict = commit(desk, 'housekeeping', 'trigger.preview', { kind: 'command', text: 'preview' }, (tx) =>
    judge(sized.value, riskContext(desk, tx, sized.value, undefined, atLevel)),
  );
  return { blocked, sized, verdict };
}

/** When the trigger watches what it trades, the order will meet the market at the level, not where it stands now. */
function quoteAtLevel(desk: Desk, spec: TriggerSpec): Quote | undefined {
  const conId = spec.action.contract.conId;
  const quote = desk.board.quote(conId);
  const leaf = priceLeaves(spec.condition).find((candidate) => candidate.contract.conId === conId);
  if (quote?.bid === undefined || quote.ask === undefined || leaf?.kind !== 'price') return quote;
  const now = fieldPrice(quote, leaf.field);
  if (now === undefined) return quote;
  const shift = minus(leaf.level, now);
  return {
    ...quote,
    bid: plus(quote.bid, shift),
    ask: plus(quote.ask, shift),
    ...(quote.last === undefined ? {} : { last: plus(quote.last, shift) }),
  };
}
