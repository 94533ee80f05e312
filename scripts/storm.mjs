// node scripts/storm.mjs [--seeds 500] [--first N] [--seed N] [--lines N] [--bug NAME]: deterministic storms over the whole desk.
import './lib/need-node.mjs';
import { ensureInstalled } from './lib/install.mjs';
import { ROOT } from './lib/node.mjs';
import { main } from './lib/say.mjs';
import { runNode } from './lib/tool.mjs';

await main(async () => {
  await ensureInstalled({ quiet: true });
  return (await runNode(['tests/storm/main.ts', ...process.argv.slice(2)], { cwd: ROOT })).code;
});
