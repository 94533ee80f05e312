import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, expect, it } from 'vitest';

const root = join(import.meta.dirname, '../..');
const made: string[] = [];
afterAll(() => {
  for (const folder of made) rmSync(folder, { recursive: true, force: true });
});

const tidy: Readonly<Record<string, string>> = {
  'src-main/index.ts': `import { used } from '#core/market/used';\nimport { z } from 'zod';\nexport const index = [used, z];\n`,
  'src-main/core/market/used.ts': `export interface Shape {\n  readonly a: number;\n}\nexport const used: Shape = { a: 1 };\n`,
  'src-shared/domain/tested.ts': `export const tested = 1;\n`,
  'tests/unit/tested.test.ts': `import { tested } from '#domain/tested';\nexport default tested;\n`,
};

/** What knip, with the project's own configuration, finds unused in a throw-away tree. */
function unused(
  files: Readonly<Record<string, string>>,
  dependencies: Readonly<Record<string, string>>,
): { readonly status: number | null; readonly found: string[] } {
  const folder = mkdtempSync(join(tmpdir(), 'knip-'));
  made.push(folder);
  const { imports } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { imports: unknown };
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ name: 'house', type: 'module', imports, dependencies }));
  copyFileSync(join(root, 'knip.json'), join(folder, 'knip.json'));
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  for (const name of Object.keys(dependencies)) {
    mkdirSync(join(folder, 'node_modules', name), { recursive: true });
    writeFileSync(join(folder, 'node_modules', name, 'package.json'), JSON.stringify({ name, main: 'index.js' }));
    writeFileSync(join(folder, 'node_modules', name, 'index.js'), '');
  }
  const knip = join(root, 'node_modules/knip/bin/knip.js');
  const ended = spawnSync(process.execPath, [knip, '--directory', folder, '--reporter', 'compact', '--no-config-hints'], {
    encoding: 'utf8',
  });
  return { status: ended.status, found: `${ended.stdout}${ended.stderr}`.split('\n').filter((line) => line.trim() !== '') };
}

it('lets a tree pass in which everything is used, by the program or by a test', () => {
  expect(unused(tidy, { zod: '1.0.0' })).toEqual({ status: 0, found: [] });
});

it('refuses an unused file, an unused export and an unused dependency', () => {
  const planted = {
    ...tidy,
    'src-main/core/market/forgotten.ts': 'export const forgotten = 1;\n',
    'src-shared/domain/tested.ts': 'export const tested = 1;\nexport function nobodyCalls(): void {}\n',
  };
  const { status, found } = unused(planted, { zod: '1.0.0', 'left-behind': '1.0.0' });
  expect(status).toBeGreaterThan(0);
  const text = found.join('\n');
  expect(text).toMatch(/Unused files \(1\)\n.*src-main\/core\/market\/forgotten\.ts/);
  expect(text).toMatch(/Unused exports \(1\)\n.*src-shared\/domain\/tested\.ts.*nobodyCalls/);
  expect(text).toMatch(/Unused dependencies \(1\)\n.*left-behind/);
});
