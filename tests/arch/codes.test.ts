import { readdirSync, readFileSync } from 'node:fs';
import { extname, join, relative, sep } from 'node:path';
import { describe, expect, it } from 'vitest';

const root = join(import.meta.dirname, '../..');
const INDEX = 'docs/codes.md';
const FOLDERS = ['src-main', 'src-preload', 'src-renderer', 'src-shared', 'tests', 'bench', 'scripts', 'docs'];
const READ = new Set(['.md', '.ts', '.tsx', '.mjs', '.cjs', '.css', '.html', '.py', '.java']);

/** `C-01`, `I-03b`; a guard rule has one digit or two; a finding has no hyphen and stands in brackets, so that no key on a keyboard is meant. */
const CITED = /\b(?:[A-Z]{1,2}-\d{2}[a-z]?|G-\d)\b|(?<=\((?:[^()\n]{0,40}, )?)F\d{1,2}(?=[,)])/g;
const RANGE = /\b([A-Z]{1,2})-(\d{2}) ?(?:…|–|to) ?\1-(\d{2})\b/g;
const ROW = /^\| (?<code>[A-Z]{1,2}-?\d{1,2}[a-z]?) +\|(?<meaning>[^|]*)\|$/;

/** The codes of a text; what stands between the ends of a range is cited with them. */
function citedIn(text: string): ReadonlySet<string> {
  const codes = new Set(text.match(CITED) ?? []);
  for (const [, family = '', first = '', last = ''] of text.matchAll(RANGE))
    for (let at = Number(first); at <= Number(last); at += 1) codes.add(`${family}-${String(at).padStart(2, '0')}`);
  return codes;
}

/** By number, then by letter, so that G-5 stands before G-11 and I-03 before I-03b. */
function order(code: string): string {
  const [, digits = '', letter = ''] = /(\d+)([a-z]?)$/.exec(code) ?? [];
  return digits.padStart(3, '0') + letter;
}

/** What is wrong with one row; `before` is the row above it under the same heading, `listed` are all rows above. */
function rowFaults(code: string, meaning: string, family: string, before: string, listed: ReadonlySet<string>): readonly string[] {
  const faults: string[] = [];
  if (listed.has(code)) faults.push(`${code} has two rows`);
  else if (!new RegExp(`^${family}-?\\d`).test(code)) faults.push(`${code} stands under the heading of ${family || 'nothing'}`);
  else if (before !== '' && order(before) > order(code)) faults.push(`${code} stands after ${before}`);
  if (meaning.trim() === '') faults.push(`${code} has no meaning`);
  return faults;
}

/** What is wrong with an index of codes and the texts (path → text) that cite them, as sentences. */
function codeFaults(index: string, texts: ReadonlyMap<string, string>): readonly string[] {
  const faults: string[] = [];
  const listed = new Set<string>();
  let family = '';
  let before = '';
  for (const line of index.split('\n')) {
    const heading = /^## ([A-Z]{1,2}): \S/.exec(line)?.[1];
    if (heading !== undefined) [family, before] = [heading, ''];
    const { code, meaning = '' } = ROW.exec(line)?.groups ?? {};
    if (code === undefined) continue;
    faults.push(...rowFaults(code, meaning, family, before, listed));
    listed.add(code);
    before = code;
  }
  for (const [path, text] of texts)
    for (const code of citedIn(text)) if (!listed.has(code)) faults.push(`${path} cites ${code}, which ${INDEX} does not explain`);
  return faults;
}

/** Paths below the root, with `/`. */
function textFiles(): readonly string[] {
  const below = FOLDERS.flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => relative(root, join(entry.parentPath, entry.name)).split(sep).join('/')),
  );
  return [...below, ...readdirSync(root)].filter((path) => READ.has(extname(path)));
}

describe('the codes that are cited', () => {
  const texts = new Map(textFiles().map((path) => [path, readFileSync(join(root, path), 'utf8')]));
  const index = texts.get(INDEX) ?? '';

  it('are all explained in the index, each in one row under its family, in order', () => {
    expect(texts.size).toBeGreaterThan(500);
    expect(new Set([...texts.values()].flatMap((text) => [...citedIn(text)])).size).toBeGreaterThan(200);
    expect(codeFaults(index, texts)).toEqual([]);
  });

  it('are read in all their forms', () => {
    const text =
      'a kill (I-04), I-03b, the guard (G-5), O-01 … O-03, a burst (M-07, F11), a frame (F6); press F5, hold **Kill** (F12 works)';
    expect([...citedIn(text)].sort()).toEqual(['F11', 'F6', 'G-5', 'I-03b', 'I-04', 'M-07', 'O-01', 'O-02', 'O-03']);
  });

  const unknown = ['C', '97'].join('-');
  const sound = '## C: controls\n\n| code | meaning |\n| ---- | ------- |\n| C-01 | One. |\n| C-03 | Three. |\n';

  it.each([
    ['a code without a row', sound, `denied by ${unknown}`, [`a.ts cites ${unknown}, which ${INDEX} does not explain`]],
    ['a code inside a range without a row', sound, 'all of C-01 … C-03', [`a.ts cites C-02, which ${INDEX} does not explain`]],
    ['a code with two rows', `${sound}| C-03 | Again. |\n`, 'C-03', ['C-03 has two rows']],
    ['a row out of order', `${sound}| C-02 | Two. |\n`, 'C-02', ['C-02 stands after C-03']],
    ['a row under another family', `${sound}| O-01 | One. |\n`, 'O-01', ['O-01 stands under the heading of C']],
    ['a row that says nothing', `${sound}| C-04 |  |\n`, 'C-04', ['C-04 has no meaning']],
    ['nothing wrong', sound, 'C-01 and C-03', []],
  ])('planted: %s is told', (_, rows, text, faults) => {
    expect(codeFaults(rows, new Map([['a.ts', text]]))).toEqual(faults);
  });

  it('planted: an unknown code in a file of the repository is told', () => {
    expect(codeFaults(index, new Map([...texts, ['src-main/planted.ts', `/** ${unknown}: made up. */`]]))).toEqual([
      `src-main/planted.ts cites ${unknown}, which ${INDEX} does not explain`,
    ]);
  });
});
