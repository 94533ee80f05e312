import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { EngineState } from '#core/state/engine-state';
import { CommitJournal } from '#journal/commit-journal';
import { openKillLatch } from '../../../src-main/app/desk-files.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { temporaryDirectory } from '../../support/temporary.ts';

const LOCK = { isIntact: () => true };
const NOT_SET = { set: false, reason: '', scope: 'own', exits: 'keep' };

/** A run on the folder that ends in this state of the engine; undefined: it dies before its first commit. */
async function run(folder: string, state: EngineState | undefined): Promise<void> {
  const clock = new FakeClock();
  const journal = CommitJournal.open({ directory: join(folder, 'journal'), clock, scheduler: clock });
  for (const now of state === undefined ? [] : (['IDLE', state] as const))
    journal.append({
      seq: journal.lastSeq + 1,
      at: clock.now(),
      lane: 'kill',
      name: 'engine',
      cause: { kind: 'system', text: 'a test' },
      writes: [['engine', 'desk', { state: now, since: 0, reason: '', step: 0 }]],
      effects: [],
      attempts: 1,
      digest: '0000000000000000',
    });
  await journal.close();
}

function latch(folder: string, lock = LOCK) {
  return openKillLatch(folder, new FakeClock(), lock);
}

test('A5: the latch is written at the first start: not set', () => {
  const folder = temporaryDirectory();
  expect(latch(folder).read()).toEqual(NOT_SET);
  expect(JSON.parse(readFileSync(join(folder, 'kill-latch.json'), 'utf8'))).toMatchObject({ latched: false, reason: 'first start' });
});

test.each(['EMERGENCY', 'STOPPED'] as const)(
  'A5: a latch that says false after a journal that ends in %s counts as set, until it is re-armed',
  async (state) => {
    const folder = temporaryDirectory();
    latch(folder);
    await run(folder, state);
    const file = latch(folder);
    expect(file.read()).toMatchObject({
      set: true,
      doubt: true,
      reason: expect.stringContaining(`(${state}), and kill-latch.json says that it is not set`) as string,
    });
    expect(latch(folder).read()).toMatchObject({ set: true, doubt: true });
    file.clear();
    expect(file.read()).toMatchObject({ set: false });
  },
);

test('A5: a latch that vanished after a kill counts as set', async () => {
  const folder = temporaryDirectory();
  latch(folder).set('the operator', 5, 'all', 'keep');
  await run(folder, 'EMERGENCY');
  rmSync(join(folder, 'kill-latch.json'));
  expect(latch(folder).read()).toMatchObject({
    set: true,
    doubt: true,
    reason: expect.stringContaining('kill-latch.json is missing') as string,
  });
  // And it is not written anew by looking.
  expect(existsSync(join(folder, 'kill-latch.json'))).toBe(false);
});

test.each(['IDLE', 'MANAGING', undefined] as const)('A5: a missing latch beside a journal that ends in %s counts as set', async (state) => {
  const folder = temporaryDirectory();
  latch(folder);
  await run(folder, state);
  rmSync(join(folder, 'kill-latch.json'));
  expect(latch(folder).read()).toMatchObject({ set: true, doubt: true });
});

test('A5: latch and journal gone, and only the checkpoint left: it counts as set', async () => {
  const folder = temporaryDirectory();
  latch(folder);
  await run(folder, 'MANAGING');
  rmSync(join(folder, 'journal'), { recursive: true });
  rmSync(join(folder, 'kill-latch.json'));
  expect(latch(folder).read()).toMatchObject({ set: true, doubt: true });
});

test('A5: what agrees is believed: not set after a run that ended running, set after a kill', async () => {
  const folder = temporaryDirectory();
  latch(folder);
  await run(folder, 'SIGNAL_WAIT');
  expect(latch(folder).read()).toMatchObject({ set: false });
  latch(folder).set('the operator: too fast', 5, 'all', 'keep');
  await run(folder, 'EMERGENCY');
  expect(latch(folder).read()).toEqual({ set: true, reason: 'the operator: too fast', scope: 'all', exits: 'keep' });
});

test('A5: a file that cannot be read is a doubt and no kill', () => {
  const folder = temporaryDirectory();
  latch(folder);
  writeFileSync(join(folder, 'kill-latch.json'), '{');
  expect(latch(folder).read()).toMatchObject({ set: true, doubt: true, reason: expect.stringContaining('does not hold JSON') as string });
});

test('A4: read again, it tells what has happened to it and to the lock since', () => {
  const folder = temporaryDirectory();
  let intact = true;
  const file = latch(folder, { isIntact: () => intact });
  expect(file.read()).toMatchObject({ set: false });
  intact = false;
  expect(file.read()).toMatchObject({ set: true, doubt: true, reason: expect.stringContaining('desk.lock') as string });
  intact = true;
  rmSync(join(folder, 'kill-latch.json'));
  expect(file.read()).toMatchObject({ set: true, doubt: true, reason: 'kill-latch.json is gone' });
});

test('A5: a re-arm that cannot be written leaves the contradiction between latch and journal standing', async () => {
  const folder = temporaryDirectory();
  latch(folder);
  await run(folder, 'EMERGENCY');
  const file = latch(folder);
  rmSync(join(folder, 'kill-latch.json.bak'), { force: true });
  mkdirSync(join(folder, 'kill-latch.json.bak'));
  expect(file.clear().ok).toBe(false);
  expect(file.read()).toMatchObject({ set: true, doubt: true });
});
