import { Replayer, type ReplayError } from '#core/commit/replay';
import { ok, type Result } from '#domain/result';
import type { Entry } from '#journal/entry';
import { type VerifyError, type VerifyReport, verifyJournal } from '#journal/verify';

export interface ReplayedRun {
  /** Epoch ms. */
  readonly startedAt: number;
  /** Sequence number before its first commit. */
  readonly startAfter: number;
  /** Last sequence number that was replayed, and the state's digest there. */
  readonly lastSeq: number;
  readonly digest: string;
  readonly commits: number;
  /** Why the replay of this run ended early: from a gap on, nobody knows the state. */
  readonly brokenBy?: string;
}

export interface ReplayReport {
  readonly verified: VerifyReport;
  readonly runs: readonly ReplayedRun[];
  /** Digest at every `every`-th sequence number. */
  readonly digests: readonly (readonly [seq: number, digest: string])[];
}

/**
 * Verifies a journal and replays each of its runs from the empty state. The first refusal is the error. The journal may be the one that
 * is being written.
 */
export function replayJournal(
  directory: string,
  every = 1_000,
): Result<ReplayReport, VerifyError | (ReplayError & { readonly file?: never })> {
  const runs: ReplayedRun[] = [];
  const digests: (readonly [number, string])[] = [];
  let replayer: Replayer | undefined;
  const visit = (entry: Entry): ReplayError | undefined => {
    const run = runs.at(-1);
    if (entry.kind === 'run-started') {
      replayer = new Replayer(entry.seq);
      runs.push({ startedAt: entry.at, startAfter: entry.seq, lastSeq: entry.seq, digest: replayer.stores.digest, commits: 0 });
    } else if (entry.kind === 'gap' && run !== undefined) {
      replayer = undefined;
      runs[runs.length - 1] = { ...run, brokenBy: `Commits ${entry.from} to ${entry.to} are not in the journal: ${entry.reason}` };
    } else if (entry.kind === 'commit' && run !== undefined && replayer !== undefined) {
      const applied = replayer.apply(entry);
      if (!applied.ok) return applied.error;
      if (entry.seq % every === 0) digests.push([entry.seq, applied.value]);
      runs[runs.length - 1] = { ...run, lastSeq: entry.seq, digest: applied.value, commits: run.commits + 1 };
    }
    return undefined;
  };
  const verified = verifyJournal(directory, visit, { allowTornEnd: true });
  return verified.ok ? ok({ verified: verified.value, runs, digests }) : verified;
}
