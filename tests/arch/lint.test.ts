import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { ESLint } from 'eslint';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const root = join(import.meta.dirname, '../..');

/** The brand as the domain declares it, so that a planted file stands alone. */
const NOUN = "declare const brand: unique symbol;\nexport type Price = number & { readonly [brand]: 'Price' };\n";
const ID = "declare const brand: unique symbol;\nexport type ConId = number & { readonly [brand]: 'ConId' };\n";

/** What a transaction offers, for planted writers. */
const TX = 'interface Tx {\n  set(store: unknown, key: string, value: unknown): void;\n  delete(store: unknown, key: string): void;\n}\n';
const STORES = 'interface Stores {\n  readonly orders: unknown;\n  readonly triggers: unknown;\n  readonly fills: unknown;\n}\n';
const ORDER = "interface Order {\n  readonly note?: string;\n  readonly reason: 'late' | 'lost';\n}\n";

/** A planted function that writes: `body` has `tx`, `desk` and `stores`. */
function writer(body: string): string {
  return `${TX}${STORES}export function f(tx: Tx, desk: { readonly stores: Stores }, stores: Stores): void {\n  tx.set(desk.stores.fills, 'k', stores);\n  ${body}\n}`;
}

/** A planted function that reads an order and answers with `answer`. */
function reader(answer: string): string {
  return `${ORDER}export function f(order: Order): unknown {\n  ${answer}\n}`;
}

/** A function of so many lines, a comment and a blank line not counted. */
function linesOf(count: number): string {
  return `export function f(start) {\n  let n = start;\n  // why\n\n${'  n += 1;\n'.repeat(count - 4)}  return n;\n}`;
}

/** A function of so many ways through it. */
function branchesOf(count: number): string {
  const ifs = Array.from({ length: count - 1 }, (_, i) => `  if (n === ${String(i)}) return ${String(i + 1)};\n`);
  return `export function f(n) {\n${ifs.join('')}  return 0;\n}`;
}

function paramsOf(count: number): string {
  const names = Array.from({ length: count }, (_, i) => `p${String(i)}`);
  return `export function f(${names.join(', ')}) {\n  return [${names.join(', ')}];\n}`;
}

