import type { Amount } from '#domain/money';
import { dailyLossFault, isLossReached } from '#core/risk/daily-loss';
import { overLimit } from '#core/risk/exposure';
import type { Order } from '#domain/order';
import type { AccountId } from '#domain/ids';
import type { Position } from '#domain/position';
import { resetWindowAt } from '#domain/reset-window';
import { minuteOfDay } from '#domain/session-time';
import { log, type TradingState } from './desk-state.ts';
import { commit, engineState, type Hall } from './hall.ts';
import { dailyPnlAge } from './pnl-age.ts';
import { takesOf } from './families.ts';

/** K-03: what is written to a socket in the last second before TWS restarts is lost, so nothing new is sent in the minute before. */
const EMBARGO_LEAD_MS = 60_000;

/** What the account holds, but for positions the operator chose to ignore: those are not this desk's exposure. */
export function positionsOf(hall: Hall, account: AccountId): readonly Position[] {
  const positions: Position[] = [];
  for (const [key, position] of hall.stores.positions.entries()) {
    if (position.quantity === 0 || position.account !== account) continue;
    if (hall.stores.found.get(`position:${key}`)?.decision !== 'ignore') positions.push(position);
  }
  return positions;
}

/** K-01, K-03: why nothing that raises exposure leaves now; a sentence, undefined outside IB's resets. */
export function embargo(hall: Hall): string | undefined {
  const found = resetWindowAt(hall.exchange.now(), hall.ports.rules().resetWindows ?? [], EMBARGO_LEAD_MS);
  if (found === undefined) return undefined;
  const end = minuteOfDay(found.endsAt, found.window.zone);
  const until = `${String(Math.floor(end / 60)).padStart(2, '0')}:${String(end % 60).padStart(2, '0')}`;
  return `IB resets its systems (${found.window.name}, until ${until} ${found.window.zone}): orders may be lost and stops that IB simulates do not act.`;
}

export interface TradingReason {
  readonly code: string;
  readonly text: string;
}

/** `active | reducing | halted`, and why. Reducing: only what lowers exposure leaves. Halted: nothing does but cancels and a confirmed flatten. */
export function tradingState(hall: Hall): { readonly state: TradingState; readonly reasons: readonly TradingReason[] } {
  if (hall.latch.isSet()) return { state: 'halted', reasons: [{ code: 'kill', text: `The kill switch is set (${hall.latch.reason()}).` }] };
  if (engineState(hall) === 'ERROR') return { state: 'halted', reasons: [{ code: 'error', text: 'The desk stands in ERROR.' }] };
  if (hall.ports.journal.status().state !== 'ready')
    return { state: 'halted', reasons: [{ code: 'journal', text: 'The journal cannot be written; only cancels leave.' }] };
  const reasons: TradingReason[] = [];
  const account = hall.accounts.current();
  const { limits } = hall.ports.rules();
  if (account !== undefined) {
    const over = overLimit(limits, positionsOf(hall, account.id), exposedOf(hall, account.id), (order) => takesOf(hall, order));
    if (over !== undefined) reasons.push({ code: 'limit', text: over });
    const loss = dailyLossFault(account.dailyPnl, dailyPnlAge(hall, hall.ports.clock.now()), limits.maxDailyLoss);
    if (loss !== undefined && hall.link.ready) reasons.push({ code: lossCode(account.dailyPnl, limits.maxDailyLoss), text: loss });
  }
  const breaker = hall.stores.breaker.get('desk');
  if (breaker?.state === 'open') reasons.push({ code: 'breaker', text: `The circuit breaker is open (C-44). ${breaker.reason}` });
  const reset = embargo(hall);
  if (reset !== undefined) reasons.push({ code: 'reset', text: reset });
  return { state: reasons.length === 0 ? 'active' : 'reducing', reasons };
}

function lossCode(daily: Amount | undefined, limit: number): string {
  return daily === undefined ? 'pnl-unknown' : isLossReached(daily, limit) ? 'loss' : 'pnl-stale';
}

function exposedOf(hall: Hall, account: AccountId): readonly Order[] {
  return hall.index.exposed().filter((order) => order.account === account);
}

/** Writes down and tells when the state or its reasons change; twice a second. The controls themselves ask at every order. */
export function followTradingState(hall: Hall): void {
  const { state, reasons } = tradingState(hall);
  const codes = reasons.map((reason) => reason.code).join(' ');
  const before = hall.stores.trading.get('desk');
  if (before === undefined ? state === 'active' : before.state === state && before.codes === codes) return;
  const text = reasons.map((reason) => reason.text).join(' ');
  commit(hall, 'risk-reducing', 'trading-state', { kind: 'system', text: `${state} ${codes}`.trim() }, (tx) => {
    tx.set(hall.stores.trading, 'desk', { state, codes, since: state === before?.state ? before.since : tx.at });
    if (state === 'reducing') log(tx, 'warning', `REDUCING: only orders that lower exposure leave. ${text}`);
    if (state === 'active') log(tx, 'info', 'ACTIVE: entries are allowed again, within the limits.');
  });
}
