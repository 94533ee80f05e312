import type { ReactNode } from 'react';
import type { OrderRow } from '#protocol/topics';
import { clockText, ageText } from '../../format/time.ts';
import { useBrokerTime, useField, useFrozen, useLinkState, useSummary, useTicking } from '../../hook/rows.ts';
import { useCommand } from '../../hook/use-command.ts';
import { ByScope } from '../../hook/scope.tsx';
import { isElsewhere } from '../../view/shown-panel.ts';
import { openDialog, refused, setActive, showTab } from '../../view/view-store.ts';
import { accountMode } from '../../format/account-mode.ts';
import { BannerLine } from './banner-line.tsx';
import { HoldBanners } from './hold-banners.tsx';
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
      <HoldBanners />
      <StandingBanners />
      <ReconcilingBanner />
      <AdoptBanner />
      <ExternalBanner />
      <UnknownBanner />
    </div>
  );
}

const URGENT = { kill: 'KILL', 'orders.cancel-all': 'Cancel all' } as const;

function LinkBanner(): ReactNode {
  const state = useLinkState();
  const waiting = useFrozen();
  const age = useTicking((now) => (state.phase === 'lost' ? ageText(now - state.since) : ''));
  const brokerTime = useBrokerTime(state.phase === 'lost' ? state.since : null);
  if (state.phase === 'live' || state.phase === 'no-session') return null;
  if (state.phase === 'connecting') {
    return (
      <BannerLine tone="amber" role="status" testId="link-banner">
        <b>Not connected to the desk yet.</b> {state.reason}
      </BannerLine>
    );
  }
  if (waiting !== undefined) {
    return (
      <BannerLine tone="critical" testId="link-banner">
        {waiting.length > 0 ? (
          <b>
            {waiting.map((call) => URGENT[call]).join(' and ')} {waiting.length === 1 ? 'waits' : 'wait'}: the desk does not answer;{' '}
            {waiting.length === 1 ? 'it is' : 'they are'} carried out when it wakes.
          </b>
        ) : (
          <>
            <b>The desk does not answer.</b> Kill and cancel that are sent now wait and are carried out when it wakes.
          </>
        )}{' '}
        To stop now, use TWS. Everything below is as of {clockText(brokerTime)}, {age} old.
      </BannerLine>
    );
  }
  return (
    <BannerLine tone="critical" testId="link-banner">
      <b>Connection to the desk lost.</b> Kill and cancel cannot be sent from here: use TWS. Everything below is as of{' '}
      {clockText(brokerTime)}, {age} old. {state.reason}
    </BannerLine>
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
        <BannerLine
          tone="critical"
          testId="error-banner"
          aside={
            offers.includes('engine.recover') && (
              <ByScope call="engine.recover">
                <button type="button" className="button" data-size="small" disabled={recover.pending} onClick={() => void recover.run({})}>
                  Recover
                </button>
              </ByScope>
            )
          }
        >
          <b>The desk stopped on a fault.</b> Only cancels leave. {reason}
        </BannerLine>
      )}
      {problem !== null && (
        <BannerLine
          tone="amber"
          testId="problem-banner"
          aside={
            problem.code === 'port-mismatch' ? (
              <ByScope call="live.confirm">
                <button type="button" className="button" data-size="small" onClick={() => openDialog({ kind: 'live-confirm' })}>
                  Confirm account…
                </button>
              </ByScope>
            ) : (
              <span className="mono dim">{problem.code}</span>
            )
          }
        >
          {problem.text}
        </BannerLine>
      )}
      {fault !== null && (
        <BannerLine
          tone="amber"
          testId="settings-banner"
          aside={
            <button type="button" className="button" data-size="small" onClick={() => openDialog({ kind: 'settings' })}>
              Settings
            </button>
          }
        >
          <b>The settings file was not usable.</b> {fault}
        </BannerLine>
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
    <BannerLine
      tone="critical"
      testId="live-banner"
      aside={
        <ByScope call="live.confirm">
          <button type="button" className="button" data-size="small" onClick={() => openDialog({ kind: 'live-confirm' })}>
            Confirm live account…
          </button>
        </ByScope>
      }
    >
      <b>LIVE account {account}.</b> No order leaves until you have typed the account id.
    </BannerLine>
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
    <BannerLine
      tone="amber"
      testId="unknown-banner"
      aside={
        <button
          type="button"
          className="button"
          data-size="small"
          onClick={() => {
            if (isElsewhere('orders')) return;
            showTab('orders');
            setActive('orders', first);
          }}
        >
          Show
        </button>
      }
    >
      <b>
        {unknown} {unknown === 1 ? 'order is' : 'orders are'} UNKNOWN:
      </b>{' '}
      sent, but the broker&apos;s answer is missing. {unknown === 1 ? 'It' : 'They'} may be working. Nothing is sent again by itself;
      compare with TWS.
    </BannerLine>
  );
}
