import type { BrokerNews } from '#core/ports/broker';
import { isLossReached } from '#core/risk/daily-loss';
import { formatAmount } from '#domain/money';
import { negate } from '#domain/scaled';
import { isArmedState } from './engine-table.ts';
import { log } from './desk-state.ts';
import { commit, engineState, type Hall } from './hall.ts';
import { kill } from './kill.ts';

/**
 * A new profit and loss. At the figure that passes the day's limit a running desk is killed (C-13): once, because a re-armed desk has its
 * operator's word for the loss it has; then only reducing orders leave, and a figure back inside the limit makes the guard sharp again. A
 * desk that does not run is only told: a kill there would take away stops that an earlier run left.
 */
export function onPnl(hall: Hall, news: Extract<BrokerNews, { kind: 'pnl' }>): void {
  hall.accounts.pnl(news.account, news.daily, news.unrealized, news.realized, hall.ports.clock.now());
  const account = hall.accounts.current();
  if (account?.id !== news.account || news.daily === undefined || !Number.isSafeInteger(news.daily)) return;
  const figure = news.daily;
  const limit = hall.ports.rules().limits.maxDailyLoss;
  const reached = isLossReached(figure, limit);
  if (reached === (hall.stores.loss.get('desk')?.reached ?? false)) return;
  const text = reached
    ? `The day's loss of ${formatAmount(negate(figure))} ${account.currency} passed the limit of ${limit}, by the profit and loss that IB tells of ${account.id}`
    : `The day's result of ${formatAmount(figure)} ${account.currency} is inside the limit of ${limit} again`;
  const kills = reached && !hall.latch.isSet() && isRunning(hall);
  if (kills) kill(hall, 'own', 'control C-13', text);
  commit(hall, 'risk-reducing', 'loss.reached', { kind: 'broker', text }, (tx) => {
    tx.set(hall.stores.loss, 'desk', { reached, at: tx.at, figure, limit });
    if (reached && !kills) log(tx, 'alarm', `${text}. Only reducing orders leave.`);
    if (!reached) log(tx, 'info', `${text}.`);
  });
}

function isRunning(hall: Hall): boolean {
  const state = engineState(hall);
  return isArmedState(state) || state === 'INITIALIZING' || state === 'PAUSED';
}
