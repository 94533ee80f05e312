// Programs of installed packages, run by the chosen Node.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { run } from './child.mjs';
import { chooseNode, nodeEnvironment, ROOT } from './node.mjs';
import { Failure } from './say.mjs';

/** @type {Readonly<Record<string, string>>} program → package, where the two differ */
const packageOf = { tsc: 'typescript', playwright: '@playwright/test', depcruise: 'dependency-cruiser' };

/** Path of a package's program. @param {string} name */
function toolPath(name) {
  const folder = join(ROOT, 'node_modules', packageOf[name] ?? name);
  const manifest = join(folder, 'package.json');
  if (!existsSync(manifest)) throw new Failure(`The program "${name}" is not installed.`, 'run "npm ci".');
  const { bin } = JSON.parse(readFileSync(manifest, 'utf8'));
  const entry = typeof bin === 'string' ? bin : bin?.[name];
  if (entry === undefined)
    throw new Failure(`The package ${packageOf[name] ?? name} has no program "${name}".`, 'check the name in package.json.');
  return join(folder, entry);
}

/**
 * @param {string} name @param {readonly string[]} args @param {Parameters<typeof run>[2]} [options]
 */
export function runTool(name, args, options = {}) {
  return runNode([toolPath(name), ...args], options);
}

/** @param {readonly string[]} args a script and its arguments @param {Parameters<typeof run>[2]} [options] */
export function runNode(args, options = {}) {
  const node = chooseNode();
  return run(node.command, [...node.flags, ...args], { cwd: ROOT, ...options, env: { ...nodeEnvironment(), ...options.env } });
}
