import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';
import { describe, expect, it } from 'vitest';

const root = join(import.meta.dirname, '../..');
const PLAN = 'ARCHITECTURE.md';
const PARTS = ['src-main', 'src-preload', 'src-renderer', 'src-shared'];
const MOST_LINES = { plan: 120, room: 15 };
const WORDS = ['Enters', 'Leaves', 'May know'];

/** A path in backquotes: it has a `/` and an extension, and no wildcard. */
const PATH = /`((?:[\w.-]+\/)+[\w-]+(?:\.[\w-]+)*\.(?:tsx?|mjs|cjs|js|md|json|css|html|gz))`/g;
/** A file named alone, as a README names those of its own room. */
const NAME = /`([\w-]+(?:\.[\w-]+)*\.(?:tsx?|mjs|cjs|css|html))`/g;

/** Where a text may mean a path to begin: the root, a part, core, or the folder that the text stands in. */
function placesOf(text: string): readonly string[] {
  return ['', ...PARTS.map((part) => `${part}/`), 'src-main/core/', `${dirname(text)}/`];
}

/** What a text names and nobody has, as sentences. */
function pathFaults(file: string, text: string, exists: (path: string) => boolean): readonly string[] {
  const paths = [...text.matchAll(PATH)].map(([, path = '']) => path);
  const names = file === PLAN ? [] : [...text.matchAll(NAME)].map(([, name = '']) => name);
  const missing = [
    ...paths.filter((path) => !placesOf(file).some((place) => exists(place + path))),
    ...names.filter((name) => !exists(`${dirname(file)}/${name}`)),
  ];
  return missing.map((path) => `${file} names ${path}, which does not exist`);
}

/** Lines of a text that ends with a line's end. */
const linesOf = (text: string): number => text.split('\n').length - 1;

function roomFaults(file: string, text: string | undefined): readonly string[] {
  if (text === undefined) return [`${file} is missing`];
  return [
    ...(linesOf(text) > MOST_LINES.room ? [`${file} has more than ${MOST_LINES.room} lines`] : []),
    ...WORDS.filter((word) => !text.includes(`**${word}:**`)).map((word) => `${file} does not say "${word}"`),
  ];
}

/** Every folder that holds TypeScript; the panels are one room, and the front steps beside the rooms of src-main and the page are none. */
function rooms(): readonly string[] {
  const folders = PARTS.flatMap((part) => readdirSync(join(root, part), { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile() && /\.tsx?$/.test(entry.name))
    .map((entry) => relative(root, entry.parentPath).split(sep).join('/'))
    .map((folder) => folder.replace(/^(src-renderer\/panels)\/.*/, '$1'));
  return [...new Set(folders)].filter((folder) => folder !== 'src-main' && folder !== 'src-renderer').sort();
}

const textOf = (path: string): string | undefined => (existsSync(join(root, path)) ? readFileSync(join(root, path), 'utf8') : undefined);
const exists = (path: string): boolean => existsSync(join(root, path));

describe('the papers of the house', () => {
  const readmes = [...rooms(), 'src-main/core', 'src-main/desk'].map((room) => `${room}/README.md`);
  const plan = textOf(PLAN) ?? '';

  it('say of every room what enters, what leaves and what it may know', () => {
    expect(readmes.length).toBeGreaterThan(50);
    expect(readmes.flatMap((file) => roomFaults(file, textOf(file)))).toEqual([]);
  });

  it('keep the drawing of the house short', () => {
    expect(linesOf(plan)).toBeLessThanOrEqual(MOST_LINES.plan);
  });

  it('name files that exist', () => {
    expect([...plan.matchAll(PATH)].length).toBeGreaterThan(20);
    expect([PLAN, ...readmes].flatMap((file) => pathFaults(file, textOf(file) ?? '', exists))).toEqual([]);
  });

  it('planted: a path that does not exist is told', () => {
    const planted = `${plan}\nSee \`core/risk/controls.ts\` and \`core/risk/no-such-control.ts\`.\n`;
    expect(pathFaults(PLAN, planted, exists)).toEqual([`${PLAN} names core/risk/no-such-control.ts, which does not exist`]);
  });

  it('planted: a room’s README that names a file of another room as its own is told', () => {
    const file = 'src-main/core/risk/README.md';
    expect(pathFaults(file, 'Only `seal.ts` and `commit/coordinator.ts`; `coordinator.ts` is elsewhere.', exists)).toEqual([
      `${file} names coordinator.ts, which does not exist`,
    ]);
  });

  it.each([
    ['missing', undefined, ['a/README.md is missing']],
    ['without a word', '- **Enters:** a.\n- **Leaves:** b.\n', ['a/README.md does not say "May know"']],
    [
      'too long',
      `- **Enters:** a.\n- **Leaves:** b.\n- **May know:** c.\n${'\n'.repeat(MOST_LINES.room)}`,
      [`a/README.md has more than ${MOST_LINES.room} lines`],
    ],
    ['sound', '- **Enters:** a.\n- **Leaves:** b.\n- **May know:** c.\n', []],
  ])('planted: a README that is %s is told or let be', (_, text, faults) => {
    expect(roomFaults('a/README.md', text)).toEqual(faults);
  });
});
