import { planted, unplantable, type Entry } from './catalogue.ts';
import { runProgram } from './children.ts';
import type { Copy } from './copy.ts';
import type { ImportGraph } from './import-graph.ts';
import { keyOf, type Known, type Seen } from './known.ts';
import type { WarmVitest } from './warm-vitest.ts';

export type Outcome =
  | { readonly kind: 'tests' | 'storms'; readonly by: string; readonly ms: number }
  | { readonly kind: 'survived'; readonly ms: number }
  /** Nothing was shown: it no longer applies, or what should see it is red without it. */
  | { readonly kind: 'void'; readonly why: string };

export interface Sight {
  readonly storms: number;
  readonly stormsOnly: boolean;
  /** Seconds that a run with a fault may take; undefined: by what it takes without. */
  readonly limit: number | undefined;
  /**
   * What each test file takes, in milliseconds: each is asked alone, and without the fault only when it is red with it. Undefined: all of a
   * mutant are green first, and asked together.
   */
  readonly usual: ReadonlyMap<string, number> | undefined;
}

/** A place where runs can be made. */
export interface Hands {
  readonly copy: Copy;
  readonly vitest: WarmVitest;
}

const STORM = 'tests/storm/main.ts';
/** A run with a fault may take this much longer than without: twenty times, and a minute for a machine that others keep busy. */
const MUCH_LONGER = 20;
const MINUTE = 60_000;
const LONGEST_GREEN = 10 * MINUTE;

/** What is not known, and cannot be found out for want of hands. */
const UNKNOWN = Symbol('unknown');
type Maybe<T> = T | typeof UNKNOWN;

interface Look {
  readonly kind: 'tests' | 'storms';
  readonly look: () => Promise<Maybe<Seen | Outcome>>;
}

/** Tries mutants on one text of the project. */
export class Trial {
  readonly #graph: ImportGraph;
  readonly #known: Known;
  readonly #sight: Sight;
  readonly #hands: Hands | undefined;
  /** Runs without a fault that are under way, shared with the trials beside this one. */
  readonly #green: Map<string, Promise<Seen>>;

  /** @param hands none: only what earlier runs saw is told */
  constructor(parts: { graph: ImportGraph; known: Known; sight: Sight; green?: Map<string, Promise<Seen>>; hands?: Hands }) {
    this.#graph = parts.graph;
    this.#known = parts.known;
    this.#sight = parts.sight;
    this.#green = parts.green ?? new Map<string, Promise<Seen>>();
    this.#hands = parts.hands;
  }

  /** What catches the mutant; undefined when that takes a run and there are no hands for it. */
  async of(mutant: Entry, text: string | undefined): Promise<Outcome | undefined> {
    const why = unplantable(mutant, text);
    if (why !== undefined || text === undefined) return { kind: 'void', why: why ?? '' };
    const outcome = await this.#tried(mutant, planted(mutant, text));
    return outcome === UNKNOWN ? undefined : outcome;
  }

