/** One small, plausible fault: what is replaced in which file, what would happen with it, and which tests must turn red. */
export interface Mutant {
  /** `room/what`, unique in all catalogues. */
  readonly id: string;
  /** Path from the root of the project. */
  readonly file: string;
  /** Stands in the file exactly once; when it does not any more, the run fails and the entry is brought up to date. */
  readonly old: string;
  readonly new: string;
  /** What an operator would lose with it, in one sentence. */
  readonly does: string;
  /** The narrowest test files, or folders of them, that must turn red, from the root. None: only storms can see it. */
  readonly tests: readonly string[];
  /** Seeds of storms that see it, tried before any others. */
  readonly seeds?: readonly number[];
  /** Why it is not dangerous; written before its first run. */
  readonly harmless?: string;
  /** Why no run can tell it from the original: a proof in words, or the test that shows it. */
  readonly equivalent?: string;
}
