import type { ReactNode } from 'react';
import { useField } from '../../hook/rows.ts';
import { useCommand } from '../../hook/use-command.ts';
import { openDialog, refused } from '../../view/view-store.ts';
import { BannerLine } from './banner-line.tsx';

/** What waits for the operator's word before the desk can be started, each with the way to give it. */
export function HoldBanners(): ReactNode {
  const holds = useField('status', 'holds') ?? [];
  return holds.map(({ code, text }) =>
    code === 'journal' ? <JournalHold key={code} text={text} /> : <AccountHold key={code} text={text} />,
  );
}

function JournalHold({ text }: { readonly text: string }): ReactNode {
  const acknowledge = useCommand('journal.acknowledge', refused);
  return (
    <BannerLine
      tone="critical"
      testId="journal-banner"
      aside={
        <button type="button" className="button" data-size="small" disabled={acknowledge.pending} onClick={() => void acknowledge.run({})}>
          Acknowledge
        </button>
      }
    >
      <b>The record of earlier runs is in doubt; nothing can be started or armed.</b> {text} Keep the files, and compare orders and
      positions with TWS before you go on.
    </BannerLine>
  );
}

function AccountHold({ text }: { readonly text: string }): ReactNode {
  return (
    <BannerLine
      tone="critical"
      testId="account-banner"
      aside={
        <button type="button" className="button" data-size="small" onClick={() => openDialog({ kind: 'live-confirm' })}>
          Confirm account…
        </button>
      }
    >
      <b>Another account.</b> {text} Nothing can be started or armed until you have typed its id.
    </BannerLine>
  );
}