/** The same in TypeScript. */
function typed(text: string): string {
  return text.replace(
    /^export function f\((.*)\)/,
    (_, names: string) => `export function f(${names.replaceAll(/\w+/g, '$&: number')}): unknown`,
  );
}

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
  'an id asserted': ['src-main/core/k.ts', `${ID}export const a = 1 as ConId;`, ['desk/no-id-assertion']],
  'an id asserted never where one is meant': [
    'src-renderer/panels/k.tsx',
    `${ID}export const a: { readonly id: ConId } = { id: 0 as never };`,
    ['desk/no-id-assertion'],
  ],
  'an id made in the domain': ['src-shared/domain/k.ts', `${ID}export const a = 1 as ConId;`, []],
  'an id written by a test': ['tests/unit/k.test.ts', `${ID}export const a = 1 as ConId;`, []],
  'a function of 81 lines': ['src-main/core/limit/a.ts', typed(linesOf(81)), ['max-lines-per-function']],
  'a function of 80 lines': ['src-main/core/limit/b.ts', typed(linesOf(80)), []],
  'a component of 81 lines': ['src-renderer/limit/a.tsx', typed(linesOf(81)), ['max-lines-per-function']],
  'a function of a script of 81 lines': ['scripts/limit-a.mjs', linesOf(81), ['max-lines-per-function']],
  'a function of a script of 80 lines': ['scripts/limit-b.mjs', linesOf(80), []],
  'a function of the tests’ support of 81 lines': ['tests/support/limit-a.ts', typed(linesOf(81)), ['max-lines-per-function']],
  'a list of tests of 81 lines': ['tests/unit/limit-a.test.ts', typed(linesOf(81)), []],
  'a function of 16 branches': ['src-shared/limit/c.ts', typed(branchesOf(16)), ['complexity']],
  'a function of 15 branches': ['src-shared/limit/d.ts', typed(branchesOf(15)), []],
  'a function of a test of 16 branches': ['tests/unit/limit-b.test.ts', typed(branchesOf(16)), ['complexity']],
  'a function of a script of 16 branches': ['scripts/limit-c.mjs', branchesOf(16), ['complexity']],
  'a function of 6 parameters': ['src-main/tws/limit/e.ts', typed(paramsOf(6)), ['max-params']],
  'a function of 5 parameters': ['src-main/tws/limit/f.ts', typed(paramsOf(5)), []],
  'a function of a test of 6 parameters': ['tests/unit/limit-c.test.ts', typed(paramsOf(6)), ['max-params']],
  'a function of a script of 6 parameters': ['scripts/limit-d.mjs', paramsOf(6), ['max-params']],
  'a function of a bench of 6 parameters': ['bench/limit-a.ts', typed(paramsOf(6)), ['max-params']],

  'an order written beside the table': ['src-main/core/writer/a.ts', writer("tx.set(desk.stores.orders, 'k', 1);"), ['desk/one-writer']],
  'an order written where the table is asked': ['src-main/core/execution/transition.ts', writer("tx.set(desk.stores.orders, 'k', 1);"), []],
  'an order deleted beside the table': ['src-main/core/writer/b.ts', writer("tx.delete(stores.orders, 'k');"), ['desk/one-writer']],
  'an order written through an unpacked store': [
    'src-main/core/writer/c.ts',
    writer("const { orders: book } = desk.stores;\n  tx.set(book, 'k', 1);"),
    ['desk/one-writer'],
  ],
  'an order written through stores by another name': [
    'src-main/core/writer/d.ts',
    writer("const { stores: all } = desk;\n  const book = all['orders'];\n  tx.set(book, 'k', 1);"),
    ['desk/one-writer'],
  ],
  'a trigger written beside its table': ['src-main/core/writer/e.ts', writer("tx.set(stores.triggers, 'k', 1);"), ['desk/one-writer']],
  'an order written in a file that only ends like the writer': [
    'src-main/core/writer/execution/transition.ts',
    writer("tx.set(stores.orders, 'k', 1);"),
    ['desk/one-writer'],
  ],
  'a trigger written where its table is asked, and an order beside it': [
    'src-main/core/execution/trigger-transition.ts',
    writer("tx.set(desk.stores.triggers, 'k', 1);\n  tx.set(desk.stores.orders, 'k', 1);"),
    ['desk/one-writer'],
  ],
  'orders of something else': [
    'src-main/core/writer/f.ts',
    `${TX}export const f = (tx: Tx, book: { readonly orders: unknown }): void => tx.set(book.orders, 'k', 1);`,
    [],
  ],

  'a note that begins with a word': [
    'src-main/core/prose/a.ts',
    reader("return order.note?.startsWith('cancel sent') === true;"),
    ['desk/no-read-of-prose'],
  ],
  'a note tested by a pattern': ['src-main/core/prose/b.ts', reader("return /asked/.test(order.note ?? '');"), ['desk/no-read-of-prose']],
  'a note taken apart by a pattern': [
    'src-main/core/prose/c.ts',
    reader("return /reason:(.+)$/.exec(order.note ?? '')?.[1];"),
    ['desk/no-read-of-prose'],
  ],
  'a note compared': ['src-main/core/prose/d.ts', reader("return order.note === 'killed';"), ['desk/no-read-of-prose']],
  'a note switched on': [
    'src-main/core/prose/e.ts',
    reader("switch (order.note) {\n    case 'killed':\n      return 1;\n    default:\n      return 0;\n  }"),
    ['desk/no-read-of-prose'],
  ],
  'a note looked up': ['src-main/core/prose/f.ts', reader("return new Set(['killed']).has(order.note ?? '');"), ['desk/no-read-of-prose']],
  'a note unpacked and compared': [
    'src-main/core/prose/g.ts',
    reader("const { note: said } = order;\n  return said !== 'killed';"),
    ['desk/no-read-of-prose'],
  ],
  'a note unpacked on the way in': [
    'src-main/core/prose/h.ts',
    `${ORDER}export const f = ({ note = '' }: Order): boolean => note.includes('killed');`,
    ['desk/no-read-of-prose'],
  ],
  'a reason given by a method': [
    'src-main/core/prose/i.ts',
    "export const f = (latch: { reason(): string }): boolean => latch.reason() === 'the operator';",
    ['desk/no-read-of-prose'],
  ],
  'a note that is missing': ['src-main/core/prose/j.ts', reader('return order.note === undefined;'), []],
  'a note shown and kept': ['src-main/core/prose/k.ts', reader("return { ...order, note: `${order.note ?? 'no reason'}, again` };"), []],
  'a reason that is a code': ['src-main/core/prose/l.ts', reader("return order.reason === 'late';"), []],
  'a text of one’s own': ['src-main/core/prose/m.ts', "export const f = (text: string): boolean => text === '';", []],
  'a note shortened for the page': ['src-main/desk/prose/a.ts', reader('return order.note?.slice(0, 80);'), []],

  'a hidden store in the core': ['src-main/core/hidden/a.ts', 'export const a = new WeakMap<object, number>();', ['no-restricted-syntax']],
  'a hidden set in the core': ['src-main/core/hidden/b.ts', 'export const a = new WeakSet();', ['no-restricted-syntax']],
  'the time beside a hidden store': ['src-main/core/hidden/c.ts', 'export const a = Date.now();', ['no-restricted-syntax']],
  'the seal of the risk room': ['src-main/core/risk/seal.ts', 'export const a = new WeakSet();', []],
  'a translation kept in tws': ['src-main/tws/hidden/a.ts', 'export const a = new WeakMap<object, number>();', []],
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

  it('holds the limits of a function in every room', async () => {
    const eslint = new ESLint({ cwd: root });
    const levels = async (file: string): Promise<readonly unknown[]> => {
      const { rules } = (await eslint.calculateConfigForFile(join(root, file))) as { rules: Record<string, readonly unknown[]> };
      return ['max-lines-per-function', 'complexity', 'max-params'].map((rule) => rules[rule]?.[0]);
    };
    for (const file of [
      'src-shared/domain/price.ts',
      'src-main/index.ts',
      'src-preload/index.ts',
      'src-renderer/shell/a.tsx',
      'bench/push.ts',
      'tests/support/a.ts',
      'scripts/make-demo-tape.ts',
      'scripts/lib/steps.mjs',
      'eslint.config.mjs',
      'tests/renderer/harness/measure.mjs',
      'vitest.config.ts',
    ])
      expect([file, await levels(file)]).toEqual([file, [2, 2, 2]]);
    for (const file of ['tests/unit/a.test.ts', 'tests/renderer/a.test.tsx', 'tests/e2e/a.spec.ts'])
      expect([file, await levels(file)]).toEqual([file, [0, 2, 2]]);
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
