import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { ESLint } from 'eslint';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const root = join(import.meta.dirname, '../..');

/** The brand as the domain declares it, so that a planted file stands alone. */
const NOUN = "declare const brand: unique symbol;\nexport type Price = number & { readonly [brand]: 'Price' };\n";

/** name → file in a throw-away tree, its text, and the lint rules that must answer; an empty list means that it is allowed. */
const cases: Readonly<Record<string, readonly [file: string, text: string, rules: readonly string[]]>> = {
  'Date.now()': ['src-main/core/a.ts', 'export const a = Date.now();', ['no-restricted-syntax']],
  'Date.now as a value': ['src-main/tws/a.ts', 'export const clock = { now: Date.now };', ['no-restricted-syntax']],
  'new Date()': ['src-main/desk/a.ts', 'export const a = new Date();', ['no-restricted-syntax']],
  'Date()': ['src-main/desk/b.ts', 'export const a = Date();', ['no-restricted-syntax']],
  'new Date(value), which asks no clock': ['src-main/desk/c.ts', 'export const a = new Date(0);', []],
  'Math.random': ['src-shared/domain/a.ts', 'export const a = Math.random();', ['no-restricted-syntax']],
  'crypto.randomUUID': ['src-main/app/a.ts', 'export const a = crypto.randomUUID();', ['no-restricted-syntax']],
  'randomUUID by name': [
    'src-main/app/b.ts',
    "import { randomUUID } from 'node:crypto';\nexport const a = randomUUID();",
    ['no-restricted-syntax'],
  ],
  'the state itself, taken by a handler': [
    'src-main/desk/handlers/a.ts',
    'export const f = (core: { readonly deskState: { readonly latch: { clear(): void } } }): void => core.deskState.latch.clear();',
    ['no-restricted-syntax', 'no-restricted-syntax'],
  ],
  'the state itself, unpacked by a projection': [
    'src-main/desk/projection/a.ts',
    'export function f(core: Readonly<Record<string, unknown>>): unknown {\n  const { deskState: state } = core;\n  return state;\n}',
    ['no-restricted-syntax'],
  ],
  'the state itself, by its name in a string': [
    'src-main/app/d.ts',
    "export const f = (core: Readonly<Record<string, unknown>>): unknown => core['deskState'];",
    ['no-restricted-syntax'],
  ],
  'a view asserted to be the state': [
    'src-main/desk/handlers/b.ts',
    "import type { DeskState as Hall } from '#core/state/desk-state';\nexport const f = (view: unknown): Hall => view as Hall;",
    ['no-restricted-syntax', 'no-restricted-syntax'],
  ],
  'a commit by the desk’s own hand': [
    'src-main/desk/handlers/c.ts',
    "import { commit } from '#core/state/desk-state';\nexport { commit as write };",
    ['no-restricted-syntax'],
  ],
  'a commit by the app’s own hand': [
    'src-main/app/e.ts',
    "import { commit } from '#core/state/desk-state';\nexport { commit as write };",
    ['no-restricted-syntax'],
  ],
  'the state itself, read in the core': [
    'src-main/core/engine/z.ts',
    'export const f = (core: { readonly deskState: number }): number => core.deskState;',
    [],
  ],
  'the real clock in system': ['src-main/system/a.ts', 'export const a = Date.now();', []],
  'time and chance in the simulator': ['src-main/simulator/a.ts', 'export const a = [Date.now(), Math.random()];', []],
  'the clock in the page': ['src-renderer/shell/a.tsx', 'export const a = Date.now();', ['no-restricted-syntax']],
  'the bridge outside the link': [
    'src-renderer/panels/a.tsx',
    'declare global {\n  var bridge: unknown;\n}\nexport const a = window.bridge;',
    ['no-restricted-syntax'],
  ],
  'a connection outside the link': ['src-renderer/replica/a.ts', "export const a = new WebSocket('x');", ['no-restricted-syntax']],
  'a connection of the link': ['src-renderer/link/a.ts', "export const a = new WebSocket('x');", []],
  'a floating promise': [
    'src-main/tws/b.ts',
    'export async function send(): Promise<void> {\n  await Promise.resolve();\n}\nexport function f(): void {\n  send();\n}',
    ['@typescript-eslint/no-floating-promises'],
  ],
  'a default export': ['src-main/core/b.ts', 'export default function f(): void {}', ['no-restricted-exports']],
  'a default export under its name': ['src-main/core/c.ts', 'const a = 1;\nexport { a as default };', ['no-restricted-exports']],
  'a default export in a tool’s configuration': ['some.config.ts', 'export default {};', []],
  'a switch that misses a case': [
    'src-main/core/d.ts',
    "export function f(side: 'BUY' | 'SELL'): number {\n  switch (side) {\n    case 'BUY':\n      return 1;\n  }\n  return 0;\n}",
    ['@typescript-eslint/switch-exhaustiveness-check'],
  ],
  'an any that spreads': [
    'src-main/core/e.ts',
    "export const a: unknown = JSON.parse('1').b;",
    ['@typescript-eslint/no-unsafe-member-access'],
  ],
  'a file of 451 lines': ['src-main/core/f.ts', `${'// why\n'.repeat(450)}export const a = 1;`, ['max-lines']],
  'a file of 450 lines': ['src-main/core/g.ts', `${'// why\n'.repeat(449)}export const a = 1;`, []],
  'a test of 451 lines': ['tests/unit/f.test.ts', `${'// why\n'.repeat(450)}export const a = 1;`, ['max-lines']],
  'a lint exception that excuses nothing': [
    'src-main/core/h.ts',
    '// eslint-disable-next-line max-lines\nexport const a = 1;',
    ['unused-directive'],
  ],
  'a number asserted a price': ['src-main/core/i.ts', `${NOUN}export const a = 1 as Price;`, ['desk/no-noun-assertion']],
  'a number asserted a price or nothing': [
    'src-main/simulator/i.ts',
    `${NOUN}export const a = (n: number | undefined): Price | undefined => n as Price | undefined;`,
    ['desk/no-noun-assertion'],
  ],
  'numbers asserted prices': ['bench/i.ts', `${NOUN}export const a = [1] as readonly Price[];`, ['desk/no-noun-assertion']],
  'a number asserted what another price is': [
    'tests/unit/i.test.ts',
    `${NOUN}export const a = (one: Price): Price[] => [one, 2 as typeof one];`,
    ['desk/no-noun-assertion'],
  ],
  'a number asserted never where a price is meant': [
    'tests/storm/i.ts',
    `${NOUN}export const a: { readonly price: Price } = { price: 0 as never };`,
    ['desk/no-noun-assertion'],
  ],
  'a number asserted a price on the page': ['src-renderer/panels/i.tsx', `${NOUN}export const a = 1 as Price;`, ['desk/no-noun-assertion']],
  'a price made in the domain': ['src-shared/domain/i.ts', `${NOUN}export const a = 1 as Price;`, []],
  'a price asserted a number': [
    'src-main/core/j.ts',
    `${NOUN}export function a(one: Price): number {\n  const bare = one as number;\n  return bare;\n}`,
    [],
  ],
  'an id asserted, which the rule lets be': [
    'src-main/core/k.ts',
    "declare const brand: unique symbol;\nexport type ConId = number & { readonly [brand]: 'ConId' };\nexport const a = 1 as ConId;",
    [],
  ],
  'a script of 451 lines': ['scripts/long.mjs', `${'// why\n'.repeat(450)}export const a = 1;`, ['max-lines']],
};

