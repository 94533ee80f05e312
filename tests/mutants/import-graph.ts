import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';

const IMPORT = /(?:^|\s|\()(?:import|export)\s(?!type\s)[^'";]*?from\s*'([^']+)'|(?:^|\s)import\s*'([^']+)'|import\(\s*'([^']+)'/g;
/** A text that could name a file: a program that a test starts, a table that it reads. */
const PATH = /'((?:[\w.@-]+\/)*[\w.@-]+\.\w{1,5})'/g;
const READS_ON = /\.(?:[cm]?[jt]s|tsx)$/;

/** What a run depends on beside the files it imports. */
const ENVIRONMENT = ['package.json', 'package-lock.json', 'vitest.config.ts'];

/** Which file of the project imports which. Paths are from the root, with `/`. */
export class ImportGraph {
  readonly #root: string;
  readonly #aliases: readonly (readonly [string, string, string])[];
  readonly #imported = new Map<string, readonly string[]>();
  readonly #named = new Map<string, readonly string[]>();
  readonly #hashes = new Map<string, string>();
  #surroundings: string | undefined;

  constructor(root: string) {
    this.#root = root;
    const { imports = {} } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { imports?: Record<string, string> };
    this.#aliases = Object.entries(imports).map(([from, to]) => {
      const [before = '', after = ''] = to.replace(/^\.\//, '').split('*');
      return [from.replace(/\*$/, ''), before, after] as const;
    });
  }

  /** The files that `file` imports when it runs: no types, and no files that it merely names. */
  imports(file: string): readonly string[] {
    let found = this.#imported.get(file);
    if (found === undefined) {
      const text = READS_ON.test(file) ? this.#read(file) : '';
      found = [...text.matchAll(IMPORT)]
        .map(([, from, bare, late]) => this.#resolve(file, from ?? bare ?? late ?? ''))
        .filter((one) => one !== undefined);
      this.#imported.set(file, found);
    }
    return found;
  }

  /** Everything that could change what these files do: themselves, what they import or name, and what that does. Sorted. */
  closure(files: readonly string[]): readonly string[] {
    const seen = new Set(files);
    for (const file of seen) for (const next of [...this.imports(file), ...this.#names(file)]) seen.add(next);
    return [...seen].sort();
  }

  /** How many imports lie between `file` and each that it reaches. */
  distances(file: string): ReadonlyMap<string, number> {
    const far = new Map([[file, 0]]);
    for (const [at, steps] of far) for (const next of this.imports(at)) if (!far.has(next)) far.set(next, steps + 1);
    return far;
  }

  /** One word for the texts of these files, all they depend on, and the surroundings of every run. */
  digest(files: readonly string[]): string {
    const hash = createHash('sha256').update(this.#around());
    for (const file of this.closure(files)) hash.update(`${file}\n${this.#hash(file)}\n`);
    return hash.digest('hex');
  }

  #around(): string {
    if (this.#surroundings === undefined) {
      const fixtures = join(this.#root, 'tests/fixtures');
      const below = existsSync(fixtures) ? readdirSync(fixtures, { recursive: true, encoding: 'utf8' }) : [];
      const files = [...ENVIRONMENT, ...below.map((name) => `tests/fixtures/${name}`).sort()].filter((file) => this.#isFile(file));
      this.#surroundings = `${process.version}\n${files.map((file) => this.#hash(file)).join('\n')}\n`;
    }
    return this.#surroundings;
  }

  #names(file: string): readonly string[] {
    let found = this.#named.get(file);
    if (found === undefined) {
      const text = READS_ON.test(file) ? this.#read(file) : '';
      const words = new Set([...text.matchAll(PATH)].map(([, word = '']) => word));
      found = [...words].flatMap((word) => [normalize(join(dirname(file), word)), normalize(word)]).filter((path) => this.#isFile(path));
      this.#named.set(file, found);
    }
    return found;
  }

  #resolve(from: string, word: string): string | undefined {
    const inside = word.startsWith('.') ? normalize(join(dirname(from), word)) : this.#aliased(word);
    if (inside === undefined) return undefined;
    return [inside, `${inside}.ts`, `${inside}.tsx`, `${inside}/index.ts`].find((path) => this.#isFile(path));
  }

  #aliased(word: string): string | undefined {
    const alias = this.#aliases.find(([start]) => word.startsWith(start));
    return alias === undefined ? undefined : `${alias[1]}${word.slice(alias[0].length)}${alias[2]}`;
  }

  #isFile(path: string): boolean {
    return !path.startsWith('..') && (statSync(join(this.#root, path), { throwIfNoEntry: false })?.isFile() ?? false);
  }

  #read(file: string): string {
    return this.#isFile(file) ? readFileSync(join(this.#root, file), 'utf8') : '';
  }

  #hash(file: string): string {
    let hash = this.#hashes.get(file);
    if (hash === undefined) {
      hash = createHash('sha256')
        .update(this.#isFile(file) ? readFileSync(join(this.#root, file)) : 'missing')
        .digest('hex');
      this.#hashes.set(file, hash);
    }
    return hash;
  }
}
