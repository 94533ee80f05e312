/** What a run of `npm run mutants` was asked for. */
export interface Options {
  /** Part of an id. */
  readonly part: string;
  /** A catalogue, or part of the path of a mutated file. */
  readonly file: string;
  readonly storms: number;
  readonly stormsOnly: boolean;
  readonly jobs: number;
  readonly fresh: boolean;
  /** How many are tried of all; 0 for all. */
  readonly sample: number;
  /** What the choice of the sample hangs on. */
  readonly turn: string | undefined;
  /** How many are drawn by a generator instead of read from the catalogues; 0 for none. */
  readonly drawn: number;
  /** What is drawn. */
  readonly seed: number;
  /** The rooms that are drawn from, with commas between; empty for all. */
  readonly rooms: string;
  /** Seconds that any run may take; undefined: by what it takes without the mutant. */
  readonly limit: number | undefined;
  readonly root: string;
}

const STORMS = 60;
const USE =
  'Use [part of an id] [--file NAME] [--storms N] [--storms-only] [--jobs N] [--fresh] [--sample N] [--turn WORD] [--limit SECONDS] [--drawn N [--seed N] [--rooms A,B]].';
const FLAGS = new Map([
  ['--storms-only', 'stormsOnly'],
  ['--fresh', 'fresh'],
]);
const NUMBERS = new Map([
  ['--storms', 'storms'],
  ['--jobs', 'jobs'],
  ['--sample', 'sample'],
  ['--limit', 'limit'],
  ['--drawn', 'drawn'],
  ['--seed', 'seed'],
]);
const WORDS = new Map([
  ['--file', 'file'],
  ['--turn', 'turn'],
  ['--rooms', 'rooms'],
  ['--root', 'root'],
]);

/** @param usual what holds for everything that is not asked for @returns the options, or why they are refused */
export function readOptions(args: readonly string[], usual: { readonly jobs: number; readonly root: string }): Options | string {
  const found: Record<string, string | number | boolean> = {};
  for (let at = 0; at < args.length; at += 1) {
    const arg = args[at] ?? '';
    const flag = FLAGS.get(arg);
    const number = NUMBERS.get(arg);
    const word = WORDS.get(arg);
    if (flag !== undefined) found[flag] = true;
    else if (number !== undefined) {
      const value = Number(args[(at += 1)]);
      if (!Number.isSafeInteger(value) || value < (number === 'storms' ? 0 : 1)) return `${arg} needs a whole number. ${USE}`;
      found[number] = value;
    } else if (word !== undefined) {
      const value = args[(at += 1)];
      if (value === undefined) return `${arg} needs a word. ${USE}`;
      found[word] = value;
    } else if (arg.startsWith('-')) return `Unknown option ${arg}. ${USE}`;
    else if (found['part'] !== undefined) return `One part of an id at a time. ${USE}`;
    else found['part'] = arg;
  }
  return {
    part: '',
    file: '',
    storms: STORMS,
    stormsOnly: false,
    fresh: false,
    sample: 0,
    drawn: 0,
    seed: 1,
    rooms: '',
    turn: undefined,
    limit: undefined,
    ...usual,
    ...found,
  };
}
