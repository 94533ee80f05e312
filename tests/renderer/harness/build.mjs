// Builds the console together with an invented desk into one folder. Usage: node tests/renderer/harness/build.mjs OUT
import react from '@vitejs/plugin-react';
import { resolve } from 'node:path';
import { build } from 'vite';

const root = resolve(import.meta.dirname, '../../..');

/** @param {string} outDir */
export async function buildHarness(outDir, { minify = true } = {}) {
  await build({
    root,
    base: './',
    configFile: false,
    logLevel: 'warn',
    plugins: [react()],
    build: {
      minify,
      outDir,
      emptyOutDir: true,
      assetsInlineLimit: 0,
      rolldownOptions: { input: resolve(import.meta.dirname, 'index.html') },
    },
  });
}

if (process.argv[1] === import.meta.filename && process.argv[2] !== undefined) await buildHarness(resolve(process.argv[2]));
