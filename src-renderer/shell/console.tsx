import { memo, useEffect, type ReactNode } from 'react';
import { Banners } from '../panels/banner/banners.tsx';
import { Footer } from '../panels/footer/footer.tsx';
import { StatusLine } from '../panels/footer/status-line.tsx';
import { Header } from '../panels/header/header.tsx';
import { accountMode } from '../format/account-mode.ts';
import { DeskContext, type Desk } from '../hook/desk-context.ts';
import { useField, useLinkState, useTicking } from '../hook/rows.ts';
import { BeatContext } from '../ui/age.tsx';
import { Toasts } from '../ui/toasts.tsx';
import { PanelAlone } from './panel-alone.tsx';
import { useWindows } from './use-windows.ts';
import { shownPanel } from '../view/shown-panel.ts';
import { DeskLayout } from './desk-layout.tsx';
import { Dialogs } from './dialogs.tsx';
import { ErrorBoundary } from './error-boundary.tsx';
import { NoSession } from './no-session.tsx';
import { useFirstSelection } from './first-selection.ts';
import { useViewKeys } from './use-view-keys.ts';
import { keepFocus } from '../view/focus.ts';
import { closeToast, useView } from '../view/view-store.ts';

export function Console({ desk }: { readonly desk: Desk }): ReactNode {
  return (
    <DeskContext value={desk}>
      <BeatContext value={desk.link.clock}>
        <Frame />
      </BeatContext>
    </DeskContext>
  );
}

function Frame(): ReactNode {
  const account = useField('status', 'account');
  const paper = useField('status', 'paper');
  const link = useLinkState();
  const upColor = useField('settings', 'settings')?.screen.upColor ?? 'green';
  const dialog = useView((state) => state.dialog) !== null;
  const panel = shownPanel();
  useViewKeys();
  useWindows(panel);
  useFirstSelection();
  useEffect(() => keepFocus(), []);
  useEffect(() => {
    document.documentElement.dataset['up'] = upColor;
  }, [upColor]);
  if (link.phase === 'no-session') return <NoSession why={link.why} />;
  return (
    <div className="console" data-account={accountMode(account, paper)} data-link={link.phase} data-panel={panel ?? undefined}>
      <h1 className="unseen">TriggerDesk</h1>
      <StillHeader />
      <StillBanners />
      {link.phase === 'connecting' ? (
        <Waiting />
      ) : panel === null ? (
        <StillDesk inert={dialog} />
      ) : (
        <StillPanel panel={panel} inert={dialog} />
      )}
      <StatusLine>
        <Messages />
      </StatusLine>
      <div inert={dialog}>
        <StillFooter />
      </div>
      <ErrorBoundary what="The dialog">
        <Dialogs />
      </ErrorBoundary>
      <Beat />
    </div>
  );
}

/** Empty tables would say that there is nothing, and that is not known yet. */
function Waiting(): ReactNode {
  return (
    <main className="desk-waiting" data-testid="desk-waiting">
      The desk has not said anything yet: orders, positions and alarms are not known.
    </main>
  );
}

/** The frame is drawn again for a dialog; what is inside of it need not be. */
const StillHeader = memo(Header);
const StillBanners = memo(Banners);
const StillDesk = memo(DeskLayout);
const StillPanel = memo(PanelAlone);
const StillFooter = memo(Footer);

function Messages(): ReactNode {
  const toasts = useView((state) => state.toasts);
  return <Toasts toasts={toasts} onClose={closeToast} />;
}

/** Lets the borders of UNKNOWN orders pulse together. */
function Beat(): ReactNode {
  const on = useTicking((now) => Math.floor(now / 750) % 2 === 0);
  useEffect(() => {
    document.documentElement.dataset['beat'] = on ? 'on' : 'off';
  }, [on]);
  return null;
}
