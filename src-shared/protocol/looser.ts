import type { Limits } from './settings.ts';

/** Limits of which a smaller figure allows more. */
const LOOSER_WHEN_SMALLER: ReadonlySet<keyof Limits> = new Set<keyof Limits>(['reservedMessagesPerSecond', 'duplicateWindowSeconds']);

/** Whether the change of a limit lets pass what was denied before. */
export function loosens(name: keyof Limits, from: number, to: number): boolean {
  return LOOSER_WHEN_SMALLER.has(name) ? to < from : to > from;
}
