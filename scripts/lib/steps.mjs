// The steps that `npm run check`, `npm test` and `npm run e2e` are made of. Each tells what it does and gives its counts.
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { stopSignal } from './child.mjs';
import { ensureChromium } from './chromium.mjs';
import { ROOT } from './node.mjs';
import { complain, elapsed, Failure, note, step } from './say.mjs';
import { fromPlaywright, fromVitest, single } from './tally.mjs';
import { runNode, runTool } from './tool.mjs';

/** @typedef {import('./tally.mjs').Tally} Tally */
/** @typedef {{ readonly name: string, readonly run: () => Promise<Tally> }} Step */

const MINUTES = 60_000;
const REPORTS = join(ROOT, 'test-results');

/** @param {string} name @param {number} code @param {boolean} timedOut @param {number} minutes @param {string} fix */
function told(name, code, timedOut, minutes, fix) {
  if (code === 0) return;
  complain(timedOut ? `${name} did not finish within ${minutes} minutes and was ended.` : `${name} failed (exit code ${code}).`, fix);
}

/**
 * A step that either passes or fails as a whole.
 * @param {string} name @param {string} what @param {string} tool @param {readonly string[]} args @param {string} fix @returns {Step}
 */
function whole(name, what, tool, args, fix) {
  return {
    name,
    run: async () => {
      step(`${name}: ${what}`);
      const began = performance.now();
      const ended = await runTool(tool, args, { limitMs: 8 * MINUTES });
      told(name, ended.code, ended.timedOut, 8, fix);
      if (ended.code === 0) note(`${name} passed in ${elapsed(began)}`);
      return single(ended.code === 0);
    },
  };
}

/** @param {string} file @returns {any} */
function report(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return undefined;
  }
}

/** An empty place for a report, so that an old one is never read for a new one. @param {string} name */
function reportFile(name) {
  mkdirSync(REPORTS, { recursive: true });
  const file = join(REPORTS, name);
  rmSync(file, { force: true });
  return file;
}

/** @param {string} name @param {readonly string[]} filters @returns {Step} */
export function vitest(name, filters) {
  return {
    name,
    run: async () => {
      step(`${name}: vitest ${filters.join(' ')}`.trim());
      const file = reportFile(`vitest-${name}.json`);
      const args = ['run', '--reporter=default', '--reporter=json', `--outputFile.json=${file}`, ...filters];
      const ended = await runTool('vitest', args, { limitMs: 20 * MINUTES });
      told(name, ended.code, ended.timedOut, 20, 'the failed tests are listed above; one file alone: npm test -- <part of its path>');
      return fromVitest(report(file), ended.code);
    },
  };
}

/**
 * Plants that many faults of the catalogues, others each day and at each commit: the tests must turn red for each.
 * @param {number} count @returns {Step}
 */
export function mutants(count) {
  return {
    name: 'mutants',
    run: async () => {
      step(`mutants: ${count} of the faults of tests/mutants`);
      const ended = await runNode(['tests/mutants/main.ts', '--sample', String(count)], { limitMs: 20 * MINUTES });
      told('mutants', ended.code, ended.timedOut, 20, 'the tests do not see the faults above; the command that repeats them stands there.');
      return single(ended.code === 0);
    },
  };
}

/** @param {readonly string[]} filters @returns {Step} */
export function endToEnd(filters) {
  return {
    name: 'e2e',
    run: async () => {
      if (!existsSync(join(ROOT, 'playwright.config.ts')))
        throw new Failure('playwright.config.ts is missing.', 'git checkout -- playwright.config.ts');
      const chromium = await ensureChromium();
      step(`e2e: playwright ${filters.join(' ')}`.trim());
      const file = reportFile('playwright.json');
      const ended = await runTool('playwright', ['test', '--reporter=list,json', ...filters], {
        limitMs: 15 * MINUTES,
        env: { PLAYWRIGHT_JSON_OUTPUT_FILE: file, TRIGGERDESK_CHROMIUM: chromium },
      });
      told(
        'e2e',
        ended.code,
        ended.timedOut,
        15,
        'the failed tests are listed above, with screenshots in test-results/; all of it again: npm run e2e',
      );
      return fromPlaywright(report(file), ended.code);
    },
  };
}

/** @returns {readonly Step[]} format, lint, types, knip */
export function staticSteps() {
  return [
    whole('format', 'prettier --check', 'prettier', ['--check', '--log-level=warn', '.'], 'npm run format:write'),
    ...['pure', 'main', 'web'].map((part) =>
      whole(`types ${part}`, `tsc -p tsconfig.${part}.json`, 'tsc', ['-p', `tsconfig.${part}.json`], 'read the errors above.'),
    ),
    whole('lint', 'eslint', 'eslint', ['.', '--max-warnings=0'], 'read the errors above; "npx eslint --fix" mends some of them.'),
    whole(
      'knip',
      'unused files, exports and dependencies',
      'knip',
      [],
      'remove what is listed, or use it; entries are named in knip.json.',
    ),
  ];
}

/** The walls: imports, purity, lint rules, each seen to catch a planted fault. @returns {Step} */
export function arch() {
  return vitest('arch', ['tests/arch']);
}

/** Runs all steps, whatever fails, and stops only when it is asked to. @param {readonly Step[]} steps @returns {Promise<readonly { readonly name: string, readonly tally: Tally }[]>} */
export async function runSteps(steps) {
  const results = [];
  for (const { name, run } of steps) {
    if (stopSignal() !== undefined) break;
    try {
      results.push({ name, tally: await run() });
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      complain(error.message, error.fix);
      results.push({ name, tally: single(false) });
    }
  }
  return results;
}
