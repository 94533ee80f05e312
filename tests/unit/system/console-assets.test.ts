import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { loadConsoleAssets } from '#system/console-assets';
import { temporaryDirectory } from '../../support/temporary.ts';

test('of the built console only files of known kinds are served; a folder of such a name keeps nothing from being loaded', () => {
  const folder = temporaryDirectory();
  mkdirSync(join(folder, 'old.html'));
  for (const name of ['index.html', 'app.js', 'app.js.map', 'key.pem']) writeFileSync(join(folder, name), name);
  const loaded = loadConsoleAssets(folder);
  if (!loaded.ok) throw new Error(loaded.error);
  const served = ['/', '/app.js', '/app.js.map', '/key.pem', '/old.html', '/../package.json'].map(
    (path) => loaded.value.find(path) !== null,
  );
  expect(served).toEqual([true, true, false, false, false, false]);
});
