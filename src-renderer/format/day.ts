import { dayKey, epochAt } from '#domain/session-time';

const DAY_MS = 86_400_000;
const NOON = 12 * 60;

/** The New York day of a moment, `2013-10-08`. */
export function dayText(at: number): string {
  return dashed(dayKey(at));
}

function dashed(key: string): string {
  return `${key.slice(0, 4)}-${key.slice(4, 6)}-${key.slice(6, 8)}`;
}

/** Epoch ms of the day's first moment in New York; undefined for what is no day, like `2013-02-30`. */
export function dayStart(text: string): number | undefined {
  const match = /^(\d{4})-?(\d{2})-?(\d{2})$/.exec(text.trim());
  if (match === null) return undefined;
  const key = match.slice(1).join('');
  const start = epochAt(key, 0);
  return Number.isFinite(start) && dayKey(epochAt(key, NOON)) === key ? start : undefined;
}

/** The calendar day `days` later or, below zero, earlier; unchanged where the text is no day. */
export function dayMoved(text: string, days: number): string {
  const start = dayStart(text);
  // From noon to noon: a day of 23 or 25 hours does not lead past its neighbour.
  return start === undefined ? text : dayText(epochAt(dayKey(start), NOON) + days * DAY_MS);
}

export type Days = { readonly ok: true; readonly from: number; readonly to: number } | { readonly ok: false; readonly fault: string };

/** Both days whole: up to the last millisecond of the second. */
export function daysBetween(first: string, last: string): Days {
  const from = dayStart(first);
  const end = dayStart(last);
  if (from === undefined || end === undefined) return { ok: false, fault: 'Write days like 2013-10-08.' };
  if (end < from) return { ok: false, fault: 'The last day is before the first.' };
  return { ok: true, from, to: (dayStart(dayMoved(last, 1)) ?? end + DAY_MS) - 1 };
}
