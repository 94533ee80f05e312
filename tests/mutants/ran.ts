import { fork } from 'node:child_process';
import { appendFileSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join, relative } from 'node:path';
import { quietEnvironment, remember } from './children.ts';
import type { ImportGraph } from './import-graph.ts';

/** Tests of the house itself, of its programs as a whole, and of the screen: long, or blind for one expression. */
const LEFT_OUT = /^tests\/(?:arch|chaos|e2e|equal|mutants|property|renderer|standin|storm)\//;

/** What a test file runs. */
export interface Ran {
  readonly test: string;
  /** Of the test and all it depends on, when it was green. */
  readonly digest: string;
  /** `file:offset` of every block. */
  readonly blocks: ReadonlySet<string>;
}

interface Line {
  readonly test: string;
  readonly digest: string;
  readonly ran: readonly string[];
}

function linesOf(path: string): readonly unknown[] {
  if (!existsSync(path)) return [];
  return readFileSync(path, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as unknown);
}

/** Which blocks each green test file that reaches one of `files` runs; measured once for each content of a test and all it imports. */
export async function whatTestsRun(root: string, graph: ImportGraph, files: readonly string[]): Promise<readonly Ran[]> {
  const all = readdirSync(join(root, 'tests'), { recursive: true, encoding: 'utf8' })
    .map((name) => `tests/${name}`)
    .filter((name) => name.endsWith('.test.ts') && !LEFT_OUT.test(name))
    .filter((name) => {
      const reached = graph.distances(name);
      return files.some((file) => reached.has(file));
    })
    .sort();
  const memory = join(root, 'node_modules/.cache/mutants-ran.jsonl');
  const known = new Map((linesOf(memory) as readonly Line[]).map((line) => [`${line.test} ${line.digest}`, line]));
  const wanted = all.map((test) => ({ test, digest: graph.digest([test]) }));
  const missing = wanted.filter(({ test, digest }) => !known.has(`${test} ${digest}`));
  for (let at = 0; at < missing.length; at += 20)
    for (const line of await measured(root, missing.slice(at, at + 20))) {
      known.set(`${line.test} ${line.digest}`, line);
      appendFileSync(memory, `${JSON.stringify(line)}\n`);
    }
  return wanted.flatMap(({ test, digest }) => {
    const line = known.get(`${test} ${digest}`);
    return line === undefined ? [] : [{ test, digest, blocks: new Set(line.ran) }];
  });
}

async function measured(root: string, tests: readonly { readonly test: string; readonly digest: string }[]): Promise<readonly Line[]> {
  const folder = join(root, 'node_modules/.cache');
  mkdirSync(folder, { recursive: true });
  const path = join(folder, `mutants-probe-${process.pid}.jsonl`);
  rmSync(path, { force: true });
  const child = fork(join(import.meta.dirname, 'probe-child.ts'), [root, ...tests.map(({ test }) => test)], {
    cwd: root,
    env: { ...quietEnvironment(), MUTANT_PROBE_FILE: path },
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    detached: true,
  });
  remember(child);
  const green = await new Promise<readonly string[]>((done) => {
    child.once('message', (names) => done(names as readonly string[]));
    child.once('exit', () => done([]));
  });
  const lines = linesOf(path) as readonly Pick<Line, 'test' | 'ran'>[];
  rmSync(path, { force: true });
  return tests.flatMap(({ test, digest }) => {
    const line = lines.find((one) => relative(root, one.test) === test);
    return line === undefined || !green.includes(test) ? [] : [{ test, digest, ran: line.ran }];
  });
}
