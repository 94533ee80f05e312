// Builds the bundles into out/, and skips that when nothing they are made of has changed.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { ROOT } from './node.mjs';
import { elapsed, Failure, note, step } from './say.mjs';
import { runTool } from './tool.mjs';

const FOLDERS = ['src-shared', 'src-main', 'src-preload', 'src-renderer'];
const FILES = ['electron.vite.config.ts', 'package.json', 'package-lock.json', 'tsconfig.base.json'];
const STAMP = join(ROOT, 'out', '.built-from');
const PRODUCTS = ['main/index.js', 'preload/index.cjs', 'renderer/index.html'];

function sourcesHash() {
  const files = FILES.map((file) => join(ROOT, file)).filter((file) => existsSync(file));
  for (const folder of FOLDERS) {
    if (!existsSync(join(ROOT, folder))) continue;
    for (const entry of readdirSync(join(ROOT, folder), { recursive: true, withFileTypes: true })) {
      if (entry.isFile()) files.push(join(entry.parentPath, entry.name));
    }
  }
  const hash = createHash('sha256');
  for (const file of files.sort())
    hash
      .update(`${relative(ROOT, file)}\0`)
      .update(readFileSync(file))
      .update('\0');
  return hash.digest('hex');
}

const builtFrom = () => (existsSync(STAMP) ? readFileSync(STAMP, 'utf8') : '');

/** @param {{ force?: boolean }} [options] */
export async function ensureBuilt({ force = false } = {}) {
  const hash = sourcesHash();
  if (!force && builtFrom() === hash && PRODUCTS.every((file) => existsSync(join(ROOT, 'out', file)))) {
    step('Build: up to date');
    return;
  }
  step('Building');
  const began = performance.now();
  const ended = await runTool('electron-vite', ['build'], { limitMs: 300_000 });
  if (ended.code !== 0) {
    throw new Failure(
      ended.timedOut ? 'The build did not finish within five minutes.' : `The build failed (electron-vite, exit code ${ended.code}).`,
      'read the first error above; "npm run check" names faulty sources more exactly.',
    );
  }
  const missing = PRODUCTS.filter((file) => !existsSync(join(ROOT, 'out', file)));
  if (missing.length > 0)
    throw new Failure(`The build made no out/${missing.join(', out/')}.`, 'compare electron.vite.config.ts with this list.');
  mkdirSync(join(ROOT, 'out'), { recursive: true });
  writeFileSync(STAMP, hash);
  note(`built in ${elapsed(began)}`);
}
