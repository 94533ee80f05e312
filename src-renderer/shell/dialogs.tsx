import { useEffect, type ReactNode } from 'react';
import { orderKeyOf, triggerIdOf } from '#domain/ids';
import type { CallName } from '#protocol/commands';
import { useScopeRefusal } from '../hook/scope.tsx';
import { AdoptDialog } from '../panels/adopt/adopt-dialog.tsx';
import { AuditDialog } from '../panels/audit/audit-dialog.tsx';
import { CancelOrderDialog, DisarmDialog, LiveConfirmDialog, StopEngineDialog, WatcherDialog } from '../panels/confirm/confirm-dialogs.tsx';
import { ResumeDialog } from '../panels/confirm/resume-dialog.tsx';
import { ExecutionDialog } from '../panels/diagnostics/execution-dialog.tsx';
import { CheatSheet } from '../panels/help/cheat-sheet.tsx';
import { SettleDialog } from '../panels/orders/settle-dialog.tsx';
import { WhyDialog } from '../panels/orders/why-dialog.tsx';
import { CloseDialog, FlattenAllDialog } from '../panels/positions/close-dialog.tsx';
import { SettingsDialog } from '../panels/settings/settings-dialog.tsx';
import { BulkDialog } from '../panels/triggers/bulk-dialog.tsx';
import { WindowsDialog } from '../panels/windows/windows-dialog.tsx';
import { closeDialog, refused, useView, type OpenDialog } from '../view/view-store.ts';

/** At most one dialog at a time. */
export function Dialogs(): ReactNode {
  const dialog = useView((state) => state.dialog);
  return dialog === null ? null : <Allowed dialog={dialog} />;
}

/** What a dialog ends in; those that only show something end in a query. */
const ENDS_IN: Readonly<Record<OpenDialog['kind'], CallName>> = {
  why: 'order.why',
  watcher: 'order.why',
  'cancel-order': 'order.cancel',
  disarm: 'trigger.disarm',
  resume: 'trigger.resume',
  bulk: 'trigger.disarm',
  settle: 'order.settle',
  close: 'position.close',
  'flatten-all': 'positions.flatten-all',
  adopt: 'adoption.decide',
  audit: 'audit.export',
  execution: 'diagnostics.execution',
  settings: 'stream.ack',
  'cheat-sheet': 'stream.ack',
  windows: 'window.open',
  'stop-engine': 'engine.stop',
  'live-confirm': 'live.confirm',
};

/** A page that may not do what a dialog ends in says so instead of opening it; keys lead here as well as buttons. */
function Allowed({ dialog }: { readonly dialog: OpenDialog }): ReactNode {
  const refusal = useScopeRefusal(ENDS_IN[dialog.kind]);
  useEffect(() => {
    if (refusal === null) return;
    refused(refusal);
    closeDialog();
  }, [refusal]);
  if (refusal !== null) return null;
  if (dialog.kind === 'bulk') return <BulkDialog act={dialog.act} conId={dialog.conId} symbol={dialog.symbol} onClose={closeDialog} />;
  return dialogOf(dialog);
}

const ABOUT_TRIGGER = { watcher: WatcherDialog, disarm: DisarmDialog, resume: ResumeDialog } as const;

function isAboutTrigger(dialog: OpenDialog): dialog is Extract<OpenDialog, { kind: keyof typeof ABOUT_TRIGGER }> {
  return dialog.kind in ABOUT_TRIGGER;
}

function dialogOf(dialog: Exclude<OpenDialog, { readonly kind: 'bulk' }>): ReactNode {
  if (isAboutTrigger(dialog)) {
    const About = ABOUT_TRIGGER[dialog.kind];
    return <About id={triggerIdOf(dialog.key)} onClose={closeDialog} />;
  }
  switch (dialog.kind) {
    case 'why':
      return <WhyDialog orderKey={orderKeyOf(dialog.key)} onClose={closeDialog} />;
    case 'cancel-order':
      return <CancelOrderDialog orderKey={orderKeyOf(dialog.key)} onClose={closeDialog} />;
    case 'settle':
      return <SettleDialog orderKey={orderKeyOf(dialog.key)} onClose={closeDialog} />;
    case 'close':
      return <CloseDialog positionKey={dialog.key} first={dialog.percent} onClose={closeDialog} />;
    case 'flatten-all':
      return <FlattenAllDialog onClose={closeDialog} />;
    case 'adopt':
      return <AdoptDialog onClose={closeDialog} />;
    case 'audit':
      return <AuditDialog onClose={closeDialog} />;
    case 'execution':
      return <ExecutionDialog seq={dialog.seq} onClose={closeDialog} />;
    case 'settings':
      return <SettingsDialog onClose={closeDialog} />;
    case 'windows':
      return <WindowsDialog onClose={closeDialog} />;
    case 'cheat-sheet':
      return <CheatSheet onClose={closeDialog} />;
    case 'stop-engine':
      return <StopEngineDialog onClose={closeDialog} />;
    case 'live-confirm':
      return <LiveConfirmDialog onClose={closeDialog} />;
  }
}
