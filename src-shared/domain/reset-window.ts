import { dayKey, minuteOfDay, NEW_YORK } from './session-time.ts';

/** A time of the week in which IB resets its systems. Days count from Sunday (0), as the wall clock of the zone has them when it begins. */
export interface ResetWindow {
  readonly name: string;
  readonly zone: string;
  readonly days: readonly number[];
  /** Minutes after midnight; `to` at or before `from` is on the next day. */
  readonly from: number;
  readonly to: number;
}

export type ResetRegion = 'NA' | 'EU' | 'APAC' | 'none';

const SUNDAY_TO_FRIDAY = [0, 1, 2, 3, 4, 5] as const;
const EVERY_NIGHT = { days: SUNDAY_TO_FRIDAY } as const;
const FRIDAY = 5;
const DAY = 1440;
const MINUTE = 60_000;

function at(hour: number, minute: number): number {
  return hour * 60 + minute;
}

const WEEKEND: ResetWindow = { name: 'weekend reset', zone: NEW_YORK, days: [FRIDAY], from: at(23, 0), to: at(3, 0) };

/** What IB publishes on its page of the system status; the times have changed over the years, so a list of one's own replaces them. */
export const RESET_WINDOWS: Readonly<Record<ResetRegion, readonly ResetWindow[]>> = {
  NA: [{ name: 'nightly reset', zone: NEW_YORK, ...EVERY_NIGHT, from: at(0, 15), to: at(1, 45) }, WEEKEND],
  EU: [{ name: 'nightly reset', zone: 'Europe/Zurich', ...EVERY_NIGHT, from: at(6, 25), to: at(7, 45) }, WEEKEND],
  APAC: [
    { name: 'morning reset', zone: 'Asia/Hong_Kong', ...EVERY_NIGHT, from: at(4, 45), to: at(6, 5) },
    { name: 'evening reset', zone: 'Asia/Hong_Kong', ...EVERY_NIGHT, from: at(20, 15), to: at(21, 15) },
    WEEKEND,
  ],
  none: [],
};

/** Sunday is 0. */
function weekday(epochMs: number, zone: string): number {
  const day = dayKey(epochMs, zone);
  return new Date(Date.UTC(Number(day.slice(0, 4)), Number(day.slice(4, 6)) - 1, Number(day.slice(6, 8)))).getUTCDay();
}

/**
 * The window that `epochMs` lies in and when it ends, epoch ms; undefined outside all. `leadMs` before its beginning counts as inside. A
 * night in which the clocks change may shift an end by that hour.
 */
export function resetWindowAt(
  epochMs: number,
  windows: readonly ResetWindow[],
  leadMs = 0,
): { readonly window: ResetWindow; readonly endsAt: number } | undefined {
  for (const window of windows) {
    const length = ((window.to - window.from + DAY - 1) % DAY) + 1;
    for (const seen of leadMs === 0 ? [epochMs] : [epochMs, epochMs + leadMs]) {
      const minute = minuteOfDay(seen, window.zone);
      const since = (minute - window.from + DAY) % DAY;
      const begins = minute >= window.from ? weekday(seen, window.zone) : (weekday(seen, window.zone) + 6) % 7;
      if (since >= length || !window.days.includes(begins)) continue;
      const intoMinute = ((seen % MINUTE) + MINUTE) % MINUTE;
      return { window, endsAt: seen - intoMinute + (length - since) * MINUTE };
    }
  }
  return undefined;
}

/** K-04: on Sunday from 01:00 New York time a log-in is not carried over; TWS waits for user, password and second factor. */
export function isLoginDay(epochMs: number): boolean {
  return weekday(epochMs, NEW_YORK) === 0 && minuteOfDay(epochMs) >= at(1, 0);
}
