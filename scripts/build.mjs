// npm run build: the bundles of main, preload and renderer into out/. With --if-changed only when their sources differ.
import './lib/need-node.mjs';
import { ensureBuilt } from './lib/build.mjs';
import { ensureInstalled } from './lib/install.mjs';
import { main } from './lib/say.mjs';

await main(async () => {
  await ensureInstalled({ quiet: true });
  await ensureBuilt({ force: !process.argv.includes('--if-changed') });
  return 0;
});
