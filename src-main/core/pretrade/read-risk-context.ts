import type { Tx } from '#core/commit/transaction';
import { quoteFault, quoteRefusal } from '#core/market/quote-fault';
import { groupOf } from '#core/order/oca-group';
import { CLOSED, isProbe } from '#core/risk/breaker';
import { overLimit } from '#core/risk/exposure';
import type { RiskContext, TriggerFires } from '#core/risk/risk-context';
import { contractLabel, mayTradeBelowZero } from '#domain/contract';
import { sessionAt } from '#domain/session-time';
import { type AccountId, orderKeyOf } from '#domain/ids';
import type { Order, OrderIntent } from '#domain/order';
import type { Quote } from '#domain/quote';
import { ZERO } from '#domain/quantity';
import { type Effect, positionKey } from '#core/state/records';
import { comingOf, takesOf } from '#core/order/brackets';
import type { Slice } from '#core/state/desk-state';
import { dailyPnlAge } from './daily-pnl-age.ts';
import { embargo, positionsOf } from './trading-state.ts';

type Desk = Slice<
  'accounts' | 'board' | 'clock' | 'details' | 'exchange' | 'index' | 'journal' | 'latch' | 'link' | 'recentSends' | 'rules' | 'stores'
>;

export interface TriggerFiring extends TriggerFires {
  /** The order fires in the very turn of this tick of its quote, epoch ms; undefined when it fires otherwise. */
  readonly tickAt: number | undefined;
}

/**
 * Reads, inside the commit, everything the verdict depends on. The quote is the one of the firing tick when the order trades the
 * watched contract, otherwise the board's.
 */
export function riskContext(
  desk: Desk,
  tx: Tx<Effect>,
  intent: OrderIntent,
  firing: TriggerFiring | undefined,
  quote: Quote | undefined,
): RiskContext {
  const conId = intent.contract.conId;
  const now = desk.clock.now();
  const rules = desk.rules();
  const seen = quote ?? desk.board.quote(conId);
  const account = desk.accounts.get(intent.account);
  const changed = intent.changes === undefined ? undefined : desk.index.get(intent.changes);
  const working = workingOf(desk, tx, intent.account, changed);
  const breaker = desk.stores.breaker.get('desk') ?? CLOSED;
  const position = tx.get(desk.stores.positions, positionKey(intent.account, conId));
  return {
    rules,
    now,
    accounts: desk.link.accounts,
    details: desk.details.get(conId),
    quote: seen,
    quoteRefusal: tradedQuoteRefusal(desk, intent, seen, quote === undefined ? undefined : firing?.tickAt),
    position: position?.quantity ?? ZERO,
    working,
    takes: (order) => takesOf(desk.index, order),
    ...(changed === undefined ? {} : { changed, coming: comingOf(desk.index, changed) }),
    recent: desk.recentSends.since(now - Math.max(1, rules.limits.duplicateWindowSeconds) * 1_000),
    refUsed: (ref) => tx.has(desk.stores.orders, orderKeyOf(ref)),
    triggerFires: firing,
    dailyPnl: account?.dailyPnl,
    dailyPnlAgeMs: dailyPnlAge(desk, now),
    accountCurrency: account?.currency ?? 'USD',
    overLimit: intent.purpose === 'entry' && changed === undefined ? overLimitNow(desk, intent.account, working) : undefined,
    embargo: embargo(desk),
    breaker,
    probing: breaker.state === 'half-open' && working.some((order) => isProbe(breaker, order)),
  };
}

/** Everything of the account that is exposed, as this commit sees it, but for what a change replaces. */
function workingOf(desk: Desk, tx: Tx<Effect>, account: AccountId, changed: Order | undefined): readonly Order[] {
  const working: Order[] = [];
  for (const order of desk.index.exposed()) {
    const current = tx.get(desk.stores.orders, order.key);
    // A change replaces the order's own terms, and of its group one exit cancels the others.
    if (current?.account === account && !isReplaced(current, changed)) working.push(current);
  }
  return working;
}

function overLimitNow(desk: Desk, account: AccountId, working: readonly Order[]): string | undefined {
  return overLimit(desk.rules().limits, positionsOf(desk, account), working, (order) => takesOf(desk.index, order));
}

/**
 * `tickAt`: the order fires in the very turn of this quote's tick, so the quote is judged as of then. Later ticks of the same chunk, and
 * an exchange clock they pull forward, do not make it older.
 */
function tradedQuoteRefusal(desk: Desk, intent: OrderIntent, quote: Quote | undefined, tickAt: number | undefined): string | undefined {
  const conId = intent.contract.conId;
  const label = contractLabel(intent.contract);
  const limitMs = desk.rules().limits.maxQuoteAgeMs;
  if (quote === undefined) return quoteRefusal('none-yet', { label });
  const details = desk.details.get(conId);
  const now = tickAt ?? desk.exchange.now();
  const session = intent.legs[0].outsideRth || details === undefined ? {} : { session: sessionAt(now, details).session };
  const mayBeNegative = mayTradeBelowZero(intent.contract);
  const fault =
    tickAt === undefined
      ? desk.board.fault(conId, { now, maxAgeMs: limitMs, ...session })
      : quoteFault(quote, { now, maxAgeMs: limitMs, mayBeNegative, farmUp: true, baselined: true, ...session });
  if (fault === undefined) return undefined;
  return quoteRefusal(fault, {
    label,
    ageMs: now - quote.updatedAt,
    limitMs,
    ...(quote.bid === undefined ? {} : { bid: quote.bid }),
    ...(quote.ask === undefined ? {} : { ask: quote.ask }),
  });
}

function isReplaced(order: Order, changed: Order | undefined): boolean {
  if (changed === undefined) return false;
  return order.key === changed.key || (order.side === changed.side && groupOf(order) === groupOf(changed));
}
