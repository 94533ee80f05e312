import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { startControl } from '#control/start-control';
import { buildInfo } from './app/build-info.ts';
import { loadConsole } from './app/load-console.ts';
import { openDesk } from './app/open-desk.ts';
import { parseOptions, USAGE } from './app/options.ts';

/** The same desk without Electron: Node command line, console in the browser on 127.0.0.1. */
const root = resolve(import.meta.dirname, '..');

function fail(text: string, exitCode = 1): never {
  process.stderr.write(`TriggerDesk: ${text}\n`);
  process.exit(exitCode);
}

const options = parseOptions(process.argv.slice(2));
if (!options.ok) fail(options.error);
if (options.value === 'help') {
  process.stdout.write(`${USAGE}\n`);
  process.exit(0);
}
const assets = loadConsole(root);
if (!assets.ok) fail(assets.error);
const opened = await openDesk(options.value, {
  build: buildInfo(root),
  workerFile: pathToFileURL(join(import.meta.dirname, 'workers/worker.ts')),
  resources: join(root, 'resources'),
});
if (!opened.ok) fail(opened.error.text, opened.error.exitCode);
const desk = opened.value;
const control = await startControl({ door: desk.door, assets: assets.value, port: options.value.httpPort, log: desk.log });
if (!control.ok) {
  await desk.stop();
  fail(control.error);
}
process.stdout.write(`TriggerDesk ${buildInfo(root)}, ${desk.simulator === undefined ? 'connecting to TWS' : 'embedded simulator'}\n`);
process.stdout.write(`Data in ${desk.dataDir}\n`);
process.stdout.write(`Console, opens once: ${control.value.url}\n`);

let stopping = false;
async function stop(signal: string): Promise<void> {
  if (stopping) return;
  stopping = true;
  process.stdout.write(`\n${signal}: stopping in order …\n`);
  await control_.close();
  await desk.stop();
  process.stdout.write('Stopped.\n');
  process.exit(0);
}
const control_ = control.value;
process.on('SIGINT', () => void stop('SIGINT'));
process.on('SIGTERM', () => void stop('SIGTERM'));
/** A defect somewhere: the gate shuts, what is known is written down, cancels and kill stay possible. */
process.on('uncaughtException', (error) => desk.fault(error));
process.on('unhandledRejection', (error) => desk.fault(error));
