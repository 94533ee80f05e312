import { dayKey, epochAt } from '#domain/session-time';

const DAY_MINUTES = 24 * 60;

/** First and last millisecond of the New York day that holds a moment, epoch ms. */
export function dayStart(at: number): number {
  return epochAt(dayKey(at), 0);
}

export function dayEnd(at: number): number {
  return epochAt(dayKey(at), DAY_MINUTES) - 1;
}
