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
        <Act does="Pause" name={name} title="Pause (P)" tabIndex={tabIndex} run={() => actions.togglePause(row)}>
          <PauseIcon />
        </Act>
      )}
      {canResume(row) && (
        <Act does="Resume" name={name} title="Resume (P)" tabIndex={tabIndex} run={() => actions.togglePause(row)}>
          <PlayIcon />
        </Act>
      )}
      {canRearm(row) && (
        <Act does="Re-arm" name={name} title="Re-arm with the same rule" tabIndex={tabIndex} run={() => actions.rearm(row)}>
          <RearmIcon />
        </Act>
      )}
      <Act does="Edit" name={name} title="Edit (E)" tabIndex={tabIndex} run={() => editTrigger(row.spec, row.id, row.version)}>
        <EditIcon />
      </Act>
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
          <Act does="Disarm" name={name} title="Disarm (Delete)" tabIndex={tabIndex} run={() => actions.disarm(row)}>
            <CrossIcon />
          </Act>
        </>
      )}
    </>
  );
}

function Act(props: {
  readonly does: string;
  readonly name: string;
  readonly title: string;
  readonly tabIndex: number;
  readonly run: () => void;
  readonly children: ReactNode;
}): ReactNode {
  return (
    <button
      type="button"
      className="icon-button"
      tabIndex={props.tabIndex}
      aria-label={`${props.does} ${props.name}`}
      title={props.title}
      onClick={props.run}
    >
      {props.children}
    </button>
  );
}
