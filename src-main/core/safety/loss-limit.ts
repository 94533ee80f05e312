import type { BrokerNews } from '#core/ports/broker';
import { isLossReached } from '#core/risk/daily-loss';
import { formatAmount } from '#domain/money';
import { negate } from '#domain/scaled';
import { isArmedState } from '#core/state/engine-state';
import { log } from '#core/state/records';
import { commit, engineState, type Slice } from '#core/state/desk-state';
import { kill } from './kill.ts';

type Desk = Slice<
  | 'accounts'
  | 'broker'
  | 'cancelRetries'
  | 'clock'
  | 'coordinator'
  | 'counters'
  | 'index'
  | 'killLatchFile'
  | 'killVerification'
  | 'latch'
  | 'latencies'
  | 'link'
  | 'ordersOut'
  | 'recentSends'
  | 'reconciliation'
  | 'registry'
  | 'rules'
  | 'scheduler'
  | 'stores'
  | 'unsentCancels'
  | 'unsentGlobalCancel'
>;

/**
 * A new profit and loss. At the figure that passes the day's limit a running desk is killed (C-13): once, because a re-armed desk has its
 * operator's word for the loss it has; then only reducing orders leave, and a figure back inside the limit makes the limit sharp again. A
 * desk that does not run is only told: a kill there would take away stops that an earlier run left.
 */
export function onPnl(desk: Desk, news: Extract<BrokerNews, { kind: 'pnl' }>): void {
  desk.accounts.pnl(news.account, news.daily, news.unrealized, news.realized, desk.clock.now());
  const account = desk.accounts.current();
  if (account?.id !== news.account || news.daily === undefined || !Number.isSafeInteger(news.daily)) return;
  const figure = news.daily;
  const limit = desk.rules().limits.maxDailyLoss;
  const reached = isLossReached(figure, limit);
  if (reached === (desk.stores.loss.get('desk')?.reached ?? false)) return;
  const text = reached
    ? `The day's loss of ${formatAmount(negate(figure))} ${account.currency} passed the limit of ${limit}, by the profit and loss that IB tells of ${account.id}`
    : `The day's result of ${formatAmount(figure)} ${account.currency} is inside the limit of ${limit} again`;
  const kills = reached && !desk.latch.isSet() && isRunning(desk);
  if (kills) kill(desk, 'own', 'control C-13', text);
  commit(desk, 'risk-reducing', 'loss.reached', { kind: 'broker', text }, (tx) => {
    tx.set(desk.stores.loss, 'desk', { reached, at: tx.at, figure, limit });
    if (reached && !kills) log(tx, 'alarm', `${text}. Only reducing orders leave.`);
    if (!reached) log(tx, 'info', `${text}.`);
  });
}

function isRunning(desk: Desk): boolean {
  const state = engineState(desk);
  return isArmedState(state) || state === 'INITIALIZING' || state === 'PAUSED';
}
