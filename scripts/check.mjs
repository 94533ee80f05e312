// npm run check [-- step …]: format, lint, types, knip, arch.
import './lib/need-node.mjs';
import { close } from './lib/closing.mjs';
import { ensureInstalled } from './lib/install.mjs';
import { Failure, main } from './lib/say.mjs';
import { arch, runSteps, staticSteps } from './lib/steps.mjs';

await main(async () => {
  const wanted = process.argv.slice(2);
  const all = [...staticSteps(), arch()];
  const names = [...new Set(all.map((step) => step.name.split(' ')[0]))];
  const unknown = wanted.filter((name) => !names.includes(name));
  if (unknown.length > 0) throw new Failure(`There is no check "${unknown.join('", "')}".`, `the checks are: ${names.join(', ')}.`, 2);
  await ensureInstalled({ quiet: true });
  return close(await runSteps(wanted.length === 0 ? all : all.filter((step) => wanted.includes(step.name.split(' ')[0] ?? ''))));
});
