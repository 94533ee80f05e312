import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { lockFolder } from '#journal/folder-lock';
import { temporaryDirectory } from '../../support/temporary.ts';

const CHILD = resolve(import.meta.dirname, '../../support/journal/lock-child.ts');
const ME = { program: 'TriggerDesk test', since: Date.UTC(2026, 0, 2, 3, 4, 5) };

/** Another process that holds the folder until it is ended. */
async function holder(folder: string): Promise<{ readonly pid: number; readonly end: (signal: NodeJS.Signals) => Promise<unknown> }> {
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', CHILD, folder], { stdio: ['ignore', 'pipe', 'inherit'] });
  onTestFinished(() => void child.kill('SIGKILL'));
  const [said] = (await once(child.stdout, 'data')) as [Buffer];
  expect(said.toString()).toBe('held\n');
  const gone = once(child, 'exit');
  return {
    pid: child.pid ?? 0,
    end: (signal) => {
      child.kill(signal);
      return gone;
    },
  };
}

test('a folder has one holder, whichever way it is spelled, and the second is told who it is', async () => {
  const folder = temporaryDirectory();
  const other = join(folder, '..', 'other-name');
  symlinkSync(folder, other);
  const first = await holder(folder);
  for (const name of [folder, other])
    expect(lockFolder(name, ME)).toMatchObject({
      ok: false,
      error: {
        kind: 'held',
        text: expect.stringContaining(
          `is in use by TriggerDesk of a child, process ${first.pid}, since 2026-01-02 03:04:05 UTC.`,
        ) as string,
      },
    });
});

test('the lock ends with its process, however that ends: no file that stays behind holds it', async () => {
  const folder = temporaryDirectory();
  const first = await holder(folder);
  await first.end('SIGKILL');
  expect(existsSync(join(folder, 'desk.lock'))).toBe(true);
  const next = lockFolder(folder, ME);
  expect(next.ok).toBe(true);
  if (next.ok) next.value.release();
});

test('a holder that stands still holds it all the same', async () => {
  const folder = temporaryDirectory();
  const first = await holder(folder);
  process.kill(first.pid, 'SIGSTOP');
  expect(lockFolder(folder, ME)).toMatchObject({ ok: false, error: { kind: 'held' } });
});

test('it holds within one process, too, and is free again after its release', () => {
  const folder = temporaryDirectory();
  const first = lockFolder(folder, ME);
  expect(lockFolder(folder, ME)).toMatchObject({
    ok: false,
    error: { kind: 'held', text: expect.stringContaining(`process ${process.pid}`) as string },
  });
  if (first.ok) first.value.release();
  expect(readdirSync(folder)).toEqual(['desk.lock']);
  const again = lockFolder(folder, ME);
  expect(again.ok).toBe(true);
  if (again.ok) again.value.release();
});

test('what an earlier holder told of itself is not taken for the present one', async () => {
  const folder = temporaryDirectory();
  await holder(folder);
  writeFileSync(join(folder, 'desk-holder.json'), '{"program":"TriggerDesk 1\\u001b[31m","pid":999999999,"host":"elsewhere","since":1e99}');
  expect(lockFolder(folder, ME)).toMatchObject({ ok: false, error: { text: expect.stringContaining('TriggerDesk 1?[31m') as string } });
  writeFileSync(join(folder, 'desk-holder.json'), '{');
  expect(lockFolder(folder, ME)).toMatchObject({
    ok: false,
    error: { kind: 'held', text: expect.stringContaining('another program') as string },
  });
});

test('a lock that was removed or replaced is no longer intact', () => {
  const folder = temporaryDirectory();
  const lock = lockFolder(folder, ME);
  if (!lock.ok) throw new Error(lock.error.text);
  expect(lock.value.isIntact()).toBe(true);
  rmSync(join(folder, 'desk.lock'));
  expect(lock.value.isIntact()).toBe(false);
  writeFileSync(join(folder, 'desk.lock'), '');
  expect(lock.value.isIntact()).toBe(false);
  lock.value.release();
});

test.skipIf(process.platform === 'win32')(
  "a link or another file in the place of the lock is refused, and the lock is the owner's alone",
  () => {
    const folder = temporaryDirectory();
    writeFileSync(join(folder, 'elsewhere'), '');
    symlinkSync(join(folder, 'elsewhere'), join(folder, 'desk.lock'));
    expect(lockFolder(folder, ME)).toMatchObject({
      ok: false,
      error: { kind: 'failed', text: expect.stringContaining('no regular file') as string },
    });
    rmSync(join(folder, 'desk.lock'));
    writeFileSync(
      join(folder, 'desk.lock'),
      'this is a note of somebody and no lock; it is long enough to be looked at as a whole header of one hundred bytes',
    );
    expect(lockFolder(folder, ME)).toMatchObject({ ok: false, error: { kind: 'failed' } });
    rmSync(join(folder, 'desk.lock'));
    const lock = lockFolder(folder, ME);
    expect((statSync(join(folder, 'desk.lock')).mode & 0o777).toString(8)).toBe('600');
    if (lock.ok) lock.value.release();
  },
);
