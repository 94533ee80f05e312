import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { startControl } from '#control/start-control';
import { openTerminal } from '#control/terminal';
import { buildInfo } from './app/build-info.ts';
import { consoleSessions } from './app/console-sessions.ts';
import { loadConsole } from './app/load-console.ts';
import { openDesk } from './app/open-desk.ts';
import { parseOptions, USAGE } from './app/options.ts';
import { whileInForeground } from './app/while-in-foreground.ts';

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
const { clock, sessions } = consoleSessions();
const opened = await openDesk(options.value, {
  build: buildInfo(root),
  workerFile: pathToFileURL(join(import.meta.dirname, 'workers/worker.ts')),
  resources: join(root, 'resources'),
  sessions,
});
if (!opened.ok) fail(opened.error.text, opened.error.exitCode);
const desk = opened.value;
const { door, log } = desk;
const say = (line: string): void => void process.stdout.write(`${line}\n`);
const control = await startControl({ door, assets: assets.value, port: options.value.httpPort, log, clock, sessions, say });
if (!control.ok) {
  await desk.stop();
  fail(control.error);
}
const { value: control_ } = control;
say(`TriggerDesk ${buildInfo(root)}, ${desk.simulator === undefined ? 'connecting to TWS' : 'embedded simulator'}`);
say(`Data in ${desk.dataDir}`);
say(`Console, opens once: ${control_.url}`);
say(`Enter prints another address, help what else can be typed here. Without a terminal: kill -USR2 ${process.pid}`);
const terminal = openTerminal({ input: process.stdin, say, door, sessions, control: control_ });
const stopWatching = whileInForeground(clock, (on) => terminal.listen(on));
// Windows knows no such signal.
if (process.platform !== 'win32') process.on('SIGUSR2', () => say(`Console, opens once: ${control_.issueUrl()}`));

let stopping = false;
async function stop(signal: string): Promise<void> {
  if (stopping) return;
  stopping = true;
  process.stdout.write(`\n${signal}: stopping in order …\n`);
  stopWatching();
  terminal.close();
  sessions.close();
  await control_.close();
  await desk.stop();
  process.stdout.write('Stopped.\n');
  process.exit(0);
}
process.on('SIGINT', () => void stop('SIGINT'));
process.on('SIGTERM', () => void stop('SIGTERM'));
/** A defect somewhere: the gate shuts, what is known is written down, cancels and kill stay possible. */
process.on('uncaughtException', (error) => desk.fault(error));
process.on('unhandledRejection', (error) => desk.fault(error));
