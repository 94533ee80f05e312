import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Mutant } from './mutant.ts';

/** A mutant and the name of the catalogue it stands in. */
export interface Entry extends Mutant {
  readonly catalogue: string;
}

/** Of all mutants, at most this part may be called equivalent. */
const MOST_EQUIVALENT = 0.05;
const ID = /^[\w.-]+(?:\/[\w.-]+)+$/;
const SHORTEST_PROOF = 30;

/** All entries of `tests/mutants/*.mutants.ts`, in the order of the files' names. */
export async function readCatalogues(root: string): Promise<readonly Entry[]> {
  const folder = join(root, 'tests/mutants');
  const entries: Entry[] = [];
  for (const name of readdirSync(folder)
    .filter((one) => one.endsWith('.mutants.ts'))
    .sort()) {
    const { MUTANTS } = (await import(pathToFileURL(join(folder, name)).href)) as { MUTANTS: readonly Mutant[] };
    const catalogue = name.replace('.mutants.ts', '');
    entries.push(...MUTANTS.map((mutant) => ({ ...mutant, catalogue, tests: mutant.tests.flatMap((test) => testsAt(root, test)) })));
  }
  return entries;
}

/** The test files that a path means: itself, or all of a folder. */
function testsAt(root: string, path: string): readonly string[] {
  if (!(statSync(join(root, path), { throwIfNoEntry: false })?.isDirectory() ?? false)) return [path];
  return readdirSync(join(root, path), { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.test\.tsx?$/.test(name))
    .sort()
    .map((name) => `${path}/${name}`);
}

/** Why a mutant cannot be planted into this text of its file; undefined when it can. */
export function unplantable({ file, old, new: wrong }: Mutant, text: string | undefined): string | undefined {
  if (text === undefined) return `no longer applies: ${file} is missing`;
  if (old === '') return 'has no old text';
  if (old === wrong) return 'changes nothing: its old text is its new one';
  const times = text.split(old).length - 1;
  return times === 1 ? undefined : `no longer applies: its old text stands ${times} times in ${file}`;
}

/** The mutated text of the file. */
export function planted({ old, new: wrong }: Mutant, text: string): string {
  return text.replace(old, () => wrong);
}

export function readIfThere(path: string): string | undefined {
  return existsSync(path) ? readFileSync(path, 'utf8') : undefined;
}

/** What is wrong with the catalogues themselves, one line each. */
export function wrongEntries(entries: readonly Entry[], root: string): readonly string[] {
  const wrong: string[] = [];
  const seen = new Set<string>();
  const faults = new Map<string, string>();
  for (const entry of entries) {
    const say = (what: string): number => wrong.push(`${entry.id} ${what} (catalogue ${entry.catalogue})`);
    if (seen.has(entry.id)) say('stands twice');
    seen.add(entry.id);
    const fault = JSON.stringify([entry.file, entry.old, entry.new]);
    const twin = faults.get(fault);
    if (twin !== undefined && twin !== entry.id) say(`is the same fault as ${twin}`);
    faults.set(fault, entry.id);
    if (!ID.test(entry.id)) say('is no id of the form room/what');
    const cannot = unplantable(entry, readIfThere(join(root, entry.file)));
    if (cannot !== undefined) say(cannot);
    if (!entry.does.endsWith('.')) say('does not say what it does in a sentence that ends with a full stop');
    for (const test of entry.tests) if (!existsSync(join(root, test))) say(`names ${test}, which is missing`);
    if (entry.harmless !== undefined && entry.harmless.trim() === '') say('calls itself harmless without a reason');
    if (entry.equivalent !== undefined && entry.equivalent.trim().length < SHORTEST_PROOF) say('calls itself equivalent without a proof');
  }
  const equivalents = entries.filter(({ equivalent }) => equivalent !== undefined).length;
  if (equivalents > entries.length * MOST_EQUIVALENT)
    wrong.push(`${equivalents} of ${entries.length} mutants are called equivalent; at most ${MOST_EQUIVALENT * 100} % may be`);
  return wrong;
}

export function isDangerous({ harmless, equivalent }: Mutant): boolean {
  return harmless === undefined && equivalent === undefined;
}

/** The room of a file, as the tables name it: `risk`, `execution`, `tws`, `domain`. */
export function roomOf(file: string): string {
  const [top = '', room = '', below = ''] = file.split('/');
  if (top === 'src-main') return room === 'core' ? below : room;
  return top === 'src-shared' ? room : top.replace('src-', '');
}
