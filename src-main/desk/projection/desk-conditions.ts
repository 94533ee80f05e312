import type { DeskView } from '#core/state/desk-view';
import { outageText } from '#core/safety/outage';
import { tradingState } from '#core/pretrade/trading-state';
import type { StandingAlarm, StatusValue } from '#protocol/topics';

/** Until the first figure of a connection has come, its absence is no news. */
const QUIET = new Set(['pnl-unknown', 'kill', 'error', 'breaker']);

/** What lasts: a log-in that is missing, an open circuit breaker, a desk that only reduces. What has a banner of its own is left to it. */
export function standing(view: DeskView): Pick<StatusValue, 'standing' | 'tradingState' | 'tradingReasons' | 'dayPnlFault'> {
  const alarms: StandingAlarm[] = [];
  const outage = view.stores.outage.get('desk');
  if (outage?.kind === 'login') {
    const [title = '', ...rest] = outageText(view, 'login', view.clock.now() - outage.since).split(': ');
    alarms.push({ code: 'login-required', tone: 'critical', title: `${title}:`, text: rest.join(': ') });
  }
  const breaker = view.stores.breaker.get('desk');
  if (breaker?.state === 'open')
    alarms.push({
      code: 'breaker-open',
      tone: 'critical',
      title: 'Circuit breaker open (C-44).',
      text: `${breaker.reason} Find the reason; after a while the desk can be resumed, and then one order is tried first.`,
    });
  if (breaker?.state === 'half-open')
    alarms.push({
      code: 'breaker-half-open',
      tone: 'amber',
      title: 'Circuit breaker half-open (C-44).',
      text: 'One order is tried; others are denied until IB has answered it.',
    });
  const { state, reasons } = tradingState(view);
  const told = reasons.filter(({ code }) => !QUIET.has(code));
  if (state === 'reducing' && told.length > 0)
    alarms.push({
      code: 'reducing',
      tone: 'amber',
      title: 'REDUCING: only orders that lower exposure leave.',
      text: told.map(({ text }) => text).join(' '),
    });
  const loss = reasons.find(({ code }) => code === 'pnl-stale');
  return {
    standing: alarms,
    tradingState: state,
    tradingReasons: reasons.map(({ text }) => text),
    dayPnlFault: loss?.text ?? null,
  };
}
