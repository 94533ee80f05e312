import { isZone, momentAt, NEW_YORK } from '#domain/session-time';

/** The close of regular trading in New York: what a date without a time of day means. */
const CLOSE = [16, 0, 0] as const;

/**
 * IB's date of a GTD order → epoch ms: `20261106 16:00:00 US/Eastern`, the same in UTC with a dash (`20261106-21:00:00`), or a date alone.
 * Without a zone it is read as New York's. Undefined when it is none of these.
 */
export function goodTillOf(text: string): number | undefined {
  const match = /^(\d{8})(?:(-| +)(\d{1,2}):(\d{2})(?::(\d{2}))?)?(?: +(\S+))?$/.exec(text.trim());
  if (match === null) return undefined;
  const [, day = '', dash, hour, minute = '0', second = '0', named] = match;
  const zone = dash === '-' ? 'UTC' : (named ?? NEW_YORK);
  if (!isZone(zone)) return undefined;
  return momentAt(day, hour === undefined ? CLOSE : [Number(hour), Number(minute), Number(second)], zone);
}
