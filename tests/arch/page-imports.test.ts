import { readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { expect, test } from 'vitest';
import { root } from './cruise.ts';

// The schemas compile themselves with `new Function`, which the page's policy forbids: the browser would log a fault at each start.
// What the page imports for its types alone is gone when it is built, so only imports of values are followed.

const IMPORT = /^(?:import|export) (?!type\b)(?:[^;]*? from )?'([^']+)';/gm;

type Read = (path: string) => string;

function fileOf(from: string, name: string): string | undefined {
  const alias = /^#(protocol|domain)\/(.*)$/.exec(name);
  if (alias !== null) return `src-shared/${alias[1] ?? ''}/${alias[2] ?? ''}.ts`;
  return name.startsWith('.') && /\.tsx?$/.test(name) ? normalize(join(dirname(from), name)) : undefined;
}

/** How the page comes to the package: the files of the shortest way, or nothing. */
function wayTo(wanted: string, read: Read): readonly string[] {
  const ways = new Map<string, readonly string[]>([['src-renderer/main.tsx', ['src-renderer/main.tsx']]]);
  for (const [file, way] of ways)
    for (const [, name = ''] of read(file).matchAll(IMPORT)) {
      if (name === wanted) return [...way, name];
      const next = fileOf(file, name);
      if (next !== undefined && !ways.has(next)) ways.set(next, [...way, next]);
    }
  return [];
}

const house: Read = (path) => readFileSync(join(root, path), 'utf8');

test('the page carries no schema: nothing it imports at run time leads to zod', () => {
  expect(wayTo('react', house)).not.toEqual([]);
  expect(wayTo('zod', house)).toEqual([]);
});

test('an import of a value out of the settings, two steps away, would be found; one of a type is none', () => {
  const planted =
    (statement: string): Read =>
    (path) =>
      path === 'src-shared/protocol/access.ts' ? `${statement}\n${house(path)}` : house(path);
  expect(wayTo('zod', planted(`import { settingsPatch } from './settings.ts';`)).slice(-2)).toEqual([
    'src-shared/protocol/settings.ts',
    'zod',
  ]);
  expect(wayTo('zod', planted(`import type { Settings } from './settings.ts';`))).toEqual([]);
});
