import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@playwright/test';
import { expectAccessible } from './accessible.ts';
import { launchDaemon, type DaemonDesk } from './daemon-launch.ts';
import { arm, engineState, rows, startEngine, writeRule } from './operator.ts';
import { root } from './place.ts';
import { WAVE, waveTape } from './wave-tape.ts';

// A gateway that lives on while the desk dies beside it: what the next desk finds is what the broker has.
test.describe.configure({ mode: 'serial' });

let gateway: ChildProcess;
let desk: DaemonDesk;
let folder: string;
let source: readonly string[];

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}

test.beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'triggerdesk-truth-'));
  const port = await freePort();
  gateway = spawn(
    process.execPath,
    [
      ...(process.features.typescript === false ? ['--experimental-strip-types'] : []),
      join(root, 'src-main/simulator/main.ts'),
      '--port',
      String(port),
      ...waveTape(folder),
    ],
    { cwd: root, stdio: ['ignore', 'pipe', 'inherit'] },
  );
  await new Promise((resolve) => gateway.stdout?.once('data', resolve));
  source = ['--no-simulator', '--port', String(port)];
  desk = await launchDaemon({ source, dataDir: folder });
});

test.afterAll(async () => {
  await desk.close();
  gateway.kill();
  rmSync(folder, { recursive: true, force: true });
});

test('a bracket fires, and half of its position is closed only after its exits have shrunk', async () => {
  const { page } = desk;
  await startEngine(page);
  await writeRule(page, { symbol: WAVE.symbol, test: 'Crosses above', price: '180.30', quantity: '100', target: '185', stop: '175' });
  await arm(page);
  await expect(rows(page, 'Orders').filter({ hasText: 'BUY 100 IBM MKT' })).toContainText('FILLED', { timeout: 20_000 });
  await page.keyboard.press('2');
  const position = rows(page, 'Positions').filter({ hasText: WAVE.symbol });
  await expect(position).toContainText('100 of 100');
  await page.getByRole('button', { name: /^50 %: close of IBM/ }).click();
  const dialog = page.getByTestId('flatten-dialog');
  await expect(dialog).toContainText('SELL 50');
  await expectAccessible(page, 'a close of half');
  const hold = dialog.getByRole('button', { name: /^Hold: SELL 50/ });
  await hold.hover();
  await page.mouse.down();
  await expect(dialog).toBeHidden({ timeout: 10_000 });
  await page.mouse.up();
  await expect(position).toContainText('50 of 50', { timeout: 15_000 });
  await page.keyboard.press('1');
  await expect(rows(page, 'Orders').filter({ hasText: 'SELL 50 IBM STP 175.00' })).toHaveCount(1);
  await expect(rows(page, 'Orders').filter({ hasText: 'SELL 50 IBM MKT' })).toContainText('FILLED');
});

test('after a death the next desk finds orders and position, and arms nothing before each is decided', async () => {
  await desk.stop('SIGTERM');
  await desk.browser.close();
  desk = await launchDaemon({ source, dataDir: folder });
  const { page } = desk;
  await expect(engineState(page)).toHaveText('IDLE');
  await page.getByRole('button', { name: 'Start', exact: true }).click();
  await expect(engineState(page)).toHaveText('MANAGING');
  const banner = page.getByTestId('adopt-banner');
  await expect(banner).toContainText('3', { timeout: 15_000 });
  await banner.getByRole('button', { name: /Decide/ }).click();
  const dialog = page.getByTestId('adopt-dialog');
  await expect(dialog).toContainText('LONG 50 IBM');
  await expectAccessible(page, 'the adopt dialog');
  await dialog.getByRole('button', { name: 'Adopt all' }).click();
  await expect(dialog).toBeHidden();
  await expect(banner).toBeHidden();
});

test('"Why?" answers for an order of the desk that died', async () => {
  const { page } = desk;
  await page.keyboard.press('1');
  await rows(page, 'Orders').filter({ hasText: 'BUY 100 IBM' }).first().dblclick();
  const why = page.getByTestId('why-dialog');
  await expect(why).toContainText('crosses above 180.30', { timeout: 15_000 });
  await expect(why).toContainText('notional');
});
