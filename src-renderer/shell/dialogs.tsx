import type { ReactNode } from 'react';
import { orderKeyOf, triggerIdOf } from '#domain/ids';
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
import { closeDialog, useView, type OpenDialog } from '../view/view-store.ts';

/** At most one dialog at a time. */
export function Dialogs(): ReactNode {
  const dialog = useView((state) => state.dialog);
  if (dialog === null) return null;
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
    case 'cheat-sheet':
      return <CheatSheet onClose={closeDialog} />;
    case 'stop-engine':
      return <StopEngineDialog onClose={closeDialog} />;
    case 'live-confirm':
      return <LiveConfirmDialog onClose={closeDialog} />;
  }
}
