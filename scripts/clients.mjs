// node scripts/clients.mjs --java DIR --python DIR --ib-async DIR --eventkit DIR: clients of others in whole sessions against the simulator.
import './lib/need-node.mjs';
import { ensureInstalled } from './lib/install.mjs';
import { ROOT } from './lib/node.mjs';
import { main } from './lib/say.mjs';
import { runNode } from './lib/tool.mjs';

await main(async () => {
  await ensureInstalled({ quiet: true });
  return (await runNode([`${ROOT}/tests/clients/main.ts`, ...process.argv.slice(2)], { cwd: process.cwd() })).code;
});
