// What `npm run mutants` runs: plants each fault of the catalogues alone in a copy, and says what caught it.
import { spawnSync } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { resolve } from 'node:path';
import { readCatalogues, wrongEntries, type Entry } from './catalogue.ts';
import { drawMutants, drawnFrom } from './drawn.ts';
import { ImportGraph } from './import-graph.ts';
import { type Options, readOptions } from './options.ts';
import { whatTestsRun } from './ran.ts';
import { tidyUp, tryAll } from './run.ts';
import { sampleOf, turnOf } from './sample.ts';
import { drawnVerdict, lineOf, sumOf, tableOf, type Tried, verdict } from './table.ts';

const STOPPED = 130;

function commitOf(root: string): string {
  const { status, stdout } = spawnSync('git', ['rev-parse', 'HEAD'], { cwd: root, encoding: 'utf8' });
  return status === 0 ? stdout.trim() : 'no-commit';
}

function chosen(all: readonly Entry[], { part, file, stormsOnly, sample, turn, root }: Options): readonly Entry[] {
  const asked = all.filter(
    (entry) =>
      entry.id.includes(part) &&
      (file === '' || entry.catalogue === file || entry.file.includes(file)) &&
      // Storms run the core and nothing around it.
      (!stormsOnly || entry.file.startsWith('src-main/core/')),
  );
  if (sample === 0) return asked;
  const now = turn ?? turnOf(Date.now(), commitOf(root));
  console.log(`A sample of ${sample} of ${asked.length} mutants. The same again: npm run mutants -- --sample ${sample} --turn ${now}`);
  return sampleOf(asked, sample, now);
}

async function drawnOnes({
  root,
  drawn,
  seed,
  rooms,
  jobs,
}: Options): Promise<{ readonly entries: readonly Entry[]; readonly usual: ReadonlyMap<string, number> }> {
  const graph = new ImportGraph(root);
  const files = drawnFrom(root, rooms);
  console.log('Which test runs which place: measured once for each content.');
  const ran = await whatTestsRun(root, graph, files, jobs);
  return { entries: drawMutants({ root, graph, ran, files }, drawn, seed), usual: new Map(ran.map(({ test, ms }) => [test, ms])) };
}

async function main(): Promise<number> {
  const options = readOptions(process.argv.slice(2), { jobs: availableParallelism(), root: resolve(import.meta.dirname, '../..') });
  if (typeof options === 'string') {
    console.error(options);
    return 2;
  }
  const { root, jobs, fresh, storms, stormsOnly, limit } = options;
  const { entries: all, usual } = options.drawn > 0 ? await drawnOnes(options) : { entries: await readCatalogues(root) };
  const mutants = chosen(all, options);
  if (mutants.length === 0) {
    console.error('No mutant is meant by that.');
    return 2;
  }
  const tried: Tried[] = [];
  await tryAll({
    ...{ root, mutants, jobs, fresh, sight: { storms, stormsOnly, limit, usual }, isolate: true },
    ended: (mutant, outcome) => {
      tried.push({ mutant, outcome });
      console.log(lineOf({ mutant, outcome }));
    },
  });
  console.log(`\n${tableOf(tried).join('\n')}\n\n${sumOf(tried)}`);
  // A fault that storms do not see is a measure of storms, not a hole: tests may see it.
  const red = stormsOnly
    ? tried.filter(({ outcome }) => outcome.kind === 'void').map((one) => lineOf(one))
    : verdict(tried, mutants.length === all.length);
  const wrong = options.drawn > 0 ? drawnVerdict(tried) : [...wrongEntries(all, root), ...red];
  for (const line of wrong) console.error(`✗ ${line}`);
  return wrong.length > 0 ? 1 : 0;
}

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
  process.on(signal, () => {
    tidyUp();
    process.exit(STOPPED);
  });
process.exitCode = await main();
