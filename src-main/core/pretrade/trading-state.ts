import type { Amount } from '#domain/money';
import { dailyLossRefusal, isLossReached } from '#core/risk/daily-loss';
import { overLimit } from '#core/risk/exposure';
import type { Order } from '#domain/order';
import type { AccountId } from '#domain/ids';
import type { Position } from '#domain/position';
import { resetWindowAt } from '#domain/reset-window';
import { minuteOfDay } from '#domain/session-time';
import { log, type TradingState } from '#core/state/records';
import { commit, engineState, type Slice } from '#core/state/desk-state';
import type { DeskView } from '#core/state/desk-view';
import { dailyPnlAge } from './daily-pnl-age.ts';
import { takesOf } from '#core/order/brackets';

type Desk = Slice<
  'accounts' | 'board' | 'clock' | 'coordinator' | 'details' | 'exchange' | 'index' | 'journal' | 'latch' | 'link' | 'rules' | 'stores'
>;
type View = Pick<
  DeskView,
  'accounts' | 'board' | 'clock' | 'details' | 'exchange' | 'index' | 'journal' | 'latch' | 'link' | 'rules' | 'stores'
>;

/** K-03: what is written to a socket in the last second before TWS restarts is lost, so nothing new is sent in the minute before. */
const EMBARGO_LEAD_MS = 60_000;

/** What the account holds, but for positions the operator chose to ignore: those are not this desk's exposure. */
export function positionsOf(desk: View, account: AccountId): readonly Position[] {
  const positions: Position[] = [];
  for (const [key, position] of desk.stores.positions.entries()) {
    if (position.quantity === 0 || position.account !== account) continue;
    if (desk.stores.found.get(`position:${key}`)?.decision !== 'ignore') positions.push(position);
  }
  return positions;
}

/** K-01, K-03: why nothing that raises exposure leaves now; a sentence, undefined outside IB's resets. */
export function embargo(desk: View): string | undefined {
  const found = resetWindowAt(desk.exchange.now(), desk.rules().resetWindows ?? [], EMBARGO_LEAD_MS);
  if (found === undefined) return undefined;
  const end = minuteOfDay(found.endsAt, found.window.zone);
  const until = `${String(Math.floor(end / 60)).padStart(2, '0')}:${String(end % 60).padStart(2, '0')}`;
  return `IB resets its systems (${found.window.name}, until ${until} ${found.window.zone}): orders may be lost and stops that IB simulates do not act.`;
}

export interface TradingReason {
  readonly code: string;
  readonly text: string;
}

/** `active | reducing | halted`, and why. Reducing: only what lowers exposure leaves. Halted: nothing is armed or sent that could raise it. */
export function tradingState(desk: View): { readonly state: TradingState; readonly reasons: readonly TradingReason[] } {
  if (desk.latch.isSet()) return { state: 'halted', reasons: [{ code: 'kill', text: `The kill switch is set (${desk.latch.reason()}).` }] };
  if (engineState(desk) === 'ERROR') return { state: 'halted', reasons: [{ code: 'error', text: 'The desk stands in ERROR.' }] };
  if (desk.journal.status().state !== 'ready')
    return { state: 'halted', reasons: [{ code: 'journal', text: 'The journal cannot be written; only cancels leave.' }] };
  const reasons: TradingReason[] = [];
  const account = desk.accounts.current();
  const { limits } = desk.rules();
  if (account !== undefined) {
    const over = overLimit(limits, positionsOf(desk, account.id), exposedOf(desk, account.id), (order) => takesOf(desk.index, order));
    if (over !== undefined) reasons.push({ code: 'limit', text: over });
    const loss = dailyLossRefusal(account.dailyPnl, dailyPnlAge(desk, desk.clock.now()), limits.maxDailyLoss);
    if (loss !== undefined && desk.link.ready) reasons.push({ code: lossCode(account.dailyPnl, limits.maxDailyLoss), text: loss });
  }
  const breaker = desk.stores.breaker.get('desk');
  if (breaker?.state === 'open') reasons.push({ code: 'breaker', text: `The circuit breaker is open (C-44). ${breaker.reason}` });
  const reset = embargo(desk);
  if (reset !== undefined) reasons.push({ code: 'reset', text: reset });
  return { state: reasons.length === 0 ? 'active' : 'reducing', reasons };
}

function lossCode(daily: Amount | undefined, limit: number): string {
  return daily === undefined ? 'pnl-unknown' : isLossReached(daily, limit) ? 'loss' : 'pnl-stale';
}

function exposedOf(desk: View, account: AccountId): readonly Order[] {
  return desk.index.exposed().filter((order) => order.account === account);
}

/** Writes down and tells when the state or its reasons change; twice a second. The controls themselves ask at every order. */
export function followTradingState(desk: Desk): void {
  const { state, reasons } = tradingState(desk);
  const codes = reasons.map((reason) => reason.code).join(' ');
  const before = desk.stores.trading.get('desk');
  if (before === undefined ? state === 'active' : before.state === state && before.codes === codes) return;
  const text = reasons.map((reason) => reason.text).join(' ');
  commit(desk, 'risk-reducing', 'trading-state', { kind: 'system', text: `${state} ${codes}`.trim() }, (tx) => {
    tx.set(desk.stores.trading, 'desk', { state, codes, since: state === before?.state ? before.since : tx.at });
    if (state === 'reducing') log(tx, 'warning', `REDUCING: only orders that lower exposure leave. ${text}`);
    if (state === 'active') log(tx, 'info', 'ACTIVE: entries are allowed again, within the limits.');
  });
}
