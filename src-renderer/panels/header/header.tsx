import type { ReactNode } from 'react';
import { scopeRefusal } from '#protocol/access';
import { accountMode } from '../../format/account-mode.ts';
import { amountText, pnlText, UNKNOWN } from '../../format/figure.ts';
import { ageText, clockText, leftText, millisecondsText, preciseTime } from '../../format/time.ts';
import { useScope } from '../../hook/scope.tsx';
import type { PositionRow } from '#protocol/topics';
import { useField, useSummary, useTicking } from '../../hook/rows.ts';
import { Lamp } from '../../ui/controls.tsx';
import { EngineBlock } from './engine-block.tsx';
import { KillCluster } from './kill-cluster.tsx';
import './header.css';

export function Header(): ReactNode {
  return (
    <header className="header">
      <div className="figures">
        <AccountBand />
        <ScopeBand />
        <EngineBlock />
        <TradingWord />
        <OpenPositions />
        <NetLiquidation />
        <DayPnl />
        <LossLimit />
        <ExchangeClock />
      </div>
      <Lamps />
      <KillCluster />
    </header>
  );
}

function AccountBand(): ReactNode {
  const account = useField('status', 'account');
  const paper = useField('status', 'paper');
  const simulated = useField('status', 'simulated') ?? false;
  const mode = accountMode(account, paper);
  const word = { none: 'No account', paper: 'Paper', live: 'Live' }[mode];
  return (
    <div className="band" data-mode={mode} data-testid="account-band">
      <span className="label">
        {word}
        {simulated && (
          <span className="sim" title="Connected to the simulator of this program. No order leaves this computer.">
            SIM
          </span>
        )}
      </span>
      <span className="value">{account ?? UNKNOWN}</span>
    </div>
  );
}

const SCOPE_WORDS = { read: 'READ ONLY', kill: 'KILL ONLY', operate: '' } as const;

/** What this page may not do must be seen before it is tried. */
function ScopeBand(): ReactNode {
  const scope = useScope();
  if (scope === 'operate') return null;
  return (
    <div className="block" title={scopeRefusal(scope)} data-testid="scope-band">
      <span className="label">This page</span>
      <span className="value amber">{SCOPE_WORDS[scope]}</span>
    </div>
  );
}

/** Shown only while it is not `active`: in the ordinary case it would say nothing. */
function TradingWord(): ReactNode {
  const state = useField('status', 'tradingState') ?? 'active';
  const reasons = useField('status', 'tradingReasons') ?? [];
  const ready = useField('status', 'ready') ?? false;
  if (state === 'active' || !ready) return null;
  return (
    <div className="block" title={reasons.join(' ')} data-testid="trading-state">
      <span className="label">Trading</span>
      <span className={`value ${state === 'halted' ? 'critical' : 'amber'}`}>{state.toUpperCase()}</span>
    </div>
  );
}

const OPEN_COLUMNS = ['quantity', 'unprotected'] as const;

/** Held now, and held without a stop that covers all of it. */
function openOf(rows: readonly Pick<PositionRow, (typeof OPEN_COLUMNS)[number]>[]): readonly [number, number] {
  const held = rows.filter((row) => row.quantity !== 0);
  return [held.length, held.filter((row) => row.unprotected !== 0).length];
}

/** Shown while something is bare, or held by a desk that does not run: a header without it would read flat. */
function OpenPositions(): ReactNode {
  const [open, bare] = useSummary('positions', openOf, OPEN_COLUMNS);
  const engine = useField('status', 'engine');
  const runs = engine !== undefined && !['IDLE', 'INITIALIZING', 'PAUSED', 'ERROR', 'EMERGENCY', 'STOPPED'].includes(engine);
  if (open === 0 || (runs && bare === 0)) return null;
  return (
    <div
      className="block"
      title="Positions that the account holds, and how many of them no stop at the broker covers"
      data-testid="open-positions"
    >
      <span className="label">Open</span>
      <span className={bare > 0 ? 'value critical' : 'value amber'}>
        {String(open)}
        {bare > 0 ? ` · ${String(bare)} bare` : ''}
      </span>
    </div>
  );
}

/** The broker repeats what does not change every three minutes. */
const OLD_MS = 300_000;

function NetLiquidation(): ReactNode {
  const value = useField('status', 'netLiquidation');
  const currency = useField('status', 'currency');
  const at = useField('status', 'accountAt') ?? null;
  const old = useTicking((now) => at !== null && now - at > OLD_MS);
  const age = useTicking((now) => (at === null ? 'never' : `${ageText(now - at)} ago`));
  return (
    <div className="block" title={`In ${currency ?? 'account currency'}, as the broker reported it ${age}`} data-testid="net-liquidation">
      <span className="label">Net liquidation</span>
      <span className={old ? 'value amber' : 'value'}>{amountText(value)}</span>
    </div>
  );
}

