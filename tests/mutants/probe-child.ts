// Runs test files once with a probe in every block of the project's code, and sends the names of those that are green.
import { join, relative } from 'node:path';
import { createVitest } from 'vitest/node';
import { blocksOf } from './draw.ts';

const [root = '', ...files] = process.argv.slice(2);

function probed(file: string, text: string): string {
  let last = 0;
  let out = '';
  for (const [start] of [...blocksOf(file, text)].sort(([a], [b]) => a - b)) {
    out += `${text.slice(last, start + 1)} globalThis.mutantProbe?.add('${file}:${start}');`;
    last = start + 1;
  }
  return out + text.slice(last);
}

const vitest = await createVitest(
  {
    ...{ root, config: join(root, 'vitest.config.ts'), watch: false, run: true, isolate: true, maxWorkers: 2, reporters: [{}] },
    setupFiles: [join(import.meta.dirname, 'probe-setup.ts')],
  },
  {
    cacheDir: join(root, 'node_modules/.cache/mutants-vite'),
    plugins: [
      {
        name: 'probe',
        enforce: 'pre',
        transform: (text, id) => {
          const file = relative(root, id.split('?')[0] ?? '');
          return /^src-(?:main|shared)\/.*\.ts$/.test(file) ? probed(file, text) : undefined;
        },
      },
    ],
  },
);
const { testModules } = await vitest.runTestSpecifications(
  files.map((file) => vitest.getRootProject().createSpecification(join(root, file))),
);
process.send?.(testModules.filter((module) => module.ok()).map(({ relativeModuleId }) => relativeModuleId));
await vitest.close();
process.disconnect();
process.exit();
