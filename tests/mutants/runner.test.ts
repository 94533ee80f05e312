import { spawn, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';

const ROOT = join(import.meta.dirname, '../..');
const MAIN = join(import.meta.dirname, 'main.ts');
const made: string[] = [];
afterAll(() => {
  for (const folder of made) rmSync(folder, { recursive: true, force: true });
});

/** A house of three files and their tests, in a folder of its own. */
const HOUSE: Readonly<Record<string, string>> = {
  'package.json': JSON.stringify({ name: 'house', type: 'module', imports: { '#core/*': './src-main/core/*.ts' } }),
  'vitest.config.ts': `import { defineConfig } from 'vitest/config';\nexport default defineConfig({ test: { include: ['tests/**/*.test.ts'] } });\n`,
  'src-main/core/risk/limit.ts': 'export function within(size: number): boolean {\n  return size <= 100;\n}\n',
  'src-main/core/risk/price.ts':
    'export function ticks(price: number): number {\n  return Math.round(price / 0.01);\n}\nexport const spare = 1;\n',
  'tests/limit.test.ts': `import { expect, test } from 'vitest';\nimport { within } from '#core/risk/limit';\ntest('100 is allowed and 101 is not', () => {\n  expect([within(100), within(101)]).toEqual([true, false]);\n});\n`,
  'tests/price.test.ts': `import { expect, test } from 'vitest';\nimport { ticks } from '../src-main/core/risk/price.ts';\ntest('a cent is a tick', () => {\n  expect(ticks(1)).toBe(100);\n});\n`,
  'tests/storm/main.ts': '',
};

type Fault = Readonly<Record<string, unknown>>;
const tighter = {
  ...{ id: 'risk/limit-tighter', file: 'src-main/core/risk/limit.ts', old: 'size <= 100', new: 'size < 100' },
  ...{ does: 'An order of 100 is refused.', tests: ['tests/limit.test.ts'] },
};
const looser = { ...tighter, id: 'risk/limit-looser', new: 'size <= 101', does: 'An order of 101 is sent.' };
const unit = {
  ...{ id: 'risk/price-unit', file: 'src-main/core/risk/price.ts', old: 'price / 0.01', new: 'price / 0.1' },
  ...{ does: 'Ticks are counted in dimes.', tests: ['tests/price.test.ts'] },
};
const unseen = { ...unit, id: 'risk/spare', old: 'spare = 1', new: 'spare = 2', does: 'A spare figure is another.' };

/** The rooms that faults are drawn from, beside the one that has files here. */
const drawnRooms = [
  ...['execution', 'reports', 'safety', 'protection', 'reconciliation', 'trigger', 'strategy', 'market'].map((room) => `core/${room}`),
  ...['tws', 'journal', 'control', 'desktop'],
];

let house = '';

function write(path: string, text: string): void {
  mkdirSync(dirname(join(house, path)), { recursive: true });
  writeFileSync(join(house, path), text);
}

function temporary(): string {
  return `${house}-temporary`;
}

function environment(): NodeJS.ProcessEnv {
  // Copies of this house alone: a run of another session beside this one is none of its business.
  return { ...process.env, TMPDIR: temporary() };
}

function run(faults: readonly Fault[], ...options: readonly string[]): { readonly code: number | null; readonly said: string } {
  write('tests/mutants/risk.mutants.ts', `export const MUTANTS = ${JSON.stringify(faults)};\n`);
  const words = ['--disable-warning=ExperimentalWarning', MAIN, '--root', house, '--storms', '0', '--jobs', '1', ...options];
  const ended = spawnSync(process.execPath, words, { encoding: 'utf8', env: environment(), timeout: 300_000 });
  return { code: ended.status, said: `${ended.stdout}${ended.stderr}` };
}

beforeEach(() => {
  house = mkdtempSync(join(tmpdir(), 'house-'));
  made.push(house, temporary());
  mkdirSync(temporary());
  // A folder of links: the cache of what is known lies in the house's own node_modules.
  mkdirSync(join(house, 'node_modules'));
  for (const name of readdirSync(join(ROOT, 'node_modules')))
    if (name !== '.cache' && name !== '.vite') symlinkSync(join(ROOT, 'node_modules', name), join(house, 'node_modules', name));
  for (const [path, text] of Object.entries(HOUSE)) write(path, text);
});

describe('a run over the mutants', { timeout: 180_000 }, () => {
  it('catches each by the test that sees it, one after another in the same process, and leaves the files as they were', () => {
    const { code, said } = run([tighter, looser, unit]);
    expect(said).toContain('risk/limit-tighter → caught by tests/limit.test.ts: 100 is allowed and 101 is not');
    expect(said).toContain('risk/limit-looser → caught by tests/limit.test.ts');
    expect(said).toContain('risk/price-unit → caught by tests/price.test.ts: a cent is a tick');
    expect(said).toContain('3 mutants · caught 100.0 % of all · 100.0 % of the 3 dangerous');
    expect(code).toBe(0);
    expect(readFileSync(join(house, tighter.file), 'utf8')).toBe(HOUSE[tighter.file]);
    expect(readdirSync(temporary()).filter((name) => name.startsWith('mutants-'))).toEqual([]);
  });

  it('takes no fault for another: one that no test sees survives right after one in the same file that a test sees', () => {
    const { code, said } = run([unit, unseen]);
    expect(said).toContain('risk/price-unit → caught');
    expect(said).toContain('risk/spare → SURVIVED: A spare figure is another.');
    expect(code).toBe(1);
  });

  it('remembers what it saw until a text that took part is another', () => {
    expect(run([tighter]).said).toContain('risk/limit-tighter → caught');
    write('src-main/core/risk/price.ts', 'export const other = 1;\n');
    const remembered = readFileSync(join(house, 'node_modules/.cache/mutants.jsonl'), 'utf8');
    run([tighter]);
    expect(readFileSync(join(house, 'node_modules/.cache/mutants.jsonl'), 'utf8')).toBe(remembered);
    write('tests/limit.test.ts', `import { test } from 'vitest';\ntest('nothing', () => undefined);\n`);
    const { code, said } = run([tighter]);
    expect(said).toContain('risk/limit-tighter → SURVIVED');
    expect(code).toBe(1);
  });

  it('is red when the tests that are named are red without the mutant, or hold no test', () => {
    write('tests/limit.test.ts', `import { test } from 'vitest';\ntest('always', () => {\n  throw new Error('no');\n});\n`);
    write('tests/price.test.ts', '');
    const { code, said } = run([tighter, unit]);
    expect(said).toContain('risk/limit-tighter → PROVES NOTHING: it is seen by tests that are red without it: tests/limit.test.ts: always');
    expect(said).toContain('risk/price-unit → PROVES NOTHING');
    expect(code).toBe(1);
  });

  it('is red when a mutant no longer applies, an id stands twice, or one is called equivalent that a test tells apart', () => {
    const { code, said } = run([
      { ...tighter, old: 'size >= 100' },
      { ...unit, file: 'src-main/core/risk/gone.ts' },
      looser,
      { ...looser, new: 'size <= 102', equivalent: 'No order of a hundred and one shares can come here.' },
    ]);
    expect(said).toContain('risk/limit-tighter no longer applies: its old text stands 0 times in src-main/core/risk/limit.ts');
    expect(said).toContain('risk/price-unit no longer applies: src-main/core/risk/gone.ts is missing');
    expect(said).toContain('risk/limit-looser stands twice');
    expect(said).toContain('risk/limit-looser is called equivalent, but tests/limit.test.ts');
    expect(said).toContain('1 of 4 mutants are called equivalent; at most 5 % may be');
    expect(code).toBe(1);
  });

  it('forgives a survivor that was reasoned harmless, but not when too few of all are caught', () => {
    const harmless = { ...unseen, harmless: 'Nobody reads the figure.' };
    expect(run([unit, harmless], 'risk/spare').code).toBe(0);
    const { code, said } = run([unit, harmless]);
    expect(said).toContain('Only 50.0 % of all are caught; 95 % must be.');
    expect(code).toBe(1);
  });

  it('ends a test that a mutant makes hang, and goes on with the next', () => {
    const hung = { ...looser, id: 'risk/limit-hangs', old: 'return', new: 'for (;;);\n  return' };
    const { code, said } = run([hung, tighter], '--limit', '10');
    expect(said).toContain('risk/limit-hangs → caught by the end of tests/limit.test.ts, still running after 10 s');
    expect(said).toContain('risk/limit-tighter → caught by tests/limit.test.ts: 100 is allowed');
    expect(code).toBe(0);
  });

  it('lets no storm speak that is violated without any fault, and hears the others', () => {
    write(
      'tests/storm/main.ts',
      `import { within } from '../../src-main/core/risk/limit.ts';
const left = process.argv.includes('--without') ? process.argv.at(process.argv.indexOf('--without') + 1) : '';
const violated = [...(left === '2' ? [] : [2]), ...(within(100) ? [] : [3])];
for (const seed of violated) console.error(\`Storm \${seed} violated:\\n  ✗ storm \${seed} says why\`);
process.exitCode = violated.length;\n`,
    );
    const { code, said } = run(
      [
        { ...tighter, tests: [] },
        { ...looser, tests: [] },
      ],
      '--storms',
      '5',
    );
    expect(said).toContain('Left out, because they are violated without any fault: storms 2.');
    expect(said).toContain('risk/limit-tighter → caught by storm 3: storm 3 says why');
    expect(said).toContain('risk/limit-looser → SURVIVED');
    expect(code).toBe(1);
    expect(run([{ ...tighter, tests: [], seeds: [2] }]).said).toContain(
      'risk/limit-tighter → PROVES NOTHING: it is seen by storms that are violated without it: storm 2',
    );
  });

  it('asks a drawn fault of the tests that run its place, and says where no test goes and where those that go say nothing', () => {
    for (const room of ['core/risk', ...drawnRooms]) mkdirSync(join(house, 'src-main', room), { recursive: true });
    mkdirSync(join(house, 'src-shared/protocol'), { recursive: true });
    write(tighter.file, `${HOUSE[tighter.file] ?? ''}export function idle(size: number): boolean {\n  return size < 5;\n}\n`);
    const torn = `test('the house lies where it lay', () => {\n  expect(import.meta.dirname).not.toContain('mutants-');\n});\n`;
    write('tests/price.test.ts', `${HOUSE['tests/price.test.ts'] ?? ''}${torn}`);
    const { code, said } = run([], '--drawn', '20', '--seed', '3', '--rooms', 'risk');
    expect(said).toContain('drawn/risk/limit.ts:2:15-comparison → caught by tests/limit.test.ts: 100 is allowed and 101 is not');
    expect(said).toMatch(/drawn\/risk\/limit\.ts:5:15-comparison → SURVIVED: .*`return size <= 5;`\. No test goes there\./);
    expect(said).toMatch(/drawn\/risk\/price\.ts:2:27-operator → PROVES NOTHING: .*red without it: tests\/price\.test\.ts: the house lies/);
    expect(code).toBe(1);
    const before = readFileSync(join(house, 'node_modules/.cache/mutants.jsonl'), 'utf8');
    expect(run([], '--drawn', '20', '--seed', '3', '--rooms', 'risk').said).toContain('limit.ts:2:15-comparison → caught');
    const places = readFileSync(join(house, 'node_modules/.cache/mutants-places.jsonl'), 'utf8');
    expect(places.split('\n').filter((line) => line.includes('"tests/limit.test.ts"'))).toHaveLength(1);
    expect(readFileSync(join(house, 'node_modules/.cache/mutants.jsonl'), 'utf8').startsWith(before)).toBe(true);
  });

  it('leaves nothing behind when it is interrupted', async () => {
    write(
      'tests/mutants/risk.mutants.ts',
      `export const MUTANTS = ${JSON.stringify([{ ...looser, old: 'return', new: 'for (;;);\n  return' }])};\n`,
    );
    const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', MAIN, '--root', house, '--jobs', '1'], {
      env: environment(),
    });
    const copies = (): readonly string[] => readdirSync(temporary()).filter((name) => name.startsWith(`mutants-${child.pid ?? 0}-`));
    await expect.poll(() => copies().some((name) => planted(join(temporary(), name))), { timeout: 60_000, interval: 50 }).toBe(true);
    const code = new Promise((done) => child.once('exit', done));
    child.kill('SIGINT');
    expect(await code).toBe(130);
    expect(copies()).toEqual([]);
    expect(readFileSync(join(house, looser.file), 'utf8')).toBe(HOUSE[looser.file]);
  });
});

function planted(copy: string): boolean {
  try {
    return readFileSync(join(copy, looser.file), 'utf8').includes('for (;;)');
  } catch {
    return false;
  }
}
