// Runs test files once with a probe at every place of the project's code, and sends which were green and how long each took.
import { join, relative } from 'node:path';
import { createVitest } from 'vitest/node';
import { placesOf } from './draw.ts';

const [root = '', workers = '1', ...files] = process.argv.slice(2);

function probed(file: string, text: string): string {
  const put = placesOf(file, text).flatMap(({ start, end, kind }) => {
    const probe = `globalThis.mutantProbe?.add('${file}:${start}')`;
    if (kind === 'block') return [{ at: start + 1, what: ` ${probe};` }];
    if (kind === 'case') return [{ at: start, what: `${probe}; ` }];
    return [
      { at: start, what: `(${probe}, ` },
      { at: end, what: ')' },
    ];
  });
  let last = 0;
  let out = '';
  // Where an inner expression ends with an outer one, both only close.
  for (const { at, what } of put.sort((a, b) => a.at - b.at)) {
    out += text.slice(last, at) + what;
    last = at;
  }
  return out + text.slice(last);
}

const vitest = await createVitest(
  {
    ...{
      root,
      config: join(root, 'vitest.config.ts'),
      watch: false,
      run: true,
      isolate: true,
      maxWorkers: Number(workers),
      reporters: [{}],
    },
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
process.send?.(
  testModules
    .filter((module) => module.ok())
    .map((module) => {
      const { collectDuration, setupDuration, duration } = module.diagnostic();
      return [module.relativeModuleId, Math.ceil(collectDuration + setupDuration + duration)];
    }),
);
await vitest.close();
process.disconnect();
process.exit();
