import { undecided } from '#core/state/found-at-start';
import { orderLine } from './order-row.ts';
import { offers } from '#core/state/engine-state';
import { engineState } from '#core/state/desk-state';
import type { DeskView } from '#core/state/desk-view';
import { RECONCILE_PARTS, type ReconcilePart } from '#core/state/comparison-progress';
import type { FarmState } from '#core/ports/broker';
import { amountOf } from '#domain/money';
import { sessionAt } from '#domain/session-time';
import type { SettingsView } from '#protocol/settings';
import type { KillReport, Lamp, ReconciliationView, StatusValue } from '#protocol/topics';

import { standing } from './desk-conditions.ts';

/** What the status shows and the hall does not know: measured by the system around it. */
export interface StatusSurroundings {
  readonly simulated: boolean;
  readonly build: string;
  readonly liveConfirmed: () => boolean;
  readonly settings: () => SettingsView;
  readonly hotkeys: () => StatusValue['hotkeys'];
  readonly loopDelayMs: () => number | null;
  readonly journalLagMs: () => number | null;
}

function socketLamp(view: DeskView, now: number): Lamp {
  const { link } = view;
  const slowest = Math.max(...link.connections.map((connection) => connection.roundTripMs ?? 0), 0);
  const answered = Math.min(...link.connections.map((connection) => connection.heartbeatAt ?? 0), now);
  const retry = Math.min(...link.connections.map((connection) => connection.retryAt ?? Number.POSITIVE_INFINITY));
  const up = link.connections.filter((connection) => connection.socket === 'up').length;
  const detail = link.connections
    .map(
      (connection) =>
        `${connection.role} (client ${connection.clientId}): ${connection.socket}${connection.roundTripMs === undefined ? '' : `, ${connection.roundTripMs.toFixed(0)} ms`}`,
    )
    .join('; ');
  if (link.ready)
    return { name: 'TWS', state: 'ok', text: `${Math.max(1, Math.round(slowest))} ms`, since: answered === 0 ? null : answered, detail };
  const login = view.stores.outage.get('desk')?.kind === 'login';
  const wait = login
    ? 'log in'
    : Number.isFinite(retry)
      ? `retry in ${Math.max(0, Math.ceil((retry - now) / 1_000))} s`
      : link.problem === undefined
        ? 'connecting'
        : 'down';
  return {
    name: 'TWS',
    state: up > 0 ? 'warn' : 'down',
    text: wait,
    since: null,
    detail: detail === '' ? (link.problem?.text ?? 'not connected') : detail,
  };
}

function upstreamLamp(view: DeskView): Lamp {
  const { link } = view;
  const up = link.upstream === 'up' && link.connections.some((connection) => connection.socket === 'up');
  const down = link.upstream === 'down';
  return {
    name: 'IB',
    state: down ? 'down' : up ? 'ok' : 'unknown',
    text: down ? 'down' : up ? 'up' : '—',
    since: link.upstreamSince === 0 ? null : link.upstreamSince,
    detail: down ? 'TWS has lost its connection to IB' : up ? 'TWS is connected to IB' : 'TWS has not said yet',
  };
}

function farmLamp(name: string, farms: readonly FarmState[]): Lamp {
  const broken = farms.filter((farm) => farm.state === 'broken');
  const detail = farms.length === 0 ? 'TWS has named no farm yet' : farms.map((farm) => `${farm.name}: ${farm.state}`).join('; ');
  if (broken.length > 0)
    return {
      name: broken.map((farm) => farm.name).join(' '),
      state: name === 'data' ? 'down' : 'warn',
      text: 'down',
      since: broken[0]?.since ?? null,
      detail,
    };
  return { name, state: farms.length === 0 ? 'unknown' : 'ok', text: farms.length === 0 ? '—' : 'ok', since: null, detail };
}

