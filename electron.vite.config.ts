import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'electron-vite';

// The worker is a file of its own, because the pool starts it by its path.
const worker = resolve('src-main/workers/worker.ts');

export default defineConfig({
  main: {
    build: {
      outDir: 'out/main',
      rolldownOptions: {
        input: { index: resolve('src-main/index.ts'), ...(existsSync(worker) ? { worker } : {}) },
      },
    },
  },
  preload: {
    build: {
      outDir: 'out/preload',
      // A sandboxed preload can require nothing but electron: it must be one CommonJS file.
      externalizeDeps: false,
      rolldownOptions: {
        input: { index: resolve('src-preload/index.ts') },
        output: { format: 'cjs', entryFileNames: '[name].cjs' },
      },
    },
  },
  renderer: {
    root: 'src-renderer',
    plugins: [react()],
    build: {
      outDir: 'out/renderer',
      // The page's content security policy takes fonts and images from files only, so none is inlined as a data URL.
      assetsInlineLimit: 0,
      rolldownOptions: { input: resolve('src-renderer/index.html') },
    },
  },
});
