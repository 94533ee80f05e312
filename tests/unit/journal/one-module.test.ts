import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, test } from 'vitest';

const ROOT = resolve(import.meta.dirname, '../../../src-main');

/** Whoever opens files by Node itself, and why it is nothing of the data folder. */
const OTHERS = [
  // The program's own files, and what the system tells of its terminal.
  'app/build-info.ts',
  'system/console-assets.ts',
  'system/foreground.ts',
  // Tapes and the ledger, which the command line names.
  'simulator/ledger-file.ts',
  'simulator/main.ts',
  'simulator/market/tape.ts',
];
/** The module itself, what makes and locks the folder, and a type. */
const FOLDER = ['journal/data-folder.ts', 'journal/files.ts', 'journal/folder-lock.ts', 'journal/ownership.ts'];

test('the files of the data folder are opened by one module', () => {
  const users = readdirSync(ROOT, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts') && /from '(node:)?fs(\/promises)?'/.test(readFileSync(join(ROOT, name), 'utf8')))
    .map((name) => name.replaceAll('\\', '/'));
  expect(users.sort()).toEqual([...FOLDER, ...OTHERS].sort());
});
