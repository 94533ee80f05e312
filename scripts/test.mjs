// npm test: installs what is missing, checks, tests, builds, tests end to end, and ends with `N passed, N failed`.
//   npm test -- --fast            everything but the end-to-end tests (and the build that only they need)
//   npm test -- unit/price        only the test files whose path holds the text; end-to-end files by e2e/…
//   npm run e2e [-- filter]       only the end-to-end tests
import './lib/need-node.mjs';
import { ensureBuilt } from './lib/build.mjs';
import { close } from './lib/closing.mjs';
import { ensureInstalled } from './lib/install.mjs';
import { chooseNode } from './lib/node.mjs';
import { Failure, main, step } from './lib/say.mjs';
import { endToEnd, mutants, runSteps, staticSteps, vitest } from './lib/steps.mjs';
import { single } from './lib/tally.mjs';

/** @type {import('./lib/steps.mjs').Step} */
const build = {
  name: 'build',
  run: async () => {
    await ensureBuilt();
    return single(true);
  },
};

/** @param {readonly string[]} args */
function plan(args) {
  const flags = args.filter((arg) => arg.startsWith('-'));
  const filters = args.filter((arg) => !arg.startsWith('-'));
  const unknown = flags.filter((flag) => !['--fast', '--e2e'].includes(flag));
  if (unknown.length > 0)
    throw new Failure(`npm test does not know ${unknown.join(', ')}.`, 'it takes --fast, --e2e and parts of test file names.', 2);
  const fast = flags.includes('--fast');
  if (flags.includes('--e2e')) return [build, endToEnd(filters)];
  if (filters.length === 0) return [...staticSteps(), vitest('tests', []), mutants(10), ...(fast ? [] : [build, endToEnd([])])];
  const browser = filters.filter((filter) => filter.includes('e2e'));
  const units = filters.filter((filter) => !filter.includes('e2e'));
  return [...(units.length > 0 ? [vitest('tests', units)] : []), ...(browser.length > 0 && !fast ? [build, endToEnd(browser)] : [])];
}

await main(async () => {
  const steps = plan(process.argv.slice(2));
  await ensureInstalled();
  step(`Node ${chooseNode().version} runs the tools`);
  const results = await runSteps(steps);
  return close(results);
});
