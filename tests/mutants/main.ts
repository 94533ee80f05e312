import { spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Copy, ROOT } from './copy.ts';
import type { Mutant } from './mutant.ts';

/** node tests/mutants/main.ts [part of an id] [--storms N] [--storms-only]: plants each fault alone and says what caught it. */
const args = process.argv.slice(2);
const part = args.find((arg) => !arg.startsWith('-') && args[args.indexOf(arg) - 1] !== '--storms') ?? '';
const storms = Number(args[args.indexOf('--storms') + 1] ?? 0) || 0;
const stormsOnly = args.includes('--storms-only');
const LIMIT_MS = 300_000;

async function run(copy: Copy, words: readonly string[]): Promise<{ code: number; text: string }> {
  return new Promise((done) => {
    const child = spawn(process.execPath, words, {
      cwd: copy.folder,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, NO_COLOR: '1' },
    });
    let text = '';
    const hear = (chunk: Buffer): void => void (text = (text + chunk.toString()).slice(-20_000));
    child.stdout.on('data', hear);
    child.stderr.on('data', hear);
    const timer = setTimeout(() => child.kill('SIGKILL'), LIMIT_MS);
    child.on('close', (code) => {
      clearTimeout(timer);
      done({ code: code ?? 99, text });
    });
  });
}

async function tried(copy: Copy, { file, old, new: wrong, tests, seeds }: Mutant): Promise<string> {
  const text = readFileSync(join(ROOT, file), 'utf8');
  if (text.split(old).length !== 2) return `NO LONGER APPLIES: the old text stands ${text.split(old).length - 1} times in ${file}`;
  return copy.with(
    file,
    text.replace(old, () => wrong),
    async () => {
      if (!stormsOnly && tests.length > 0) {
        const { code, text: said } = await run(copy, ['node_modules/vitest/vitest.mjs', 'run', '--bail=1', '--reporter=dot', ...tests]);
        if (code !== 0) return `caught by ${/FAIL\s+(.*)/.exec(said)?.[1] ?? `the end of ${tests.join(', ')} (code ${code})`}`;
      }
      for (const seed of seeds ?? [])
        if ((await run(copy, ['tests/storm/main.ts', '--seed', String(seed)])).code !== 0) return `caught by storm ${seed}`;
      if (storms > 0) {
        const { code, text: said } = await run(copy, ['tests/storm/main.ts', '--seeds', String(storms)]);
        if (code !== 0) return `caught by storms: ${/✗ (.*)/.exec(said)?.[1] ?? said.slice(-200)}`;
      }
      return 'SURVIVED';
    },
  );
}

const mutants: Mutant[] = [];
for (const name of readdirSync(import.meta.dirname).filter((one) => one.endsWith('.mutants.ts')))
  mutants.push(...((await import(join(import.meta.dirname, name))) as { MUTANTS: readonly Mutant[] }).MUTANTS);
const copy = new Copy();
try {
  for (const mutant of mutants.filter(({ id }) => id.includes(part))) console.log(`${mutant.id} → ${await tried(copy, mutant)}`);
} finally {
  copy.remove();
}
