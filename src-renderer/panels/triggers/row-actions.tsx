import type { ReactNode } from 'react';
import type { WatcherRow } from '#protocol/topics';
import { HoldButton } from '../../ui/hold-button.tsx';
import { BoltIcon, CrossIcon, EditIcon, PauseIcon, PlayIcon, RearmIcon } from '../../ui/icons.tsx';
import { editTrigger } from '../../draft/draft-store.ts';
import { canDisarm, canPause, canRearm, canResume, type WatcherActions } from './watcher-actions.ts';

const FIRE_HOLD_MS = 800;

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
  return (
    <>
      {canPause(row) && (
        <button
          type="button"
          className="icon-button"
          tabIndex={tabIndex}
          aria-label={`Pause ${name}`}
          title="Pause (P)"
          onClick={() => actions.togglePause(row)}
        >
          <PauseIcon />
        </button>
      )}
      {canResume(row) && (
        <button
          type="button"
          className="icon-button"
          tabIndex={tabIndex}
          aria-label={`Resume ${name}`}
          title="Resume (P)"
          onClick={() => actions.togglePause(row)}
        >
          <PlayIcon />
        </button>
      )}
      {canRearm(row) && (
        <button
          type="button"
          className="icon-button"
          tabIndex={tabIndex}
          aria-label={`Re-arm ${name}`}
          title="Re-arm with the same rule"
          onClick={() => actions.rearm(row)}
        >
          <RearmIcon />
        </button>
      )}
      <button
        type="button"
        className="icon-button"
        tabIndex={tabIndex}
        aria-label={`Edit ${name}`}
        title="Edit (E)"
        onClick={() => editTrigger(row.spec, row.id, row.version)}
      >
        <EditIcon />
      </button>
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
          <button
            type="button"
            className="icon-button"
            tabIndex={tabIndex}
            aria-label={`Disarm ${name}`}
            title="Disarm (Delete)"
            onClick={() => actions.disarm(row)}
          >
            <CrossIcon />
          </button>
        </>
      )}
    </>
  );
}