function killReport(view: DeskView): KillReport | null {
  const record = view.stores.engine.get('desk');
  const kill = record?.kill;
  if (kill === undefined || (record?.state !== 'EMERGENCY' && record?.state !== 'STOPPED')) return null;
  const residuals = kill.residuals.flatMap((key) => {
    const order = view.index.get(key);
    return order === undefined ? [] : [{ key, text: `${orderLine(view, order)}: ${order.note ?? order.state}` }];
  });
  return {
    id: kill.id,
    startedAt: kill.startedAt,
    scope: kill.scope,
    by: kill.by,
    reason: kill.reason,
    phase: kill.phase,
    purged: kill.purged,
    cancelsSent: kill.cancelsSent,
    cancelled: kill.cancelled,
    residuals,
    verifiedAt: kill.verifiedAt ?? null,
  };
}

export function statusValue(view: DeskView, around: StatusSurroundings): StatusValue {
  const now = view.ports.clock.now();
  const record = view.stores.engine.get('desk');
  const account = view.accounts.current();
  const { link } = view;
  const exchangeTime = Math.round(view.exchange.now());
  const session = sessionAt(
    exchangeTime,
    [...view.details.values()].find((details) => details.contract.secType === 'STK'),
  );
  const statistics = view.coordinator.statistics();
  const journal = view.ports.journal.status();
  const latencies = view.latencies.read();
  const lines = view.subscriptions.lines();
  const rounded = (value: number | undefined): number | null => (value === undefined ? null : Math.round(value * 1_000) / 1_000);
  const end = session.minutesToClose ?? session.minutesToOpen;
  return {
    account: account?.id ?? null,
    paper: account?.paper ?? null,
    simulated: around.simulated,
    engine: engineState(view),
    engineSince: record?.since ?? now,
    engineReason: record?.reason ?? '',
    offers: offers(engineState(view)),
    netLiquidation: account?.netLiquidation ?? null,
    currency: account?.currency ?? 'USD',
    dayPnl: account?.dailyPnl ?? null,
    unrealizedPnl: account?.unrealizedPnl ?? null,
    realizedPnl: account?.realizedPnl ?? null,
    accountAt: account?.netLiquidationAt ?? null,
    pnlAt: account?.pnlAt ?? null,
    ...standing(view),
    dailyLossLimit: amountOf(around.settings().settings.limits.maxDailyLoss),
    exchangeTime,
    clockAt: now,
    session: view.exchange.known() ? session.session : 'unknown',
    sessionEndsAt: end === undefined ? null : exchangeTime + end * 60_000,
    lamps: [
      socketLamp(view, now),
      upstreamLamp(view),
      farmLamp(
        'data',
        link.farms.filter((farm) => farm.kind === 'market'),
      ),
      farmLamp(
        'hmds',
        link.farms.filter((farm) => farm.kind === 'history'),
      ),
    ],
    ready: link.ready,
    reconciled: view.reconciliation.done(),
    problem: link.problem ?? null,
    liveConfirmationNeeded: account?.paper === false && !around.liveConfirmed(),
    unknownOrders: view.index.unknownCount(),
    undecided: undecided(view).length,
    reconciliation: reconciliationView(view),
    kill: killReport(view),
    rearmPhrase: record?.rearmPhrase ?? null,
    hotkeys: around.hotkeys(),
    orderRoundTrip: { p50: rounded(latencies.roundTrip.p50), p99: rounded(latencies.roundTrip.p99) },
    tickToOrder: { p50: rounded(latencies.tickToOrder.p50), p99: rounded(latencies.tickToOrder.p99) },
    linesUsed: lines.used,
    linesLimit: lines.budget,
    messageRate: link.messageRate,
    messageLimit: link.messageLimit,
    queue: Object.values(statistics.pending).reduce((sum, count) => sum + count, 0) + statistics.inFlight,
    conflictRate: statistics.conflictRate,
    loopDelayMs: around.loopDelayMs(),
    journal: {
      state: journal.state === 'ready' ? 'ok' : journal.state === 'failed' ? 'failed' : 'off',
      text: journal.reason ?? 'ok',
      lagMs: around.journalLagMs(),
    },
    build: around.build,
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
  if (reconciliation.isStuck(view.ports.clock.now()))
    return {
      state: 'overdue',
      since,
      steps,
      text: `Not trading, because TWS has not told its ${names}. Asking again; look whether TWS answers other programs.`,
    };
  return { state: 'running', since, steps, text: `Comparing the book with the broker's: waits for ${names}.` };
}
