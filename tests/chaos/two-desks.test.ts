import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { beforeAll, expect, onTestFinished, test } from 'vitest';
import { verifyJournal } from '#journal/verify';
import { Child } from './child.ts';
import { Operator } from './operator.ts';

/** Two real programs on one data folder. */

const ROOT = resolve(import.meta.dirname, '../..');
const ADDRESS = /Console, opens once: (http:\/\/127\.0\.0\.1:\d+\/\S*)\n/;
const DOOR_MS = 120_000;
const FOLDER_IN_USE = 3;

beforeAll(() => {
  // The daemon serves the built console; its door does not open without one.
  const built = spawnSync('node', [resolve(ROOT, 'scripts/build.mjs')], { cwd: ROOT, encoding: 'utf8' });
  if (built.status !== 0) throw new Error(built.stdout + built.stderr);
}, 180_000);

function place(): { readonly data: string; readonly desk: (data: string) => Child } {
  const folder = mkdtempSync(join(tmpdir(), 'triggerdesk-two-'));
  const children: Child[] = [];
  onTestFinished(async () => {
    for (const child of children) await child.kill();
    rmSync(folder, { recursive: true, force: true });
  });
  const desk = (data: string): Child => {
    const child = new Child('src-main/daemon.ts', ['--simulator', '--http-port', '0', '--data', data], join(folder, 'out.log'));
    children.push(child);
    return child;
  };
  return { data: join(folder, 'data'), desk };
}

async function opened(child: Child): Promise<Operator> {
  const url = (await child.says(ADDRESS, DOOR_MS))?.[1];
  if (url === undefined) throw new Error(`the desk ended with ${String(await child.gone)}`);
  return Operator.open(url);
}

test('A4: the second desk on a data folder says who holds it and ends; no order can leave after a kill through it, and the journal of the first stays whole', async () => {
  const { data, desk } = place();
  const first = desk(data);
  const operator = await opened(first);
  const other = `${data}-by-another-name`;
  symlinkSync(data, other);

  const before = desk(data);
  expect((await before.says(/is in use by .*process (\d+).*, since (.*)\n|Console, opens once/, DOOR_MS))?.[1]).toBe(String(first.pid));
  expect(await before.gone).toBe(FOLDER_IN_USE);
  await operator.ask('kill', { scope: 'own', reason: 'the test says so' });
  const after = desk(other);
  expect(await after.says(ADDRESS, DOOR_MS)).toBeUndefined();
  expect(await after.gone).toBe(FOLDER_IN_USE);

  expect(operator.isGone).toBe(false);
  await operator.until(() => operator.status?.engine === 'EMERGENCY', 10_000);
  expect(verifyJournal(join(data, 'journal'), undefined, { allowTornEnd: true })).toMatchObject({ ok: true, value: { runs: 1 } });
}, 240_000);

test('A4: after a kill -9 the next desk has the folder at once, and it is latched', async () => {
  const { data, desk } = place();
  const first = desk(data);
  const operator = await opened(first);
  await operator.ask('kill', { scope: 'own', reason: 'the test says so' });
  await first.kill();
  const next = await opened(desk(data));
  await next.until(() => next.status?.engine === 'EMERGENCY', 10_000);
  expect(await next.ask('engine.start', {})).toMatchObject({ ok: false, error: { code: 'not-allowed-now' } });
}, 240_000);
