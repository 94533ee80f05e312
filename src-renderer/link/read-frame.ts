import type { Frame } from '#protocol/stream';

/** Shape check of a push. The desk is trusted, its transport is not: anything else is dropped and counted by the caller. */
export function readFrame(value: unknown): Frame | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const frame = value as Partial<Record<keyof Frame, unknown>>;
  const sound =
    typeof frame.number === 'number' &&
    typeof frame.commitSeq === 'number' &&
    typeof frame.at === 'number' &&
    Array.isArray(frame.updates) &&
    frame.updates.every((update: unknown) => typeof update === 'object' && update !== null && 'kind' in update && 'topic' in update);
  return sound ? (value as Frame) : undefined;
}
