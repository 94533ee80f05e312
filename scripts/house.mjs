// Measures the house: rooms, import depth, most-imported files, the biggest room of core.
// `npm run house` measures this tree, `npm run house -- FOLDER` another one, such as a checkout of an older commit.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { Failure, main } from './lib/say.mjs';

/** @typedef {ReadonlyMap<string, readonly string[]>} Imports file → files that it imports */
/** @typedef {{ files: number, lines: number }} Room */

const root = resolve(process.argv[2] ?? join(import.meta.dirname, '..'));
const PARTS = ['src-main', 'src-preload', 'src-renderer', 'src-shared'];
/** Rooms that have rooms inside. */
const HOUSES = new Set(['src-main/core', 'src-main/desk', 'src-main/simulator', 'src-main/tws']);
const SOURCE = /\.tsx?$/;
/** Imports and re-exports of a file, types as well; the newest words of `from` stand on one line. */
const IMPORTED = /^(?:import|export|\})[^'\n]*?(?:from )?'([#.][^']+)'/gm;

/** @returns {string[]} paths below the root, with `/` */
function sourceFiles() {
  return PARTS.flatMap((part) =>
    readdirSync(join(root, part), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && SOURCE.test(entry.name))
      .map((entry) => relative(root, join(entry.parentPath, entry.name)).split(sep).join('/')),
  ).sort();
}

/**
 * `src-main/core/order/sizing.ts` stands in `core/order`; a front step stands in its part.
 * @param {string} file
 */
function roomOf(file) {
  const [part = '', first, second] = dirname(file).split('/');
  const place = first === undefined ? part : `${part}/${first}`;
  return (second !== undefined && HOUSES.has(place) ? `${place}/${second}` : place).replace(/^src-main\//, '');
}

/**
 * The path that an import names; undefined for a package.
 * @param {string} from @param {string} name @param {Readonly<Record<string, string>>} names `#room/*` → pattern, as package.json says
 */
function targetOf(from, name, names) {
  if (name.startsWith('.'))
    return relative(root, resolve(root, dirname(from), name))
      .split(sep)
      .join('/');
  for (const [alias, pattern] of Object.entries(names))
    if (name.startsWith(alias.slice(0, -1))) return pattern.slice(2).replace('*', name.slice(alias.length - 1));
  return undefined;
}

/**
 * Every file's text, and what it imports.
 * @returns {{ texts: ReadonlyMap<string, string>, imports: Imports }}
 */
function readTree() {
  if (!existsSync(join(root, 'src-main')))
    throw new Failure(`${root} is no tree of this program.`, 'name a folder that holds src-main, or none.', 2);
  const names = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')).imports;
  const texts = new Map(sourceFiles().map((file) => [file, readFileSync(join(root, file), 'utf8')]));
  const imports = new Map(
    [...texts].map(([file, text]) => {
      const targets = [...text.matchAll(IMPORTED)].map(([, name = '']) => targetOf(file, name, names) ?? '');
      return [file, [...new Set(targets.filter((target) => texts.has(target)))]];
    }),
  );
  return { texts, imports };
}

/**
 * Of every file the length of the longest chain of imports below it; 0 for one that imports none. A circle counts once.
 * @param {Imports} imports
 */
function depthsOf(imports) {
  /** @type {Map<string, number>} */
  const depths = new Map();
  /** @type {(file: string, above: ReadonlySet<string>) => number} */
  const depthOf = (file, above) => {
    const known = depths.get(file);
    if (known !== undefined) return known;
    const path = new Set(above).add(file);
    const below = (imports.get(file) ?? []).filter((target) => !path.has(target));
    const depth = below.reduce((most, target) => Math.max(most, 1 + depthOf(target, path)), 0);
    depths.set(file, depth);
    return depth;
  };
  for (const file of imports.keys()) depthOf(file, new Set());
  return [...depths.values()];
}

/** @param {string} file @param {Imports} imports */
function reachableFrom(file, imports) {
  const seen = new Set([file]);
  for (const next of seen) for (const target of imports.get(next) ?? []) seen.add(target);
  return seen.size - 1;
}

/** @param {string} text */
const linesOf = (text) => text.split('\n').length - 1;
/** @param {readonly number[]} figures */
const sum = (figures) => figures.reduce((all, figure) => all + figure, 0);
/** @param {readonly number[]} figures */
const mean = (figures) => (sum(figures) / figures.length).toFixed(1);

await main(async () => {
  const { texts, imports } = readTree();
  /** @type {Map<string, Room>} */
  const rooms = new Map();
  for (const [file, text] of texts) {
    const { files, lines } = rooms.get(roomOf(file)) ?? { files: 0, lines: 0 };
    rooms.set(roomOf(file), { files: files + 1, lines: lines + linesOf(text) });
  }
  console.log('room                         files  lines');
  for (const [room, { files, lines }] of [...rooms].sort(([a], [b]) => (a < b ? -1 : 1)))
    console.log(`${room.padEnd(28)} ${String(files).padStart(5)} ${String(lines).padStart(6)}`);

  const depths = depthsOf(imports);
  console.log(`\nfiles ${texts.size}, lines ${sum([...texts.values()].map(linesOf))}`);
  console.log(`import depth: mean ${mean(depths)}, most ${Math.max(...depths)}`);
  console.log(`files reachable from a file: mean ${mean([...imports.keys()].map((file) => reachableFrom(file, imports)))}`);

  /** @type {Map<string, number>} */
  const importers = new Map();
  for (const targets of imports.values()) for (const target of targets) importers.set(target, (importers.get(target) ?? 0) + 1);
  console.log('\nmost imported');
  for (const [file, count] of [...importers].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1)).slice(0, 10))
    console.log(`${String(count).padStart(4)}  ${file}`);

  const core = [...rooms].filter(([room]) => room.startsWith('core/')).sort((a, b) => b[1].lines - a[1].lines);
  const all = sum(core.map(([, { lines }]) => lines));
  const [name, { lines }] = core[0] ?? ['none', { files: 0, lines: 0 }];
  console.log(`\nbiggest room of core: ${name}, ${lines} of ${all} lines, ${((lines / all) * 100).toFixed(1)} %`);
  return 0;
});
