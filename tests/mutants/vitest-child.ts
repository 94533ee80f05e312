// A vitest that stays: it runs test files of one copy of the project, again and again, as its parent asks. Loading it once saves most of a run.
import { join } from 'node:path';
import { createVitest, type TestModule } from 'vitest/node';
import type { TestOrder, TestReport } from './warm-vitest.ts';

const [folder = '', isolate] = process.argv.slice(2);

const vitest = await createVitest(
  {
    root: folder,
    config: join(folder, 'vitest.config.ts'),
    watch: false,
    run: true,
    bail: 1,
    maxWorkers: 1,
    isolate: isolate === 'true',
    reporters: [{}],
  },
  { cacheDir: join(folder, '.vite') },
);

function firstRed(module: TestModule): string | undefined {
  for (const test of module.children.allTests('failed')) return test.fullName;
  const error = module.errors()[0];
  return error === undefined ? undefined : `does not load: ${error.message.split('\n')[0] ?? ''}`;
}

async function run({ files, changed }: TestOrder): Promise<TestReport> {
  for (const file of changed) vitest.invalidateFile(join(folder, file));
  let passed = 0;
  for (const group of isolate === 'true' ? files.map((file) => [file]) : [files]) {
    const specifications = group.map((file) => vitest.getRootProject().createSpecification(join(folder, file)));
    // What earlier runs left behind would be told again as if it were of this one.
    vitest.state.filesMap.clear();
    const { testModules, unhandledErrors } = await vitest.runTestSpecifications(specifications);
    for (const module of testModules) {
      const red = firstRed(module);
      if (red !== undefined) return { red: `${module.relativeModuleId}: ${red}`, passed };
      passed += [...module.children.allTests('passed')].length;
    }
    const error = unhandledErrors[0] as Error | undefined;
    if (error !== undefined) return { red: `${group.join(', ')}: ${error.message.split('\n')[0] ?? ''} (outside any test)`, passed };
    const missing = group.find((file) => !testModules.some(({ relativeModuleId }) => relativeModuleId === file));
    if (missing !== undefined) return { red: `${missing}: did not run`, passed };
  }
  return { red: null, passed };
}

process.on('message', (order: TestOrder) => {
  void run(order)
    .catch((error: unknown): TestReport => ({
      red: null,
      passed: 0,
      broken: error instanceof Error ? (error.stack ?? error.message) : String(error),
    }))
    .then((report) => process.send?.(report));
});
process.on('disconnect', () => process.exit());
process.send?.('ready');
