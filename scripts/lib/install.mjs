// Installs what is missing. npm's own record in node_modules says what is there, so a hand-made `npm ci` is recognised too.
import { existsSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { run, stopSignal } from './child.mjs';
import { environmentWithPath, ROOT, systemPath } from './node.mjs';
import { elapsed, Failure, note, step } from './say.mjs';

/** @typedef {{ version?: string, integrity?: string, optional?: boolean, devOptional?: boolean }} Locked */

/** @param {string} file @returns {Record<string, Locked> | undefined} */
function packagesIn(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8')).packages;
  } catch {
    return undefined;
  }
}

/**
 * How a package that is there differs from the one in the lockfile.
 * @param {string} root @param {string} path @param {Locked} locked @param {Locked | undefined} found
 */
function differs(root, path, locked, found) {
  const name = path.slice('node_modules/'.length);
  if (found === undefined) return locked.optional === true || locked.devOptional === true ? undefined : `${name} is missing`;
  if (found.version !== locked.version) return `${name} is ${found.version}, the lockfile asks for ${locked.version}`;
  if (found.integrity !== locked.integrity) return `the content of ${name} differs from what the lockfile asks for`;
  if (!path.includes('/node_modules/') && !existsSync(join(root, path, 'package.json'))) return `${name} has been removed`;
  return undefined;
}

/**
 * Why the folder does not hold what the lockfile asks for, or undefined when it does.
 * A package for another system may be absent; one that the lockfile does not know may not be there.
 * @param {string} [root]
 */
export function whyInstall(root = ROOT) {
  const wanted = packagesIn(join(root, 'package-lock.json'));
  if (wanted === undefined)
    throw new Failure('package-lock.json is missing or is not JSON.', 'restore it: git checkout -- package-lock.json');
  const modules = join(root, 'node_modules');
  if (!existsSync(modules)) return 'nothing is installed yet';
  const present = packagesIn(join(modules, '.package-lock.json'));
  if (present === undefined) return 'an earlier installation did not finish';
  for (const [path, locked] of Object.entries(wanted)) {
    const difference = path === '' ? undefined : differs(root, path, locked, present[path]);
    if (difference !== undefined) return difference;
  }
  for (const path of Object.keys(present))
    if (wanted[path] === undefined) return `${path.slice('node_modules/'.length)} is installed but not in the lockfile`;
  return undefined;
}

/** @type {readonly (readonly [RegExp, string, string])[]} pattern in npm's output, cause, fix */
const causes = [
  [
    /ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ETIMEDOUT|ECONNRESET|ENETUNREACH|network/i,
    'npm could not reach the package registry',
    'check the network (or npm\'s "proxy" and "registry" settings: npm config list), then run the same command again.',
  ],
  [
    /CERT|self.signed|SSL/i,
    'the certificate of the package registry is not trusted here',
    "point npm at your company's certificate: npm config set cafile /path/to/ca.pem",
  ],
  [/ENOSPC/, 'the disk is full', 'about 700 MB are needed; free some space and run the same command again.'],
  [
    /EACCES|EPERM/,
    'npm may not write into this folder or its cache',
    'make the project folder and ~/.npm yours (chown -R "$USER"), then run the same command again.',
  ],
  [
    /can only install packages when your package\.json and package-lock\.json/,
    'package.json and package-lock.json do not agree',
    'run "npm install" and commit the lockfile.',
  ],
  [/E401|E403/, 'the package registry refused the request', 'check npm\'s "registry" setting and your login (npm config list).'],
];

/** Runs `npm ci` unless everything is there. @param {{ quiet?: boolean }} [options] */
export async function ensureInstalled({ quiet = false } = {}) {
  const why = whyInstall();
  if (why === undefined) {
    if (!quiet) step('Packages: installed');
    return;
  }
  step(`Installing packages (${why}); about half a minute on a good line`);
  if (statSync(join(ROOT, 'node_modules'), { throwIfNoEntry: false })?.isSymbolicLink()) rmSync(join(ROOT, 'node_modules'));
  const began = performance.now();
  const beat = setInterval(() => note(`still installing, ${elapsed(began)}`), 10_000);
  const ended = await run('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: ROOT,
    env: environmentWithPath(systemPath()),
    shell: process.platform === 'win32',
    capture: true,
  });
  clearInterval(beat);
  if (stopSignal() !== undefined) throw new Failure('The installation was interrupted.', 'run the same command again.', 130);
  if (ended.startError !== undefined)
    throw new Failure(`npm could not be started (${ended.startError}).`, 'install npm (it comes with Node from https://nodejs.org).');
  if (ended.code !== 0) {
    const known = causes.find(([pattern]) => pattern.test(ended.output));
    throw new Failure(
      `"npm ci" failed: ${known?.[1] ?? `exit code ${ended.code}, see above`}.`,
      known?.[2] ?? 'read the npm lines above; "rm -rf node_modules" and the same command start afresh.',
    );
  }
  note(`installed in ${elapsed(began)}`);
}