const house = mkdtempSync(join(tmpdir(), 'lint-'));
const found = new Map<string, readonly string[]>();

beforeAll(async () => {
  for (const [file, text] of Object.values(cases)) {
    mkdirSync(dirname(join(house, file)), { recursive: true });
    writeFileSync(join(house, file), `${text}\n`);
  }
  const tsconfig = join(house, 'tsconfig.json');
  const compilerOptions = { types: ['node'], typeRoots: [join(root, 'node_modules/@types')], lib: ['ES2024', 'DOM'], jsx: 'react-jsx' };
  writeFileSync(tsconfig, JSON.stringify({ extends: join(root, 'tsconfig.base.json'), compilerOptions, include: ['**/*'] }));
  const eslint = new ESLint({
    cwd: house,
    overrideConfigFile: join(root, 'eslint.config.mjs'),
    overrideConfig: { files: ['**/*.{ts,tsx}'], languageOptions: { parserOptions: { project: [tsconfig] } } },
  });
  for (const result of await eslint.lintFiles(['.'])) {
    const rules = result.messages.map(
      (message) => message.ruleId ?? (message.message.startsWith('Unused eslint-disable') ? 'unused-directive' : message.message),
    );
    found.set(result.filePath.slice(house.length + 1), rules);
  }
}, 60_000);
afterAll(() => rmSync(house, { recursive: true, force: true }));

describe('lint', () => {
  it.each(Object.entries(cases))('answers %s as it should', (_name, [file, , rules]) => {
    expect(found.get(file)).toEqual(rules);
  });

  it('looks at every room with types', async () => {
    const eslint = new ESLint({ cwd: root });
    for (const file of [
      'src-shared/domain/price.ts',
      'src-main/index.ts',
      'src-preload/index.ts',
      'src-renderer/main.tsx',
      'tests/unit/a.test.ts',
      'bench/push.ts',
    ]) {
      const config = (await eslint.calculateConfigForFile(join(root, file))) as { rules: Record<string, readonly [number, ...unknown[]]> };
      const level = (rule: string): number | undefined => config.rules[rule]?.[0];
      expect([file, level('@typescript-eslint/no-floating-promises'), level('max-lines'), level('no-restricted-exports')]).toEqual([
        file,
        2,
        2,
        2,
      ]);
    }
  });
});