  async #tried(mutant: Entry, wrong: string): Promise<Maybe<Outcome>> {
    let ms = 0;
    for (const { kind, look } of this.#looks(mutant, wrong)) {
      const seen = await look();
      if (seen === UNKNOWN || 'kind' in seen) return seen;
      ms += seen.ms;
      if (seen.red !== null) return { kind, by: seen.red, ms };
    }
    return { kind: 'survived', ms };
  }

  /** Who looks at it, the quickest first. */
  #looks(mutant: Entry, wrong: string): readonly Look[] {
    const { storms, stormsOnly } = this.#sight;
    const byStorms = (...which: readonly string[]): Look => ({ kind: 'storms', look: async () => this.#byStorms(mutant, wrong, which) });
    const looks: Look[] = [];
    if (!stormsOnly && mutant.tests.length > 0)
      looks.push({
        kind: 'tests',
        look: async () => (this.#sight.usual !== undefined ? this.#byEach(mutant, wrong) : this.#byTests(mutant, wrong)),
      });
    if (!this.#graph.closure([STORM]).includes(mutant.file)) return looks;
    // Which seeds see it was found out with it: they say nothing about the power of storms.
    if (!stormsOnly) looks.push(...(mutant.seeds ?? []).map((seed) => byStorms('--seed', String(seed))));
    if (storms > 0) looks.push(byStorms('--seeds', String(storms)));
    return looks;
  }

  /** The first test file that is red with the fault and green without it; those that are red without it say nothing. */
  async #byEach(mutant: Entry, wrong: string): Promise<Maybe<Seen | Outcome>> {
    let ms = 0;
    let silent: string | undefined;
    for (const test of mutant.tests) {
      const key = keyOf('test', test, wrong, mutant.file, this.#graph.digest([test, mutant.file]));
      const seen = await this.#withFault(key, mutant, wrong, (hands) =>
        runTests(hands, [test], mutant.file, this.#limit(this.#sight.usual?.get(test) ?? 0)),
      );
      if (seen === UNKNOWN) return seen;
      ms += seen.ms;
      if (seen.red === null) continue;
      const without = await this.#alone(test);
      if (without === UNKNOWN) return without;
      if (without.red === null) return { red: seen.red, ms };
      silent ??= without.red;
    }
    return silent === undefined ? { red: null, ms } : { kind: 'void', why: `is seen by tests that are red without it: ${silent}` };
  }

  async #alone(test: string): Promise<Maybe<Seen>> {
    const key = keyOf('green', test, this.#graph.digest([test]));
    return this.#withoutFault(key, (hands) => runTests(hands, [test], undefined, LONGEST_GREEN));
  }

  async #byTests(mutant: Entry, wrong: string): Promise<Maybe<Seen | Outcome>> {
    let usual = 0;
    for (const test of mutant.tests) {
      const seen = await this.#alone(test);
      if (seen === UNKNOWN) return seen;
      if (seen.red !== null) return { kind: 'void', why: `is seen by tests that are red without it: ${seen.red}` };
      usual += seen.ms;
    }
    const key = keyOf('tests', mutant.tests, wrong, mutant.file, this.#graph.digest([...mutant.tests, mutant.file]));
    const limit = this.#limit(usual);
    return this.#withFault(key, mutant, wrong, (hands) => runTests(hands, mutant.tests, mutant.file, limit));
  }

  /** Storms that are violated without the fault are left out of many; one that is asked for by its seed proves nothing then. */
  async #byStorms(mutant: Entry, wrong: string, which: readonly string[]): Promise<Maybe<Seen | Outcome>> {
    const digest = this.#graph.digest([STORM]);
    const usual = await this.#withoutFault(keyOf('green storms', which, digest), (hands) => calmStorms(hands, which));
    if (usual === UNKNOWN) return usual;
    if (usual.red !== null) return { kind: 'void', why: `is seen by storms that are violated without it: ${usual.red}` };
    const violated = usual.violated ?? [];
    const asked = violated.length === 0 ? which : [...which, '--without', violated.join(',')];
    const limit = this.#limit(usual.ms);
    const key = keyOf('storms', asked, wrong, mutant.file, digest);
    return this.#withFault(key, mutant, wrong, (hands) => storms(hands, [...asked, '--bail', '1'], limit));
  }

  /** Milliseconds that a run with a fault may take. @param usual what it takes without */
  #limit(usual: number): number {
    return this.#sight.limit === undefined ? MINUTE + MUCH_LONGER * usual : this.#sight.limit * 1_000;
  }

  async #withoutFault(key: string, run: (hands: Hands) => Promise<Seen>): Promise<Maybe<Seen>> {
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    const hands = this.#hands;
    if (hands === undefined) return UNKNOWN;
    let running = this.#green.get(key);
    if (running === undefined) {
      running = run(hands);
      this.#green.set(key, running);
    }
    const seen = await running;
    // What is red is looked at again: it may have been mended in a file that no test names.
    if (seen.red === null && this.#known.get(key) === undefined) this.#known.add(key, seen);
    return seen;
  }

  async #withFault(key: string, { file }: Entry, wrong: string, run: (hands: Hands) => Promise<Seen>): Promise<Maybe<Seen>> {
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    const hands = this.#hands;
    if (hands === undefined) return UNKNOWN;
    const seen = await hands.copy.with(file, wrong, async () => run(hands));
    this.#known.add(key, seen);
    return seen;
  }
}

async function runTests({ vitest }: Hands, files: readonly string[], planted: string | undefined, limitMs: number): Promise<Seen> {
  const began = performance.now();
  const report = await vitest.run(files, planted, limitMs);
  const ms = Math.round(performance.now() - began);
  if (report === 'hung') return { red: `the end of ${files.join(', ')}, still running after ${Math.round(limitMs / 1_000)} s`, ms };
  if (report === 'ended') return { red: `the end of ${files.join(', ')}, whose process died`, ms };
  if (report.broken !== undefined) throw new Error(report.broken);
  if (report.red === null && report.passed === 0) return { red: `${files.join(', ')}: holds no test that ran`, ms };
  return { red: report.red, ms };
}

/** Storms without a fault; those of many that are violated all the same are named. */
async function calmStorms(hands: Hands, which: readonly string[]): Promise<Seen> {
  const seen = await storms(hands, which, LONGEST_GREEN);
  const violated = seen.violated ?? [];
  if (!which.includes('--seeds') || violated.length === 0) return seen;
  console.log(`Left out, because they are violated without any fault: storms ${violated.join(', ')}.`);
  return { ...(await storms(hands, [...which, '--without', violated.join(',')], LONGEST_GREEN)), violated };
}

async function storms({ copy }: Hands, which: readonly string[], limitMs: number): Promise<Seen> {
  const began = performance.now();
  const { code, text } = await runProgram(copy.folder, [STORM, ...which], limitMs);
  const ms = Math.round(performance.now() - began);
  if (code === 0) return { red: null, ms };
  if (code === undefined) return { red: `storms, still running after ${Math.round(limitMs / 1_000)} s`, ms };
  const violated = [...text.matchAll(/^Storm (\d+) violated/gm)].map(([, seed]) => Number(seed));
  const lastLine = text.trimEnd().split('\n').at(-1) ?? '';
  const [first] = violated;
  return {
    red: first === undefined ? `the end of the storms (code ${code}): ${lastLine}` : `storm ${first}: ${/✗ (.*)/.exec(text)?.[1] ?? ''}`,
    ms,
    violated,
  };
}
