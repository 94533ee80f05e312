// node scripts/run.mjs [--build] <file.ts | program of a package> [arguments]: runs it under the chosen Node.
// --build brings out/ up to date first, for programs that serve the built console.
import './lib/need-node.mjs';
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { ensureBuilt } from './lib/build.mjs';
import { ensureInstalled } from './lib/install.mjs';
import { ROOT } from './lib/node.mjs';
import { Failure, main } from './lib/say.mjs';
import { runNode, runTool } from './lib/tool.mjs';

await main(async () => {
  const args = process.argv.slice(2);
  const build = args[0] === '--build';
  if (build) args.shift();
  const what = args.shift();
  if (what === undefined) throw new Failure('Nothing to run.', 'node scripts/run.mjs <file.ts | program> [arguments]', 2);
  await ensureInstalled({ quiet: true });
  if (build) await ensureBuilt();
  if (!/\.[cm]?[jt]s$/.test(what)) return (await runTool(what, args)).code;
  const file = resolve(ROOT, what);
  if (!existsSync(file)) throw new Failure(`${what} does not exist.`, 'paths are relative to the project folder.', 2);
  return (await runNode([file, ...args], { cwd: process.cwd() })).code;
});
