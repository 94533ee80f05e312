import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import ts from 'typescript';
import { expect, test } from 'vitest';
import { FAULT_TABLE, ROW_IDS } from './table.ts';

const TESTS = resolve(import.meta.dirname, '..');
const ROOT = resolve(TESTS, '..');

/** Titles of the tests in a source: what stands first in `test(…)`, `it(…)`, `test.each(…)(…)`. */
function titlesOf(file: string): readonly string[] {
  const source = ts.createSourceFile(file, readFileSync(join(TESTS, file), 'utf8'), ts.ScriptTarget.Latest, true);
  const titles: string[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isCallExpression(node) && /^(?:test|it)\b/.test(rootOf(node.expression))) {
      const [first] = node.arguments;
      if (first !== undefined && ts.isStringLiteralLike(first)) titles.push(first.text);
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return titles;
}

function rootOf(node: ts.Expression): string {
  if (ts.isIdentifier(node)) return node.text;
  if (ts.isPropertyAccessExpression(node) || ts.isCallExpression(node)) return rootOf(node.expression);
  return '';
}

/** The title as written, or one case of a parametrised one. */
function isCaseOf(title: string, written: string): boolean {
  if (title === written) return true;
  const literal = written.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`);
  return new RegExp(`^${literal.replaceAll(/%[sdifjoO]/g, '.+')}$`, 's').test(title);
}

test('every row of the two reference lists is in the table exactly once, in their order', () => {
  expect(FAULT_TABLE.map(({ row }) => row)).toEqual(ROW_IDS);
  expect(ROW_IDS).toHaveLength(161);
});

test('every row names a test, or says in a sentence what is missing', () => {
  for (const row of FAULT_TABLE) {
    expect(row.what).not.toBe('');
    if ('tests' in row) expect([row.row, row.tests.length > 0]).toEqual([row.row, true]);
    else expect([row.row, row.gap]).toEqual([row.row, expect.stringMatching(/\S.*\.$/) as string]);
  }
});

test('every test that the table names exists in its source', () => {
  const named = FAULT_TABLE.flatMap((row) => ('tests' in row ? row.tests.map((name) => ({ row: row.row, name })) : []));
  const titles = new Map<string, readonly string[]>();
  const lost = named.filter(({ name }) => {
    const [file = '', title = ''] = name.split(' › ');
    if (!titles.has(file)) titles.set(file, titlesOf(file));
    return !titles.get(file)!.some((written) => isCaseOf(title, written));
  });
  expect(lost).toEqual([]);
  expect(named.length).toBeGreaterThan(100);
});

test('every test of the fault folder is named after a row, and stands in the table unless that row still has a gap', () => {
  const files = [...new Set(FAULT_TABLE.flatMap((row) => ('tests' in row ? row.tests : [])).map((name) => name.split(' › ')[0]!))];
  const named = new Map(FAULT_TABLE.map((row) => [row.row, 'tests' in row ? row.tests : undefined]));
  const stray = files
    .filter((file) => file.startsWith('faults/'))
    .flatMap((file) => titlesOf(file).map((title) => ({ file, title, row: title.slice(0, 4) })))
    .filter(({ file, title, row }) => !named.has(row) || named.get(row)?.includes(`${file} › ${title}`) === false);
  expect(stray).toEqual([]);
});

/** A report as vitest writes it, with every named test in it. */
function reportOf(spoil: (title: string) => string | undefined): object {
  const byFile = new Map<string, { title: string; status: string }[]>();
  for (const row of FAULT_TABLE)
    for (const name of 'tests' in row ? row.tests : []) {
      const [file = '', title = ''] = name.split(' › ');
      const status = spoil(title);
      if (status !== undefined) byFile.set(file, [...(byFile.get(file) ?? []), { title: title.replaceAll(/%[sdif]/g, 'x'), status }]);
    }
  return { testResults: [...byFile].map(([file, assertionResults]) => ({ name: join(TESTS, file), assertionResults })) };
}

test.each([
  ['all passed', () => 'passed', 0, /passed {3}faults\/orders\.test\.ts › O-01/],
  ['one failed', (title: string) => (title.startsWith('O-01') ? 'failed' : 'passed'), 1, /failed {3}faults\/orders\.test\.ts › O-01/],
  ['one is missing', (title: string) => (title.startsWith('O-01') ? undefined : 'passed'), 1, /missing {2}faults\/orders\.test\.ts › O-01/],
  [
    'one was skipped',
    (title: string) => (title.startsWith('O-01') ? 'skipped' : 'passed'),
    1,
    /skipped {2}faults\/orders\.test\.ts › O-01/,
  ],
] as const)('the printed table of a report in which %s', (_name, spoil, code, line) => {
  const folder = mkdtempSync(join(tmpdir(), 'faults-'));
  const file = join(folder, 'report.json');
  writeFileSync(file, JSON.stringify(reportOf(spoil)));
  const ended = spawnSync(process.execPath, [join(ROOT, 'scripts/faults.mjs'), '--report', file], { encoding: 'utf8', cwd: ROOT });
  rmSync(folder, { recursive: true });
  expect({ status: ended.status, stderr: ended.stderr }).toEqual({ status: code, stderr: '' });
  expect(ended.stdout).toMatch(line);
  expect(ended.stdout).toMatch(/161 rows: \d+ shown, \d+ not, \d+ gaps/);
});
