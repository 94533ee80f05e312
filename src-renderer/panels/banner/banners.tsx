import type { ReactNode } from 'react';
import type { OrderRow } from '#protocol/topics';
import { clockText, ageText } from '../../format/time.ts';
import { useField, useLinkState, useSummary, useTicking } from '../../hook/rows.ts';
import { useCommand } from '../../hook/use-command.ts';
import { openDialog, refused, setActive, showTab } from '../../shell/view-store.ts';
import { accountMode } from '../header/header.tsx';
import { KillBanner } from './kill-banner.tsx';
import { AdoptBanner, ExternalBanner, ReconcilingBanner } from './truth-banners.tsx';
import './banner.css';

/** What must not be missed, over the whole width below the header; it pushes the panels down and covers nothing. */
export function Banners(): ReactNode {
  return (
    <div className="banners">
      <LinkBanner />
      <KillBanner />
      <ProblemBanner />
      <LiveBanner />
      <StandingBanners />
      <ReconcilingBanner />
      <AdoptBanner />
      <ExternalBanner />
      <UnknownBanner />
    </div>
  );
}

function LinkBanner(): ReactNode {
  const state = useLinkState();
  const age = useTicking((now) => (state.phase === 'lost' ? ageText(now - state.since) : ''));
  if (state.phase === 'live') return null;
  if (state.phase === 'connecting') {
    return (
      <div className="banner" data-tone="amber" role="status" data-testid="link-banner">
        <b>Not connected to the desk yet.</b> {state.reason}
      </div>
    );
  }
  return (
    <div className="banner" data-tone="critical" role="alert" data-testid="link-banner">
      <b>Connection to the desk lost.</b> Everything below is as of {clockText(state.since)}, {age} old. {state.reason} Kill and cancel
      cannot be sent from here meanwhile: use TWS.
    </div>
  );
}

function ProblemBanner(): ReactNode {
  const problem = useField('status', 'problem') ?? null;
  const engine = useField('status', 'engine');
  const reason = useField('status', 'engineReason') ?? '';
  const offers = useField('status', 'offers') ?? [];
  const fault = useField('settings', 'fault') ?? null;
  const recover = useCommand('engine.recover', refused);
  return (
    <>
      {engine === 'ERROR' && (
        <div className="banner" data-tone="critical" role="alert" data-testid="error-banner">
          <span>
            <b>The desk stopped on a fault.</b> {reason} Only cancels leave.
          </span>
          {offers.includes('engine.recover') && (
            <button type="button" className="button" data-size="small" disabled={recover.pending} onClick={() => void recover.run({})}>
              Recover
            </button>
          )}
        </div>
      )}
      {problem !== null && (
        <div className="banner" data-tone="amber" role="alert" data-testid="problem-banner">
          <span>{problem.text}</span>
          {problem.code === 'port-mismatch' ? (
            <button type="button" className="button" data-size="small" onClick={() => openDialog({ kind: 'live-confirm' })}>
              Confirm account…
            </button>
          ) : (
            <span className="mono dim">{problem.code}</span>
          )}
        </div>
      )}
      {fault !== null && (
        <div className="banner" data-tone="amber" role="alert" data-testid="settings-banner">
          <span>
            <b>The settings file was not usable.</b> {fault}
          </span>
          <button type="button" className="button" data-size="small" onClick={() => openDialog({ kind: 'settings' })}>
            Settings
          </button>
        </div>
      )}
    </>
  );
}

function StandingBanners(): ReactNode {
  const standing = useField('status', 'standing') ?? [];
  return standing.map(({ code, tone, title, text }) => (
    <div key={code} className="banner" data-tone={tone} role="alert" data-testid={`standing-${code}`}>
      <span>
        <b>{title}</b> {text}
      </span>
    </div>
  ));
}

function LiveBanner(): ReactNode {
  const needed = useField('status', 'liveConfirmationNeeded') ?? false;
  const account = useField('status', 'account');
  const paper = useField('status', 'paper');
  if (!needed || accountMode(account, paper) === 'none') return null;
  return (
    <div className="banner" data-tone="critical" role="alert" data-testid="live-banner">
      <span>
        <b>LIVE account {account}.</b> No order leaves until you have typed the account id.
      </span>
      <button type="button" className="button" data-size="small" onClick={() => openDialog({ kind: 'live-confirm' })}>
        Confirm live account…
      </button>
    </div>
  );
}

const STATES = ['key', 'state'] as const;

function firstUnknown(rows: readonly Pick<OrderRow, 'key' | 'state'>[]): string | null {
  return rows.find((row) => row.state === 'UNKNOWN')?.key ?? null;
}

function UnknownBanner(): ReactNode {
  const unknown = useField('status', 'unknownOrders') ?? 0;
  const first = useSummary('orders', firstUnknown, STATES);
  if (unknown === 0) return null;
  return (
    <div className="banner" data-tone="amber" role="alert" data-testid="unknown-banner">
      <span>
        <b>
          {unknown} {unknown === 1 ? 'order is' : 'orders are'} UNKNOWN:
        </b>{' '}
        sent, but the broker&apos;s answer is missing. {unknown === 1 ? 'It' : 'They'} may be working. Nothing is sent again by itself;
        compare with TWS.
      </span>
      <button
        type="button"
        className="button"
        data-size="small"
        onClick={() => {
          showTab('orders');
          setActive('orders', first);
        }}
      >
        Show
      </button>
    </div>
  );
}
