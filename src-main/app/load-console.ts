import { join } from 'node:path';
import type { ConsoleAssets } from '#desk/entrance/console-assets';
import { err, ok, type Result } from '#domain/result';
import { loadConsoleAssets } from '#system/console-assets';

/** The built console of this copy of the program. `root` is the folder that holds `out`. */
export function loadConsole(root: string): Result<ConsoleAssets> {
  const assets = loadConsoleAssets(join(root, 'out/renderer'));
  return assets.ok ? ok(assets.value) : err(`${assets.error} Build the console first: npm run build.`);
}
