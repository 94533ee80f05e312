import type { CommitRecord } from '#core/ports/journal';
import { err, ok, type Result } from '#domain/result';
import type { JournalFrame } from './frame-buffer.ts';
import type { JournalFinding, JournalHead } from './head.ts';

/** What a journal line says. `seq` is always the last sequence number used so far, so that numbering goes on after any entry. */
export type Entry = { readonly brokerAt?: number | undefined } & Said;

type Said =
  | (CommitRecord & { readonly kind: 'commit' })
  /**
   * A run begins. Its state is empty: memory is the authority while a process lives, files never bring state back. The digests of its
   * commits therefore start from the empty state.
   */
  | { readonly kind: 'run-started'; readonly seq: number; readonly at: number; readonly head?: true }
  | { readonly kind: 'run-ended'; readonly seq: number; readonly at: number }
  /**
   * `run` is when the run that writes it began. `head` (also with a run's begin): there was a checkpoint beside the journal by then, so
   * one that is missing later was taken away.
   */
  | {
      readonly kind: 'file-started';
      readonly seq: number;
      readonly at: number;
      readonly file: string;
      readonly run?: number;
      readonly head?: true;
    }
  /** The commits from … to … happened but could not be written. */
  | { readonly kind: 'gap'; readonly seq: number; readonly at: number; readonly from: number; readonly to: number; readonly reason: string }
  /** The commits from … to … were written, but the system could not promise that they reached the disk. */
  | {
      readonly kind: 'doubtful';
      readonly seq: number;
      readonly at: number;
      readonly from: number;
      readonly to: number;
      readonly reason: string;
    }
  /** The end of the file before this line was damaged by a crash and was moved away. */
  | { readonly kind: 'recovered'; readonly seq: number; readonly at: number; readonly torn: string; readonly bytes: number }
  /** What the checkpoint told at the start of a run; `expected` is the checkpoint. */
  | (JournalFinding & { readonly kind: 'finding'; readonly seq: number; readonly at: number; readonly expected?: JournalHead })
  /** A message to or from the broker that concerns an order. It changes nothing and is not replayed. */
  | (JournalFrame & { readonly kind: 'frame'; readonly seq: number; readonly droppedAfter?: number });

const kinds: ReadonlySet<unknown> = new Set<Entry['kind']>([
  'commit',
  'run-started',
  'run-ended',
  'file-started',
  'gap',
  'doubtful',
  'recovered',
  'finding',
  'frame',
]);

/** The text of an entry. A commit's record is not copied for it: this is the order path. */
export function entryText(entry: Exclude<Entry, { readonly kind: 'commit' }>): string {
  return JSON.stringify(entry);
}

/** `writesText` is the text of the writes, where it is known; they are the larger part of a record. */
export function commitText(record: CommitRecord, writesText: string = JSON.stringify(record.writes)): string {
  const { seq, at, brokerAt, lane, name, cause, effects, tombstone, attempts, digest } = record;
  const failed = tombstone === undefined ? '' : `,"tombstone":${JSON.stringify(tombstone)}`;
  const broker = brokerAt === undefined ? '' : `,"brokerAt":${brokerAt}`;
  const told = effects.length === 0 ? '[]' : JSON.stringify(effects);
  return (
    `{"kind":"commit","seq":${seq},"at":${at}${broker},"lane":"${lane}","name":${JSON.stringify(name)},"cause":${JSON.stringify(cause)},` +
    `"writes":${writesText},"effects":${told}${failed},"attempts":${attempts},"digest":"${digest}"}`
  );
}

export function parseEntry(body: string): Result<Entry> {
  let value: unknown;
  try {
    value = JSON.parse(body);
  } catch {
    return err('holds no JSON');
  }
  if (typeof value !== 'object' || value === null) return err('holds no entry');
  const { kind, seq } = value as { readonly kind?: unknown; readonly seq?: unknown };
  if (!kinds.has(kind)) return err(`holds an entry of the unknown kind ${JSON.stringify(kind)}`);
  if (!Number.isSafeInteger(seq) || (seq as number) < 0) return err('holds an entry without a sequence number');
  return ok(value as Entry);
}
