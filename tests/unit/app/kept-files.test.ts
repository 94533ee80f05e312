import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openBreakerFile, openIdHighWater } from '#app/desk-files';
import { openDataDir } from '#app/data-dir';
import { earlierOrders } from '#app/earlier-orders';
import { temporaryDirectory } from '../../support/temporary.ts';

function nothing(): void {
  // Not listened to here.
}

const OPEN = { state: 'open', since: 1, openings: 2, until: 3, reason: 'three rejections' } as const;

test('C-44: a breaker file that cannot be read is told, not taken for a closed breaker', () => {
  const folder = temporaryDirectory();
  expect(openBreakerFile(folder).write(OPEN).ok).toBe(true);
  expect(openBreakerFile(folder).read()).toEqual({ ok: true, value: OPEN });
  writeFileSync(join(folder, 'breaker.json'), '{"state":"open"');
  expect(openBreakerFile(folder).read()).toEqual({ ok: false, error: 'breaker.json does not hold JSON' });
  rmSync(join(folder, 'breaker.json'));
  mkdirSync(join(folder, 'breaker.json'));
  expect(openBreakerFile(folder).read().ok).toBe(false);
});

test('I-22: no order id comes back, however often the desk dies and whatever becomes of its file', () => {
  const folder = temporaryDirectory();
  const path = join(folder, 'order-ids.json');
  let newest = 0;
  for (let run = 0; run < 4; run += 1) {
    const ids = openIdHighWater(folder, nothing);
    expect(ids.read()).toBeGreaterThanOrEqual(newest);
    for (let order = 0; order < 520; order += 1) {
      newest = ids.read() + 1;
      ids.raise(newest);
      // Whatever was given out is covered by what stands on the disk: the process may die in the next statement.
      const { highest } = JSON.parse(readFileSync(path, 'utf8')) as { readonly highest: number };
      expect(highest).toBeGreaterThanOrEqual(newest);
    }
    // A power cut of a bad disk: the file is broken, its backup is a block behind.
    if (run % 2 === 1) writeFileSync(path, '{"highest":');
  }
});

test('a rehearsal against the simulator never uses the folder of the real desk', () => {
  const home = temporaryDirectory();
  const before = process.env['XDG_CONFIG_HOME'];
  process.env['XDG_CONFIG_HOME'] = home;
  try {
    const folders = [true, false].map((simulator) => {
      const opened = openDataDir(undefined, simulator, { program: 'a test', since: 0 });
      if (!opened.ok) throw new Error(opened.error.text);
      opened.value.lock.release();
      return opened.value.path;
    });
    expect(new Set(folders).size).toBe(2);
  } finally {
    if (before === undefined) delete process.env['XDG_CONFIG_HOME'];
    else process.env['XDG_CONFIG_HOME'] = before;
  }
});

test('a damaged line about orders of the last run is told with what could be read', () => {
  const folder = temporaryDirectory();
  expect(earlierOrders(folder)()).not.toHaveProperty('trouble');
  writeFileSync(join(folder, 'commits-000001-20131008.ndjson'), '{"sum":"0","body":{"writes":[["orders","TD1-X",{}]]}}\n');
  expect(earlierOrders(folder)().trouble).toBe('The journal of the last run has 1 damaged lines about orders.');
});
