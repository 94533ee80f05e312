import { reduceRefusal } from '#core/pretrade/reduce-refusal';
import { undecided } from '#core/state/found-at-start';
import { offers } from '#core/state/engine-state';
import { engineState } from '#core/state/desk-state';
import type { DeskView } from '#core/state/desk-view';
import { RECONCILE_PARTS, type ReconcilePart } from '#core/state/comparison-progress';
import type { Account } from '#domain/account';
import { amountOf } from '#domain/money';
import { sessionAt } from '#domain/session-time';
import type { SettingsView } from '#protocol/settings';
import type { FigureCheckView } from '#protocol/figures';
import type { ReconciliationView, StatusValue } from '#protocol/topics';

import { standing } from './desk-conditions.ts';
import { killFigures } from './kill-report.ts';
import { lamps } from './lamps.ts';
import { brokerTime } from './row-figures.ts';

/** What the status shows and the hall does not know: measured by the system around it. */
export interface StatusSurroundings {
  readonly simulated: boolean;
  readonly build: string;
  readonly liveConfirmed: () => boolean;
  readonly settings: () => SettingsView;
  readonly holds: () => StatusValue['holds'];
  readonly hotkeys: () => StatusValue['hotkeys'];
  readonly loopDelayMs: () => number | null;
  readonly journalLagMs: () => number | null;
}

export function statusValue(view: DeskView, around: StatusSurroundings, agreement: readonly FigureCheckView[] = []): StatusValue {
  const now = view.clock.now();
  const account = view.accounts.current();
  const reduce = reduceRefusal(view);
  return {
    account: account?.id ?? null,
    paper: account?.paper ?? null,
    simulated: around.simulated,
    ...engineFigures(view, now),
    offers: offers(engineState(view), reduce),
    reduceRefusal: reduce ?? null,
    ...accountFigures(account),
    agreement,
    ...standing(view),
    dailyLossLimit: amountOf(around.settings().settings.limits.maxDailyLoss),
    ...clockFigures(view, now),
    lamps: lamps(view, now),
    ready: view.link.ready,
    reconciled: view.reconciliation.done(),
    problem: view.link.problem ?? null,
    liveConfirmationNeeded: isConfirmationNeeded(account, around),
    holds: around.holds(),
    unknownOrders: view.index.unknownCount(),
    undecided: undecided(view).length,
    reconciliation: reconciliationView(view),
    ...killFigures(view),
    hotkeys: around.hotkeys(),
    ...latencyFigures(view),
    ...loadFigures(view),
    loopDelayMs: around.loopDelayMs(),
    journal: journalLamp(view, around.journalLagMs()),
    build: around.build,
  };
}

function engineFigures(view: DeskView, now: number): Pick<StatusValue, 'engine' | 'engineSince' | 'engineTime' | 'engineReason'> {
  const record = view.stores.engine.get('desk');
  return {
    engine: engineState(view),
    engineSince: record?.since ?? now,
    engineTime: brokerTime(view, record?.since),
    engineReason: record?.reason ?? '',
  };
}

function accountFigures(
  account: Account | undefined,
): Pick<StatusValue, 'netLiquidation' | 'currency' | 'dayPnl' | 'unrealizedPnl' | 'realizedPnl' | 'accountAt' | 'pnlAt'> {
  return {
    netLiquidation: account?.netLiquidation ?? null,
    currency: account?.currency ?? 'USD',
    dayPnl: account?.dailyPnl ?? null,
    unrealizedPnl: account?.unrealizedPnl ?? null,
    realizedPnl: account?.realizedPnl ?? null,
    accountAt: account?.netLiquidationAt ?? null,
    pnlAt: account?.pnlAt ?? null,
  };
}

function clockFigures(view: DeskView, now: number): Pick<StatusValue, 'exchangeTime' | 'clockAt' | 'session' | 'sessionEndsAt'> {
  const exchangeTime = view.exchange.known() ? Math.round(view.exchange.now()) : null;
  return { exchangeTime, clockAt: now, ...sessionFigures(view, exchangeTime) };
}

/** The session of shares, by the hours of whichever share is known. */
function sessionFigures(view: DeskView, exchangeTime: number | null): Pick<StatusValue, 'session' | 'sessionEndsAt'> {
  if (exchangeTime === null) return { session: 'unknown', sessionEndsAt: null };
  const share = [...view.details.values()].find((details) => details.contract.secType === 'STK');
  const session = sessionAt(exchangeTime, share);
  const end = session.minutesToClose ?? session.minutesToOpen;
  return {
    session: session.session,
    sessionEndsAt: end === undefined ? null : exchangeTime + end * 60_000,
  };
}

function latencyFigures(view: DeskView): Pick<StatusValue, 'orderRoundTrip' | 'tickToOrder'> {
  const { roundTrip, tickToOrder } = view.latencies.read();
  return {
    orderRoundTrip: { p50: rounded(roundTrip.p50), p99: rounded(roundTrip.p99) },
    tickToOrder: { p50: rounded(tickToOrder.p50), p99: rounded(tickToOrder.p99) },
  };
}

/** Microseconds are what the clock can tell. */
function rounded(ms: number | undefined): number | null {
  return ms === undefined ? null : Math.round(ms * 1_000) / 1_000;
}

function loadFigures(
  view: DeskView,
): Pick<StatusValue, 'linesUsed' | 'linesLimit' | 'messageRate' | 'messageLimit' | 'queue' | 'conflictRate'> {
  const statistics = view.coordinator.statistics();
  const lines = view.subscriptions.lines();
  return {
    linesUsed: lines.used,
    linesLimit: lines.budget,
    messageRate: view.link.messageRate,
    messageLimit: view.link.messageLimit,
    queue: Object.values(statistics.pending).reduce((sum, count) => sum + count, 0) + statistics.inFlight,
    conflictRate: statistics.conflictRate,
  };
}

function journalLamp(view: DeskView, lagMs: number | null): StatusValue['journal'] {
  const journal = view.journal.status();
  return {
    state: journal.state === 'ready' ? 'ok' : journal.state === 'failed' ? 'failed' : 'off',
    text: journal.reason ?? 'ok',
    lagMs,
  };
}

const STEP_NAMES: Readonly<Record<ReconcilePart, string>> = {
  'open-orders': 'open orders',
  'completed-orders': 'completed orders',
  executions: 'executions',
  positions: 'positions',
};

function reconciliationView(view: DeskView): ReconciliationView {
  const { reconciliation, link } = view;
  const missing = reconciliation.missing();
  const steps = RECONCILE_PARTS.map((part) => ({ name: STEP_NAMES[part], done: !missing.includes(part) }));
  const since = reconciliation.openSince() ?? null;
  const names = missing.map((part) => STEP_NAMES[part]).join(', ');
  if (reconciliation.done()) return { state: 'done', since: null, steps, text: '' };
  if (!reconciliation.running())
    return {
      state: 'waiting',
      since: null,
      steps,
      text: link.ready ? 'The comparison has not begun.' : 'Waits for the connection to TWS.',
    };
  if (reconciliation.isStuck(view.clock.now()))
    return {
      state: 'overdue',
      since,
      steps,
      text: `Not trading, because TWS has not told its ${names}. Asking again; look whether TWS answers other programs.`,
    };
  return { state: 'running', since, steps, text: `Comparing the book with the broker's: waits for ${names}.` };
}

function isConfirmationNeeded(account: Account | undefined, { liveConfirmed }: StatusSurroundings): boolean {
  return account?.paper === false && !liveConfirmed();
}
