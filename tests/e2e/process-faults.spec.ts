import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@playwright/test';
import { launchDesk, type Desk } from './launch.ts';
import { engineState } from './operator.ts';
import { within } from './place.ts';
import { CALM, waveTape } from './wave-tape.ts';

// Faults of the process that only the built program in its window can show. One desk for all but the last, in this order.
test.describe.configure({ mode: 'serial' });

let folder: string;
let desk: Desk;

test.beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'triggerdesk-process-'));
  desk = await launchDesk({ args: waveTape(folder), dataDir: join(folder, 'data'), recordShell: true });
  await restingOrder();
});

test.afterAll(async () => {
  await desk.close();
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
});

/** A call as the page makes it; the answer, or the code of its refusal. */
const call = (name: string, input: object): Promise<unknown> =>
  desk.page.evaluate<unknown>(
    `window.desk.call(${JSON.stringify(name)}, ${JSON.stringify(input)}).then((reply) => reply.ok ? reply.value : reply.error.code)`,
  );

/** Starts the desk and lets a trigger place a limit order that rests far below the market. */
async function restingOrder(): Promise<void> {
  await expect(engineState(desk.page)).toHaveText('IDLE');
  await expect.poll(() => call('engine.start', {})).toMatchObject({ seq: expect.any(Number) });
  const { contracts } = (await call('symbols.search', { text: CALM.symbol })) as { contracts: { symbol: string }[] };
  const contract = contracts.find(({ symbol }) => symbol === CALM.symbol);
  await call('quote.watch', { contract });
  const spec = {
    name: 'rests',
    condition: { kind: 'price', contract, field: 'last', test: 'at-or-above', level: 10_000 },
    action: {
      contract,
      side: 'BUY',
      quantity: 100_000,
      entry: { type: 'LMT', limitOffset: -200_000 },
      tif: 'DAY',
      outsideRth: true,
    },
    rthOnly: false,
  };
  await expect
    .poll(async () => {
      const preview = (await call('trigger.preview', { spec })) as { fingerprint: string; needs: { kind: string }[] };
      return call('trigger.arm', { spec, fingerprint: preview.fingerprint, confirmed: preview.needs.map(({ kind }) => kind) });
    })
    .toMatchObject({ id: expect.any(String) });
  await expect(engineState(desk.page)).toHaveText('MANAGING');
}

/** Processes below this one that Chromium calls its GPU process. */
function gpuProcesses(above: number): readonly number[] {
  const parents = new Map<number, number>();
  const gpu: number[] = [];
  for (const name of readdirSync('/proc').filter((entry) => /^\d+$/.test(entry)))
    try {
      const [, parent = '0'] = /\) \S (\d+)/.exec(readFileSync(`/proc/${name}/stat`, 'utf8')) ?? [];
      parents.set(Number(name), Number(parent));
      if (readFileSync(`/proc/${name}/cmdline`, 'utf8').includes('--type=gpu-process')) gpu.push(Number(name));
    } catch {
      // It ended meanwhile.
    }
  const isBelow = (pid: number): boolean => pid === above || (parents.has(pid) && isBelow(parents.get(pid) ?? 0));
  return gpu.filter(isBelow);
}

test('P-13: the GPU process dies: the desk goes on, its window draws and obeys', async () => {
  test.skip(process.platform !== 'linux', 'where processes are found in /proc');
  const main = desk.app.process().pid ?? 0;
  const before = gpuProcesses(main);
  expect(before.length).toBeGreaterThan(0);
  for (const pid of before) process.kill(pid, 'SIGKILL');
  await expect.poll(() => gpuProcesses(main).some((pid) => !before.includes(pid)), { timeout: 30_000 }).toBe(true);
  await expect(engineState(desk.page)).toHaveText('MANAGING');
  expect((await desk.page.screenshot()).length).toBeGreaterThan(10_000);
  expect(await call('engine.pause', {})).toMatchObject({ seq: expect.any(Number) });
  await expect(engineState(desk.page)).toHaveText('PAUSED');
  expect(await call('engine.resume', {})).toMatchObject({ seq: expect.any(Number) });
});

test('P-20: with nothing armed and an order at the broker the window asks before it quits, and says what stays', async () => {
  await call('engine.stop', {});
  await expect(engineState(desk.page)).toHaveText('IDLE');
  await desk.app.evaluate(({ app, dialog }) => {
    const asked: unknown[] = [];
    Object.assign(globalThis, { asked });
    dialog.showMessageBox = (...of: unknown[]) => {
      asked.push(of.at(-1));
      return Promise.resolve({ response: 0, checkboxChecked: false });
    };
    app.quit();
  });
  const asked = (): Promise<readonly { readonly message: string; readonly detail: string }[]> =>
    desk.app.evaluate(() => (globalThis as unknown as { asked: { message: string; detail: string }[] }).asked);
  await expect.poll(async () => (await asked()).length).toBe(1);
  const [question] = await asked();
  expect(question?.message).toBe('Orders work at the broker. Quit TriggerDesk?');
  expect(question?.detail).toMatch(new RegExp(`Continues at the broker:\\n  • BUY 10 ${CALM.symbol}`));
  await expect(engineState(desk.page)).toHaveText('IDLE');
  expect(desk.app.process().exitCode).toBeNull();
});

test('P-15: a rejection in the main process of the window is the same defect', async () => {
  await call('engine.start', {});
  await expect(engineState(desk.page)).not.toHaveText('IDLE');
  await desk.app.evaluate(() => void setTimeout(() => void Promise.reject(new Error('a planted rejection'))));
  await expect(engineState(desk.page)).toHaveText('ERROR');
  expect(await call('engine.start', {})).toBe('not-allowed-now');
  expect(await call('engine.recover', {})).toMatchObject({ seq: expect.any(Number) });
  await expect(engineState(desk.page)).toHaveText('IDLE');
});

test('P-14: an exception in the main process of the window stops what would be sent, and its kill works', async () => {
  await call('engine.start', {});
  await expect(engineState(desk.page)).not.toHaveText('IDLE');
  await desk.app.evaluate(
    () =>
      void setTimeout(() => {
        throw new Error('a planted exception');
      }),
  );
  await expect(engineState(desk.page)).toHaveText('ERROR');
  expect(await call('engine.start', {})).toBe('not-allowed-now');
  expect(await call('kill', { scope: 'own', reason: 'after a defect' })).toMatchObject({ seq: expect.any(Number) });
  await expect(engineState(desk.page)).toHaveText('EMERGENCY');
  await expect(desk.page.getByTestId('kill-banner')).toContainText('Verified');
  expect(desk.app.process().exitCode).toBeNull();
});

test('P-21: SIGTERM while armed asks nothing and ends in order, its journal sealed', async () => {
  await desk.close();
  rmSync(join(folder, 'data'), { recursive: true });
  desk = await launchDesk({ args: waveTape(folder), dataDir: join(folder, 'data'), recordShell: true });
  await restingOrder();
  const child = desk.app.process();
  const gone = new Promise<number | null>((resolve) => child.once('exit', (code) => resolve(code)));
  child.kill('SIGTERM');
  expect(await within(5_000, gone)).toBe(true);
  expect(await gone).toBe(0);
  const journal = join(folder, 'data', 'journal');
  const [last = ''] = readdirSync(journal)
    .filter((name) => name.endsWith('.ndjson'))
    .sort()
    .slice(-1);
  expect(readFileSync(join(journal, last), 'utf8').trimEnd().split('\n').at(-1)).toContain('run-ended');
});
