import { join } from 'node:path';
import { err, ok, type Result } from '#domain/result';
import { parseEntry } from './entry.ts';
import { journalFiles } from './file-name.ts';
import { type Files, fileTrouble, NodeFiles } from './files.ts';
import { headFile } from './head.ts';
import type { KillLatch } from './kill-latch-file.ts';
import { decodeLineBytes } from './line.ts';
import { linesWith } from './reading.ts';

/** What the runs before this one have left in their journal. */
export interface LastEngine {
  /** There is a journal, or at least its checkpoint: this is not the folder's first start. */
  readonly hasJournal: boolean;
  /** The engine's state as the last good line that tells it has it; undefined when none does. */
  readonly state: string | undefined;
}

/** Reads newest files first. To be called before this run writes its own first line. An error is a part of a sentence. */
export function readLastEngine(directory: string, files: Files = new NodeFiles()): Result<LastEngine> {
  try {
    const all = files.exists(directory) ? journalFiles(files.list(directory)) : [];
    for (const { name } of [...all].reverse()) {
      let state: string | undefined;
      for (const { bytes } of linesWith(files, join(directory, name), ['["engine","desk",'])) state = stateIn(bytes) ?? state;
      if (state !== undefined) return ok({ hasJournal: true, state });
    }
    return ok({ hasJournal: all.length > 0 || files.exists(headFile(directory, files).path), state: undefined });
  } catch (error) {
    return err(fileTrouble(error));
  }
}

function stateIn(bytes: Buffer): string | undefined {
  const line = decodeLineBytes(bytes);
  const entry = line.ok ? parseEntry(line.value.body) : line;
  if (!entry.ok || entry.value.kind !== 'commit') return undefined;
  const cell = entry.value.writes.findLast(([store, key]) => store === 'engine' && key === 'desk')?.[2];
  const state = typeof cell === 'object' && cell !== null && 'state' in cell ? cell.state : undefined;
  return typeof state === 'string' ? state : undefined;
}

/**
 * Why the latch's file is not believed when it says `not set`; a part of a sentence. A latch that is explicitly set needs no second witness.
 * `latch` is undefined when there is no file.
 */
export function latchContradiction(latch: KillLatch | undefined, last: Result<LastEngine>): string | undefined {
  if (latch?.latched === true) return undefined;
  if (!last.ok) return `the journal, with which the kill latch is compared, cannot be read: ${last.error}`;
  const { hasJournal, state } = last.value;
  const said = latch === undefined ? 'is gone' : 'says that it is not set';
  if (state === 'EMERGENCY' || state === 'STOPPED')
    return `the journal ends with the kill switch set (${state}), and kill-latch.json ${said}`;
  if (latch === undefined && hasJournal)
    return 'kill-latch.json is gone, although a desk has run in this folder (one of version 0.1 wrote none)';
  return undefined;
}
