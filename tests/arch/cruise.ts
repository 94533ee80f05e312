import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { cruise, type IConfiguration, type ICruiseResult } from 'dependency-cruiser';
import extractTSConfig from 'dependency-cruiser/config-utl/extract-ts-config';

export const root = join(import.meta.dirname, '../..');
export const config = createRequire(import.meta.url)('../../.dependency-cruiser.cjs') as IConfiguration;
const FOLDERS = ['src-shared', 'src-main', 'src-preload', 'src-renderer', 'tests', 'bench'];

export interface Cruised {
  readonly files: number;
  /** `rule: from -> to`, sorted. */
  readonly faults: readonly string[];
}

/** Every rule over the house that stands in `baseDir`. */
export async function cruised(baseDir: string, folders: readonly string[] = FOLDERS): Promise<Cruised> {
  const { output } = await cruise(
    [...folders],
    { ...config.options, baseDir, ruleSet: { forbidden: config.forbidden ?? [] }, validate: true },
    undefined,
    {
      tsConfig: extractTSConfig(join(root, 'tsconfig.base.json')) as unknown,
    },
  );
  const { summary } = output as ICruiseResult;
  return {
    files: summary.totalCruised,
    faults: summary.violations.map((violation) => `${violation.rule.name}: ${violation.from} -> ${violation.to}`).sort(),
  };
}

const made: string[] = [];

export function removeHouses(): void {
  for (const folder of made.splice(0)) rmSync(folder, { recursive: true, force: true });
}

/** A throw-away house outside the project: tests that run beside this one never see it. */
export function house(files: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(join(tmpdir(), 'house-'));
  made.push(folder);
  const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { imports: unknown };
  const all: Record<string, string> = { 'package.json': JSON.stringify({ type: 'module', imports: manifest.imports }), ...files };
  for (const name of FOLDERS) all[`${name}/.keep`] = '';
  for (const name of ['zod', 'electron', 'react', 'zustand', 'fastify', 'pino', '@stoqey/ib']) {
    all[`node_modules/${name}/package.json`] = JSON.stringify({ name, main: 'index.js' });
    all[`node_modules/${name}/index.js`] = '';
  }
  for (const [path, text] of Object.entries(all)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  return folder;
}
