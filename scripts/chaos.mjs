// node scripts/chaos.mjs [--cycles 100] [--seed N]: the real program killed and stopped at random moments against the simulator's process.
import './lib/need-node.mjs';
import { ensureBuilt } from './lib/build.mjs';
import { ensureInstalled } from './lib/install.mjs';
import { ROOT } from './lib/node.mjs';
import { main } from './lib/say.mjs';
import { runNode } from './lib/tool.mjs';

await main(async () => {
  await ensureInstalled({ quiet: true });
  // The daemon serves the built console; its door does not open without one.
  await ensureBuilt();
  return (await runNode(['tests/chaos/main.ts', ...process.argv.slice(2)], { cwd: ROOT })).code;
});
