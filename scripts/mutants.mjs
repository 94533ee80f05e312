// node scripts/mutants.mjs [part of an id] [--file NAME] [--storms N] [--storms-only] [--jobs N] [--fresh] [--sample N [--turn WORD]]:
// plants the faults of tests/mutants/*.mutants.ts one at a time in a copy, and says which test or storm caught each.
import './lib/need-node.mjs';
import { ensureInstalled } from './lib/install.mjs';
import { ROOT } from './lib/node.mjs';
import { main } from './lib/say.mjs';
import { runNode } from './lib/tool.mjs';

await main(async () => {
  await ensureInstalled({ quiet: true });
  return (await runNode(['tests/mutants/main.ts', ...process.argv.slice(2)], { cwd: ROOT })).code;
});
