// npm run equal -- --base REV [--seeds 500] [--first 1] [--words tests/equal/words.json] [--tapes DIRECTORY] [--ticks 150000]
//
// Proof that a step of the house changes no behaviour. Storms and recorded tapes are played in this checkout and in one of REV. Every
// commit (name, cause, each cell), every frame to TWS and every line for the operator must be equal, in the same order.
// The older side says everything in the words of the newer one first, by the maps of --words (tests/equal/words.ts explains them).
// The end is `500 seeds, N commits, M frames: 0 differences`, or the first differing line with five around it and exit code 1.
// Tapes are resources/demo-tape.csv.gz of this checkout and the ticks-*.csv.gz in ../shared/market-data, where that is, or in --tapes.
import '../../scripts/lib/need-node.mjs';
import { existsSync, mkdtempSync, readdirSync, realpathSync, rmSync, symlinkSync, unlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { run } from '../../scripts/lib/child.mjs';
import { ensureInstalled } from '../../scripts/lib/install.mjs';
import { chooseNode, nodeEnvironment, ROOT } from '../../scripts/lib/node.mjs';
import { elapsed, Failure, main, note, step } from '../../scripts/lib/say.mjs';
import { tellDifference } from './lines.mjs';

const RECORDER = 'tests/equal/record.ts';
const DEMO_TAPE = 'resources/demo-tape.csv.gz';
const SHARED_TAPES = '../shared/market-data';

/** @typedef {{ tree: string, more: readonly string[] }} Side */

/** @param {readonly string[]} args */
async function git(args) {
  const { code, output, startError } = await run('git', args, { cwd: ROOT, capture: true, echo: false });
  if (code !== 0) throw new Failure(`git ${args.join(' ')} failed: ${startError ?? output.trim()}`, 'see what git says.');
  return output.trim();
}

/** Lines of the recorder of one side. @param {Side} side @param {readonly string[]} args */
async function record({ tree, more }, args) {
  const node = chooseNode();
  /** @type {string[]} */
  const pieces = [];
  const { code, startError } = await run(node.command, [...node.flags, RECORDER, ...args, ...more], {
    cwd: tree,
    env: nodeEnvironment(),
    echo: false,
    onText: (text) => pieces.push(text),
  });
  const lines = pieces.join('').trimEnd().split('\n');
  if (code !== 0)
    throw new Failure(`The recorder in ${tree} ended with ${code}: ${startError ?? lines.slice(-5).join('\n')}`, 'run it there by itself.');
  return lines;
}

/** @param {readonly Side[]} sides @param {readonly string[]} args */
async function both([older, newer], args) {
  return Promise.all([record(/** @type {Side} */ (older), args), record(/** @type {Side} */ (newer), args)]);
}

/** Paths of the tapes. @param {string | undefined} folder */
function tapesOf(folder) {
  const from = resolve(ROOT, folder ?? SHARED_TAPES);
  const shared = existsSync(from) ? readdirSync(from).filter((name) => /^ticks-.*\.csv\.gz$/.test(name)) : undefined;
  if (shared === undefined && folder !== undefined) throw new Failure(`There is no folder ${from}.`, 'name the folder of the tapes.', 2);
  if (shared === undefined) note(`The recorded tapes of ${SHARED_TAPES} are not here; only ${DEMO_TAPE} is played.`);
  return [join(ROOT, DEMO_TAPE), ...(shared ?? []).sort().map((name) => join(from, name))];
}

/** What was recorded, without the hashes. @param {readonly string[]} lines */
function sums(lines) {
  const sum = { seeds: 0, tapes: 0, commits: 0, frames: 0, logs: 0 };
  for (const line of lines) {
    const [name = '', commits, frames, logs] = line.split(' ');
    if (name.startsWith('storm-')) sum.seeds += 1;
    else sum.tapes += 1;
    sum.commits += Number(commits);
    sum.frames += Number(frames);
    sum.logs += Number(logs);
  }
  return `${sum.seeds} seeds, ${sum.commits} commits, ${sum.frames} frames`.concat(` (with ${sum.tapes} tapes, ${sum.logs} log lines)`);
}

/** Exit code. @param {readonly Side[]} sides @param {readonly string[]} args */
async function compare(sides, args) {
  const [older, newer] = await both(sides, args);
  const names = newer.map((line) => line.split(' ')[0] ?? '');
  if (older.length !== newer.length || older.some((line, at) => line.split(' ')[0] !== names[at]))
    throw new Failure('The two recorders did not record the same storms and tapes.', 'compare them by hand.');
  const different = names.filter((_, at) => older[at] !== newer[at]);
  console.log(`${sums(newer)}: ${different.length} differences`);
  const [first] = different;
  if (first === undefined) return 0;
  note(`Different are ${different.slice(0, 20).join(', ')}${different.length > 20 ? ' and more' : ''}. Of ${first}:`);
  const [olderLines, newerLines] = await both(sides, [...args, '--detail', first]);
  console.log(tellDifference(olderLines, newerLines));
  return 1;
}

await main(async () => {
  const text = /** @type {const} */ ({ type: 'string' });
  const { values } = parseArgs({ options: { base: text, seeds: text, first: text, words: text, tapes: text, ticks: text } });
  if (values.base === undefined) throw new Failure('There is no revision to compare with.', 'npm run equal -- --base REV', 2);
  await ensureInstalled({ quiet: true });
  const base = await git(['rev-parse', '--verify', '--short', `${values.base}^{commit}`]);
  const words = resolve(ROOT, values.words ?? 'tests/equal/words.json');
  const folder = mkdtempSync(join(tmpdir(), 'equal-'));
  const tree = join(folder, base);
  const modules = join(tree, 'node_modules');
  try {
    await git(['worktree', 'add', '--detach', tree, base]);
    if (!existsSync(join(tree, RECORDER)))
      throw new Failure(`${base} has no recorder at ${RECORDER}.`, 'compare with a revision that has it, or put it into a branch there.');
    symlinkSync(realpathSync(join(ROOT, 'node_modules')), modules);
    step(`${base} and this checkout, recorded side by side`);
    const counts = /** @type {const} */ (['seeds', 'first', 'ticks']).flatMap((name) => {
      const value = values[name];
      return value === undefined ? [] : [`--${name}`, value];
    });
    const args = [...counts, '--tapes', tapesOf(values.tapes).join(',')];
    const code = await compare(
      [
        { tree, more: ['--words', words] },
        { tree: ROOT, more: [] },
      ],
      args,
    );
    note(elapsed());
    return code;
  } finally {
    if (existsSync(modules)) unlinkSync(modules);
    if (existsSync(tree)) await git(['worktree', 'remove', '--force', tree]);
    rmSync(folder, { recursive: true });
  }
});
