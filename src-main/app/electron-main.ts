import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { app, dialog } from 'electron';
import type { DesktopClaim } from '#desktop/claim';
import { startDesktop } from '#desktop/start-desktop';
import { buildInfo } from './build-info.ts';
import { loadConsole } from './load-console.ts';
import { openDesk } from './open-desk.ts';
import { parseOptions, USAGE } from './options.ts';

/** Chromium's own switches share the command line with ours; only ours are read. */
function ownArguments(argv: readonly string[]): string[] {
  const known = /^--(no-)?(simulator|host|port|http-port|data|live|tape|speed|seed|help)(=|$)/;
  const own: string[] = [];
  for (let at = 1; at < argv.length; at += 1) {
    const argument = argv[at] ?? '';
    if (!known.test(argument)) continue;
    own.push(argument);
    const next = argv[at + 1];
    if (!argument.includes('=') && /^--(host|port|http-port|data|tape|speed|seed)$/.test(argument) && next !== undefined) own.push(next);
  }
  return own;
}

function fail(text: string, exitCode = 1): undefined {
  process.stderr.write(`TriggerDesk: ${text}\n`);
  dialog.showErrorBox('TriggerDesk cannot start', text);
  app.exit(exitCode);
  return undefined;
}

/** The desk inside Electron. `root` is the folder that holds `out` and `resources`. */
export async function startElectron(claim: DesktopClaim, root: string): Promise<undefined> {
  const options = parseOptions(ownArguments(process.argv));
  if (!options.ok) {
    fail(options.error);
    return;
  }
  if (options.value === 'help') {
    process.stdout.write(`${USAGE}\n`);
    app.exit(0);
    return undefined;
  }
  const assets = loadConsole(root);
  if (!assets.ok) {
    fail(assets.error);
    return;
  }
  const opened = await openDesk(options.value, {
    build: buildInfo(root),
    workerFile: pathToFileURL(join(root, 'out/main/worker.js')),
    resources: join(root, 'resources'),
  });
  if (!opened.ok) {
    fail(opened.error.text, opened.error.exitCode);
    return;
  }
  const desk = opened.value;
  process.on('uncaughtException', (error) => desk.fault(error));
  process.on('unhandledRejection', (error) => desk.fault(error));
  const desktop = await startDesktop({
    claim,
    door: desk.door,
    assets: assets.value,
    preload: join(root, 'out/preload/index.cjs'),
    log: desk.log,
    stop: () => desk.stop(),
  });
  process.on('SIGTERM', () => void desktop.quit(false));
  process.on('SIGINT', () => void desktop.quit(false));
  return undefined;
}
