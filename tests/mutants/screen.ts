import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, unlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { MUTANTS } from './survivors-screen.ts';
import type { Mutant } from './mutant.ts';

// node scripts/run.mjs tests/mutants/screen.ts [part of an id]: plants each fault of the console alone and runs the browser's tests of it.
const ROOT = resolve(import.meta.dirname, '../..');
const LEFT_OUT: ReadonlySet<string> = new Set(['node_modules', '.git', 'out', 'test-results', 'dist']);
const part = process.argv[2] ?? '';

/** True when these browser tests pass in that folder. */
function isGreen(folder: string, tests: readonly string[]): boolean {
  const words = ['node_modules/@playwright/test/cli.js', 'test', '--max-failures=1', ...tests];
  return spawnSync(process.execPath, words, { cwd: folder, stdio: 'ignore' }).status === 0;
}

function outcomeOf(folder: string, { file, old, new: wrong, tests }: Mutant): string {
  const path = join(folder, file);
  const text = readFileSync(path, 'utf8');
  if (text.split(old).length !== 2) return 'NO LONGER APPLIES';
  writeFileSync(
    path,
    text.replace(old, () => wrong),
  );
  const survived = isGreen(folder, tests);
  writeFileSync(path, text);
  return survived ? 'SURVIVED' : `caught by ${tests.join(', ')}`;
}

const folder = mkdtempSync(join(tmpdir(), 'screen-mutants-'));
const packages = join(folder, 'node_modules');
try {
  for (const name of readdirSync(ROOT)) if (!LEFT_OUT.has(name)) cpSync(join(ROOT, name), join(folder, name), { recursive: true });
  symlinkSync(join(ROOT, 'node_modules'), packages);
  const chosen = MUTANTS.filter(({ id }) => id.includes(part));
  const green = isGreen(folder, [...new Set(chosen.flatMap(({ tests }) => tests))]);
  if (!green) console.log('The tests are red without any fault: nothing can be said.');
  const open = green ? chosen.filter((mutant) => tell(mutant.id, outcomeOf(folder, mutant))) : chosen;
  process.exitCode = open.length === 0 ? 0 : 1;
} finally {
  unlinkSync(packages);
  rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
}

/** Whether it is to be looked at. */
function tell(id: string, outcome: string): boolean {
  console.log(`${id} → ${outcome}`);
  return !outcome.startsWith('caught');
}
