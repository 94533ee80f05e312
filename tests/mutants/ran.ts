import { fork } from 'node:child_process';
import { appendFileSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join, relative } from 'node:path';
import { quietEnvironment, remember } from './children.ts';
import type { ImportGraph } from './import-graph.ts';
import { ranBelow } from './ran-below.ts';

/** Tests of the house itself, of its programs as a whole, and of the screen: long, or blind for one expression. */
const LEFT_OUT = /^tests\/(?:arch|chaos|e2e|equal|mutants|renderer|standin|storm)\//;
const BATCH = 20;

/** What a test file runs. */
export interface Ran {
  readonly test: string;
  /** Of the test and all it depends on, when it was green. */
  readonly digest: string;
  /** How long it took, in milliseconds. */
  readonly ms: number;
  /** `file:offset` of every place. */
  readonly places: ReadonlySet<string>;
}

interface Line {
  readonly test: string;
  readonly digest: string;
  readonly ms: number;
  readonly ran: readonly string[];
}

/** What the probes of one test file wrote down. */
interface Probed {
  readonly test: string;
  readonly ran: readonly string[];
  /** Where V8 wrote down what its programs and threads run. */
  readonly folder: string;
}

function linesOf(path: string): readonly unknown[] {
  if (!existsSync(path)) return [];
  return readFileSync(path, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as unknown);
}

/** Which places each green test file that reaches one of `files` runs; measured once for each content of a test and all it imports. */
export async function whatTestsRun(root: string, graph: ImportGraph, files: readonly string[], workers: number): Promise<readonly Ran[]> {
  const all = readdirSync(join(root, 'tests'), { recursive: true, encoding: 'utf8' })
    .map((name) => `tests/${name}`)
    .filter((name) => name.endsWith('.test.ts') && !LEFT_OUT.test(name))
    .filter((name) => {
      const reached = graph.distances(name);
      return files.some((file) => reached.has(file));
    })
    .sort();
  const memory = join(root, 'node_modules/.cache/mutants-places.jsonl');
  const known = new Map((linesOf(memory) as readonly Line[]).map((line) => [`${line.test} ${line.digest}`, line]));
  const wanted = all.map((test) => ({ test, digest: graph.digest([test]) }));
  const missing = wanted.filter(({ test, digest }) => !known.has(`${test} ${digest}`));
  for (let at = 0; at < missing.length; at += BATCH) {
    for (const line of await measured(root, missing.slice(at, at + BATCH), workers)) {
      known.set(`${line.test} ${line.digest}`, line);
      appendFileSync(memory, `${JSON.stringify(line)}\n`);
    }
    console.log(`What tests run: ${Math.min(at + BATCH, missing.length)} of ${missing.length} measured.`);
  }
  return wanted.flatMap(({ test, digest }) => {
    const line = known.get(`${test} ${digest}`);
    return line === undefined ? [] : [{ test, digest, ms: line.ms, places: new Set(line.ran) }];
  });
}

async function measured(
  root: string,
  tests: readonly { readonly test: string; readonly digest: string }[],
  workers: number,
): Promise<readonly Line[]> {
  const folder = join(root, 'node_modules/.cache');
  mkdirSync(folder, { recursive: true });
  const path = join(folder, `mutants-probe-${process.pid}.jsonl`);
  rmSync(path, { force: true });
  const child = fork(join(import.meta.dirname, 'probe-child.ts'), [root, String(workers), ...tests.map(({ test }) => test)], {
    cwd: root,
    env: { ...quietEnvironment(), MUTANT_PROBE_FILE: path },
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    detached: true,
  });
  remember(child);
  const green = new Map(
    await new Promise<readonly (readonly [string, number])[]>((done) => {
      child.once('message', (sent) => done(sent as readonly (readonly [string, number])[]));
      child.once('exit', () => done([]));
    }),
  );
  const lines = (linesOf(path) as readonly Probed[]).map(({ test, ran, folder: below }) => ({
    test: relative(root, test),
    ran: [...new Set([...ran, ...ranBelow(root, below)])],
  }));
  rmSync(path, { force: true });
  return tests.flatMap(({ test, digest }) => {
    const line = lines.find((one) => one.test === test);
    const ms = green.get(test);
    return line === undefined || ms === undefined ? [] : [{ test, digest, ms, ran: line.ran }];
  });
}
