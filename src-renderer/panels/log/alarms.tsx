import type { ReactNode } from 'react';
import { clockText, preciseTime } from '../../format/time.ts';
import { useSummary } from '../../hook/rows.ts';
import { ByScope } from '../../hook/scope.tsx';
import { useCommand } from '../../hook/use-command.ts';
import { refused } from '../../view/view-store.ts';
import { Empty } from '../../ui/controls.tsx';
import { alarmGroups, type AlarmGroup } from './alarm-groups.ts';
import { focusSubject } from './focus-subject.ts';

/** What one call may name. */
const MOST_IDS = 2_000;

/** Few and long-lived, so they are written out in full; open alarms stay on top until somebody has seen them. */
export function Alarms(): ReactNode {
  const groups = useSummary('log', alarmGroups);
  const acknowledge = useCommand('log.acknowledge', refused);
  const open = groups.filter((group) => group.isOpen);
  const seen = (ids: readonly number[]): void => void acknowledge.run({ ids: ids.slice(-MOST_IDS) });
  if (groups.length === 0)
    return (
      <Empty title="No alarms.">
        Faults of the connection, of orders and of the book appear here and stay until they are acknowledged.
      </Empty>
    );
  return (
    <>
      <div className="log-bar">
        <span className="dim">{open.length === 0 ? 'Everything is acknowledged.' : `${String(open.length)} open`}</span>
        <ByScope call="log.acknowledge">
          <button
            type="button"
            className="button right"
            data-size="small"
            disabled={open.length === 0 || acknowledge.pending}
            onClick={() => seen(open.flatMap(({ ids }) => ids))}
          >
            Acknowledge all
          </button>
        </ByScope>
      </div>
      <ul className="alarms" aria-label="Alarms" tabIndex={0}>
        {groups.map((group) => (
          <Alarm key={group.id} group={group} onAcknowledge={seen} busy={acknowledge.pending} />
        ))}
      </ul>
    </>
  );
}

interface AlarmProps {
  readonly group: AlarmGroup;
  readonly onAcknowledge: (ids: readonly number[]) => void;
  readonly busy: boolean;
}

function Alarm({ group, onAcknowledge, busy }: AlarmProps): ReactNode {
  const { row, isOpen } = group;
  const tone = isOpen ? 'critical' : row.level === 'warning' ? 'amber' : 'dim';
  return (
    <li data-open={isOpen}>
      <time title={preciseTime(row.at)}>{clockText(row.at)}</time>
      <div>
        <p className={tone}>
          <AlarmText group={group} />
        </p>
        {row.detail !== null && <p className="dim">{row.detail}</p>}
        {isOpen && (
          <p className="alarm-actions">
            <ByScope call="log.acknowledge">
              <button
                type="button"
                className="link-button"
                disabled={busy}
                aria-label={`Acknowledge: ${row.text}`}
                onClick={() => onAcknowledge(group.ids)}
              >
                Acknowledge
              </button>
            </ByScope>
          </p>
        )}
      </div>
    </li>
  );
}

function AlarmText({ group }: Pick<AlarmProps, 'group'>): ReactNode {
  const { subject, text } = group.row;
  const told = (
    <>
      {group.isOpen && <span className="alarm-word">ALARM </span>}
      {text}
      <Times group={group} />
    </>
  );
  if (subject === null) return told;
  return (
    <button type="button" className="alarm-text" title="Shows the row that it is about" onClick={() => focusSubject(subject)}>
      {told}
    </button>
  );
}

function Times({ group: { count, since } }: Pick<AlarmProps, 'group'>): ReactNode {
  if (count === 1) return null;
  return (
    <span className="badge alarm-count" title={`${String(count)} times since ${preciseTime(since)}`}>
      ×{count}
    </span>
  );
}
