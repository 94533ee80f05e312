import type { ReactNode } from 'react';
import type { WatcherRow } from '#protocol/topics';
import { HoldButton } from '../../ui/hold-button.tsx';
import { BoltIcon, CopyIcon, CrossIcon, EditIcon, PauseIcon, PlayIcon, RearmIcon } from '../../ui/icons.tsx';
import { canDisarm, canPause, canRearm, canResume, duplicate, edit, type WatcherActions } from './watcher-actions.ts';

const FIRE_HOLD_MS = 800;

interface RowButton {
  readonly label: string;
  readonly title: string;
  readonly run: () => void;
  readonly icon: ReactNode;
}

/** Only the active row's buttons are tab stops: a thousand rows are not four thousand stops. */
export function RowActions({
  row,
  active,
  actions,
}: {
  readonly row: WatcherRow;
  readonly active: boolean;
  readonly actions: WatcherActions;
}): ReactNode {
  const tabIndex = active ? 0 : -1;
  const { name } = row;
  const button = ({ label, title, run, icon }: RowButton): ReactNode => (
    <button type="button" className="icon-button" tabIndex={tabIndex} aria-label={label} title={title} onClick={run}>
      {icon}
    </button>
  );
  return (
    <>
      {canPause(row) && button({ label: `Pause ${name}`, title: 'Pause (P)', run: () => actions.togglePause(row), icon: <PauseIcon /> })}
      {canResume(row) && button({ label: `Resume ${name}`, title: 'Resume (P)', run: () => actions.togglePause(row), icon: <PlayIcon /> })}
      {canRearm(row) &&
        button({ label: `Re-arm ${name}`, title: 'Re-arm with the same rule (R)', run: () => actions.rearm(row), icon: <RearmIcon /> })}
      {button({ label: `Edit ${name}`, title: 'Edit (E)', run: () => void edit(row), icon: <EditIcon /> })}
      {button({ label: `Duplicate ${name}`, title: 'Duplicate: a copy in the ticket (D)', run: () => duplicate(row), icon: <CopyIcon /> })}
      {canDisarm(row) && (
        <>
          <HoldButton
            className="icon-button fire"
            name={`Fire ${name} now`}
            title="Fire now: hold 0.8 s. Risk still decides."
            needMs={FIRE_HOLD_MS}
            ring={18}
            tabIndex={tabIndex}
            onDone={() => actions.fireNow(row)}
          >
            <BoltIcon />
          </HoldButton>
          {button({ label: `Disarm ${name}`, title: 'Disarm (Delete)', run: () => actions.disarm(row), icon: <CrossIcon /> })}
        </>
      )}
    </>
  );
}
