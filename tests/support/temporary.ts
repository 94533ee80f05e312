import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';

/** A directory of the running test's own; removed when the test ends, with what the test has put beside it. */
export function temporaryDirectory(): string {
  const root = mkdtempSync(join(tmpdir(), 'triggerdesk-test-'));
  const directory = join(root, 'data');
  mkdirSync(directory);
  onTestFinished(() => {
    rmSync(root, { recursive: true, force: true });
  });
  return directory;
}
