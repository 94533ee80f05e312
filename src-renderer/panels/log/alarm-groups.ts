import type { LogRow } from '#protocol/log-row';

/** What says the same of the same thing, folded. */
export interface AlarmGroup {
  /** Of the newest. */
  readonly id: number;
  readonly row: LogRow;
  readonly count: number;
  /** When the oldest of them came, the broker's time. */
  readonly since: number | null;
  readonly isOpen: boolean;
  readonly ids: readonly number[];
}

const MOST_GROUPS = 200;

function isOpen(row: LogRow): boolean {
  return row.level === 'alarm' && !row.acknowledged;
}

/** What nobody but the operator has to be told of: a warning of what they did themselves is in the log alone. */
function isAlarm({ level, own }: LogRow): boolean {
  return level === 'alarm' || (level === 'warning' && !own);
}

/** Open ones on top, then the newest first. */
export function alarmGroups(rows: readonly LogRow[]): readonly AlarmGroup[] {
  const groups = new Map<string, { newest: LogRow; oldest: LogRow; ids: number[] }>();
  for (const row of rows) {
    if (!isAlarm(row)) continue;
    const { subject } = row;
    const key = JSON.stringify([isOpen(row), row.level, subject?.kind, subject?.key, row.text, row.detail]);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, { newest: row, oldest: row, ids: [row.id] });
    else {
      group.ids.push(row.id);
      if (row.id > group.newest.id) group.newest = row;
      if (row.id < group.oldest.id) group.oldest = row;
    }
  }
  return [...groups.values()]
    .map(({ newest, oldest, ids }) => ({
      id: newest.id,
      row: newest,
      count: ids.length,
      since: oldest.at,
      isOpen: isOpen(newest),
      ids,
    }))
    .sort((a, b) => Number(b.isOpen) - Number(a.isOpen) || b.id - a.id)
    .slice(0, MOST_GROUPS);
}

export function openAlarms(rows: readonly LogRow[]): number {
  return rows.filter(isOpen).length;
}
