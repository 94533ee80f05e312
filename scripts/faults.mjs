// npm run faults: runs the tests that tests/faults/table.ts names, and prints row → test → result.
//   npm run faults -- --report FILE   reads a report of vitest instead of running it
//   npm run faults -- --e2e           runs the end-to-end tests of the table as well
//   npm run faults -- --gaps          prints only the rows that no test shows
import './lib/need-node.mjs';
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join, relative, resolve, sep } from 'node:path';
import { ensureInstalled } from './lib/install.mjs';
import { ROOT } from './lib/node.mjs';
import { elapsed, Failure, main, note, step } from './lib/say.mjs';
import { endToEnd } from './lib/steps.mjs';
import { runNode, runTool } from './lib/tool.mjs';

/** @typedef {{ row: string, what: string, tests?: string[], gap?: string }} Row */
/** @typedef {{ file: string, title: string, status: string }} Told */
/** @typedef {{ row: string, what: string, test: string, result: 'passed' | 'failed' | 'missing' | 'skipped' | 'not run' | 'gap' }} Line */

const REPORTS = join(ROOT, 'test-results');

/** @param {readonly string[]} args */
function wanted(args) {
  /** @type {{ report: string | undefined, e2e: boolean, gaps: boolean }} */
  const options = { report: undefined, e2e: false, gaps: false };
  for (let at = 0; at < args.length; at += 1) {
    if (args[at] === '--e2e') options.e2e = true;
    else if (args[at] === '--gaps') options.gaps = true;
    else if (args[at] === '--report' && args[at + 1] !== undefined) options.report = args[(at += 1)];
    else throw new Failure(`npm run faults does not know ${args[at] ?? ''}.`, 'it takes --report FILE, --e2e and --gaps.', 2);
  }
  return options;
}

/** The table is TypeScript, which the chosen Node reads and this one perhaps does not. @returns {Promise<Row[]>} */
async function table() {
  const print = "import('./tests/faults/table.ts').then(({ FAULT_TABLE }) => process.stdout.write(JSON.stringify(FAULT_TABLE)))";
  const { code, output } = await runNode(['--input-type=module', '--eval', print], { capture: true, echo: false });
  if (code !== 0) throw new Failure('tests/faults/table.ts could not be read.', output.trim());
  return JSON.parse(output);
}

/** @param {string} file @returns {any} */
function json(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    throw new Failure(
      `There is no report at ${file} (${error instanceof Error ? error.message : String(error)}).`,
      'run without --report.',
    );
  }
}

/** @param {string} file */
function belowTests(file) {
  return relative(join(ROOT, 'tests'), resolve(ROOT, file)).split(sep).join('/');
}

/** @param {any} report vitest's @returns {Told[]} */
function ofVitest(report) {
  return report.testResults.flatMap((/** @type {any} */ file) =>
    file.assertionResults.map((/** @type {any} */ one) => ({ file: belowTests(file.name), title: one.title, status: one.status })),
  );
}

/** @param {any} report Playwright's @returns {Told[]} */
function ofPlaywright(report) {
  /** @param {any} suite @returns {Told[]} */
  const of = (suite) => [
    ...(suite.specs ?? []).map((/** @type {any} */ spec) => ({
      file: `e2e/${spec.file}`,
      title: spec.title,
      status: spec.ok ? 'passed' : 'failed',
    })),
    ...(suite.suites ?? []).flatMap(of),
  ];
  return report.suites.flatMap(of);
}

/** A title as it stands in the source, with the places of its parameters. @param {string} title */
function pattern(title) {
  const text = title.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`);
  return new RegExp(`^${text.replaceAll(/%[sdifjoO]|\\\$[a-z]+/g, '.*')}$`, 's');
}

/** @param {string} test `file › title` @param {readonly Told[]} told @param {boolean} e2e @returns {Line['result']} */
function result(test, told, e2e) {
  const [file = '', title = ''] = test.split(' › ');
  if (!e2e && file.startsWith('e2e/')) return 'not run';
  const fits = pattern(title);
  const found = told.filter((one) => one.file === file && (one.title === title || fits.test(one.title)));
  if (found.length === 0) return 'missing';
  if (found.some(({ status }) => status === 'failed')) return 'failed';
  return found.every(({ status }) => status === 'passed') ? 'passed' : 'skipped';
}

/** @param {readonly string[]} files below tests @returns {Promise<Told[]>} */
async function run(files) {
  mkdirSync(REPORTS, { recursive: true });
  const file = join(REPORTS, 'vitest-faults.json');
  rmSync(file, { force: true });
  step(`the tests of ${files.length} files`);
  const began = performance.now();
  const paths = files.map((one) => join('tests', one));
  await runTool('vitest', ['run', '--reporter=json', `--outputFile.json=${file}`, ...paths], {
    limitMs: 20 * 60_000,
    capture: true,
    echo: false,
  });
  note(`ran in ${elapsed(began)}`);
  return ofVitest(json(file));
}

await main(async () => {
  const { report, e2e, gaps } = wanted(process.argv.slice(2));
  await ensureInstalled({ quiet: true });
  const rows = await table();
  const files = [...new Set(rows.flatMap(({ tests = [] }) => tests.map((test) => test.split(' › ')[0] ?? '')))].sort();
  const units = files.filter((file) => !file.startsWith('e2e/'));
  const told = gaps ? [] : report === undefined ? await run(units) : ofVitest(json(resolve(report)));
  if (e2e) {
    await endToEnd(files.filter((file) => file.startsWith('e2e/')).map((file) => file.slice('e2e/'.length))).run();
    told.push(...ofPlaywright(json(join(REPORTS, 'playwright.json'))));
  }
  /** @type {Line[]} */
  const lines = rows.flatMap(({ row, what, tests, gap }) =>
    tests === undefined
      ? [{ row, what, test: gap ?? '', result: /** @type {const} */ ('gap') }]
      : tests.map((test) => ({ row, what, test, result: result(test, told, e2e) })),
  );
  let last = '';
  for (const line of lines) {
    if (gaps && line.result !== 'gap') continue;
    if (line.row !== last) console.log(`${line.row}  ${line.what}`);
    last = line.row;
    console.log(`      ${line.result.padEnd(8)} ${line.test}`);
  }
  const open = rows.filter(({ tests }) => tests === undefined).length;
  if (gaps) {
    console.log(`\n${rows.length} rows: ${rows.length - open} with tests, ${open} gaps`);
    return 0;
  }
  const bad = lines.filter((line) => line.result === 'failed' || line.result === 'missing' || line.result === 'skipped');
  const badRows = new Set(bad.map(({ row }) => row)).size;
  const count = (/** @type {string} */ what) => lines.filter((line) => line.result === what).length;
  console.log(
    `\n${rows.length} rows: ${rows.length - open - badRows} shown, ${badRows} not, ${open} gaps` +
      ` · tests: ${count('passed')} passed, ${count('failed')} failed, ${count('missing')} missing, ${count('skipped')} skipped, ${count('not run')} not run`,
  );
  return bad.length === 0 ? 0 : 1;
});