function DayPnl(): ReactNode {
  const day = useField('status', 'dayPnl') ?? null;
  const unrealized = useField('status', 'unrealizedPnl');
  const realized = useField('status', 'realizedPnl');
  const at = useField('status', 'pnlAt') ?? null;
  const fault = useField('status', 'dayPnlFault') ?? null;
  const age = useTicking((now) => (at === null ? 'never' : ageText(now - at)));
  const old = useTicking((now) => at !== null && now - at > OLD_MS);
  const tone = fault !== null || old ? 'amber' : day === null || day === 0 ? '' : day > 0 ? 'up' : 'down';
  const parts = `Unrealised ${pnlText(unrealized)} · realised ${pnlText(realized)}`;
  return (
    <div
      className="block"
      title={fault ?? `${parts}, as the broker reported it ${age === 'never' ? age : `${age} ago`}`}
      data-testid="day-pnl"
    >
      <span className="label">Day P&amp;L{fault === null ? '' : ` · ${age} old`}</span>
      <span className={`value ${tone}`}>{pnlText(day)}</span>
    </div>
  );
}

/** Share of the daily loss limit that is used up; a gain uses nothing. */
function LossLimit(): ReactNode {
  const day = useField('status', 'dayPnl') ?? null;
  const limit = useField('status', 'dailyLossLimit') ?? null;
  const used = day === null || limit === null || limit <= 0 ? null : Math.max(0, ((0 - day) / limit) * 100);
  const tone = used === null ? '' : used >= 100 ? 'critical' : used >= 60 ? 'amber' : '';
  return (
    <div className="block" title="Computed here: the broker's day P&L against the daily loss limit (C-13)" data-testid="loss-limit">
      <span className="label">Loss limit</span>
      <span className="value small">
        <span className={tone}>{used === null ? UNKNOWN : `${String(Math.round(used))} %`}</span>{' '}
        <span className="dim">of {amountText(limit, 0)}</span>
      </span>
      <span className="meter" aria-hidden="true">
        <i data-tone={tone} style={{ width: `${String(Math.min(100, used ?? 0))}%` }} />
      </span>
    </div>
  );
}

const SESSIONS = { rth: 'RTH', extended: 'Extended', closed: 'Closed', unknown: 'Session unknown' } as const;

function ExchangeClock(): ReactNode {
  const time = useField('status', 'exchangeTime') ?? null;
  const at = useField('status', 'clockAt') ?? null;
  const session = useField('status', 'session') ?? 'unknown';
  const ends = useField('status', 'sessionEndsAt') ?? null;
  const clock = useTicking((now) => (time === null || at === null ? UNKNOWN : clockText(time + Math.max(0, now - at))));
  const ready = useField('status', 'ready') ?? false;
  const title =
    time === null
      ? 'The broker has not told its time yet, so no time is shown.'
      : `${preciseTime(time).slice(0, 11)}. The broker’s clock${ready ? '' : ', as it went before the connection was lost'}; every time on this screen is by it.`;
  const left = useTicking((now) => {
    if (time === null || at === null || ends === null || session === 'unknown') return '';
    const ms = ends - (time + Math.max(0, now - at));
    return ms <= 0 ? '' : leftText(ms);
  });
  return (
    <div className="block" title={title} data-testid="exchange-clock">
      <span className="label">New York · {SESSIONS[session]}</span>
      <span className="value clock">
        <span className="clock-time">{clock}</span>
        {left !== '' && <small className="dim time-left">{session === 'closed' ? `opens in ${left}` : `${left} left`}</small>}
      </span>
    </div>
  );
}

function Lamps(): ReactNode {
  const lamps = useField('status', 'lamps') ?? [];
  const trip = useField('status', 'orderRoundTrip');
  return (
    <div className="lamps" role="group" aria-label="Connections">
      {lamps.map((lamp) => (
        <LampWithAge key={lamp.name} lamp={lamp} />
      ))}
      <span
        className="lamp trip"
        title="Order round trip: from placing an order to the broker's first answer, p50 and p99"
        data-testid="round-trip"
      >
        order <small>{trip?.p50 == null ? UNKNOWN : `${millisecondsText(trip.p50)} / ${millisecondsText(trip.p99)} ms`}</small>
      </span>
    </div>
  );
}

function LampWithAge({
  lamp,
}: {
  readonly lamp: Parameters<typeof Lamp>[0]['lamp'] & { readonly text: string; readonly since: number | null };
}): ReactNode {
  const { since, state, text } = lamp;
  // The desk sends when it began, not a counting text: the screen counts.
  const figure = useTicking((now) => (state === 'ok' || since === null ? text : `${text} ${ageText(now - since)}`.trim()));
  return <Lamp lamp={lamp} figure={figure} />;
}
