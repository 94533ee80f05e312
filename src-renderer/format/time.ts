import { UNKNOWN } from './figure.ts';

/** Epoch ms are shown in New York time: the exchange's clock is the only one an order knows. */
const ZONE = 'America/New_York';
const clock = new Intl.DateTimeFormat('en-GB', { timeZone: ZONE, hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23' });
const day = new Intl.DateTimeFormat('en-GB', { timeZone: ZONE, day: '2-digit', month: 'short', year: 'numeric' });
const parts = new Intl.DateTimeFormat('en-GB', {
  timeZone: ZONE,
  year: 'numeric',
  month: '2-digit',
  day: '2-digit',
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
  hourCycle: 'h23',
});

/** `10:32:05` */
export function clockText(at: number | null): string {
  return at === null ? UNKNOWN : clock.format(at);
}

/** `10:32:05.417`, for hovering. */
export function preciseTime(at: number | null): string {
  if (at === null) return UNKNOWN;
  const ms = ((at % 1000) + 1000) % 1000;
  return `${day.format(at)} ${clock.format(at)}.${String(Math.floor(ms)).padStart(3, '0')} New York`;
}

/** Age in ms → `0.4 s`, `12 s`, `41 min`, `5 h 27`, `2 d`. A clock that runs backwards shows 0.0 s, never a minus. */
export function ageText(ms: number | null): string {
  if (ms === null) return UNKNOWN;
  const seconds = Math.max(0, ms) / 1000;
  if (seconds < 9.95) return `${seconds.toFixed(1)} s`;
  if (seconds < 99.5) return `${String(Math.round(seconds))} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 100) return `${String(minutes)} min`;
  const hours = Math.floor(minutes / 60);
  if (hours < 48) return `${String(hours)} h ${String(minutes % 60).padStart(2, '0')}`;
  return `${String(Math.floor(hours / 24))} d`;
}

/** Seconds without unit for a column headed `s`: `0.2`, `14`, `900`. */
export function ageSeconds(ms: number | null): string {
  if (ms === null) return UNKNOWN;
  const seconds = Math.max(0, ms) / 1000;
  if (seconds < 9.95) return seconds.toFixed(1);
  return seconds < 9_999.5 ? String(Math.round(seconds)) : '>9999';
}

/** Time left until a moment: `5 h 27`, `12 min`, `40 s`. */
export function leftText(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  if (seconds < 100) return `${String(seconds)} s`;
  const minutes = Math.floor(seconds / 60);
  return minutes < 100 ? `${String(minutes)} min` : `${String(Math.floor(minutes / 60))} h ${String(minutes % 60).padStart(2, '0')}`;
}

export function millisecondsText(ms: number | null): string {
  if (ms === null) return UNKNOWN;
  if (ms < 1) return ms.toFixed(2);
  return ms < 9.95 ? ms.toFixed(1) : String(Math.round(ms));
}

/** Minutes after New York midnight → `09:45`. */
export function minuteText(minute: number): string {
  return `${String(Math.floor(minute / 60)).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}`;
}

/** `9:45`, `0945` or `9` → minutes after midnight; `24:00` is the day's end. */
export function minuteFromText(text: string): number | undefined {
  const match = /^(\d{1,2})(?::?(\d{2}))?$/.exec(text.trim());
  if (!match) return undefined;
  const hours = Number(match[1]);
  const minutes = Number(match[2] ?? '0');
  const total = hours * 60 + minutes;
  return minutes < 60 && total <= 1440 ? total : undefined;
}

/** Seconds that make lightweight-charts, which knows only UTC, print New York wall time. */
export function newYorkSeconds(at: number): number {
  const field: Record<string, number> = {};
  for (const { type, value } of parts.formatToParts(at)) field[type] = Number(value);
  const wall = Date.UTC(
    field['year'] ?? 0,
    (field['month'] ?? 1) - 1,
    field['day'] ?? 1,
    field['hour'] ?? 0,
    field['minute'] ?? 0,
    field['second'] ?? 0,
  );
  return Math.floor(wall / 1000);
}
