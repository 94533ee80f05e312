import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Copy, ROOT } from './copy.ts';
import { MUTANTS } from './survivors-screen.ts';

// node scripts/run.mjs tests/mutants/screen.ts [part of an id]: plants each fault of the console alone and runs the browser's tests of it.
const part = process.argv[2] ?? '';
const copy = new Copy();
let open = 0;
try {
  for (const { id, file, old, new: wrong, tests } of MUTANTS.filter((mutant) => mutant.id.includes(part))) {
    const text = readFileSync(join(ROOT, file), 'utf8');
    const isThere = text.split(old).length === 2;
    const code = isThere
      ? await copy.with(
          file,
          text.replace(old, () => wrong),
          () => {
            const words = ['node_modules/@playwright/test/cli.js', 'test', '--max-failures=1', ...tests];
            return Promise.resolve(spawnSync(process.execPath, words, { cwd: copy.folder, stdio: 'ignore' }).status ?? 99);
          },
        )
      : 0;
    if (code === 0) open += 1;
    console.log(`${id} → ${!isThere ? 'NO LONGER APPLIES' : code === 0 ? 'SURVIVED' : `caught by ${tests.join(', ')}`}`);
  }
} finally {
  copy.remove();
}
process.exitCode = open === 0 ? 0 : 1;
