import { createServer } from 'node:net';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@playwright/test';
import { expectAccessible } from './accessible.ts';
import { launchDaemon, type DaemonDesk } from './daemon-launch.ts';
import { engineState, tabTo } from './operator.ts';

// What an operator sees when something is wrong from the start: the reason and the way out, never an empty screen.

let desk: DaemonDesk | undefined;
let folder: string;

test.beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'triggerdesk-degraded-'));
});

test.afterEach(async () => {
  await desk?.close();
  desk = undefined;
  rmSync(folder, { recursive: true, force: true });
});

/** A port on which nothing listens: one that was free a moment ago. */
async function closedPort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

test('without TWS the console says what is wrong, on which port, and how to mend it', async () => {
  const port = await closedPort();
  desk = await launchDaemon({ source: ['--no-simulator', '--port', String(port)], dataDir: folder });
  const { page } = desk;
  const problem = page.getByTestId('problem-banner');
  await expect(problem).toContainText(String(port));
  await expect(problem).toContainText(/start TWS|TWS or IB Gateway/i);
  await expect(page.getByTestId('lamp-TWS')).toContainText('down');
  await expect(page.getByTestId('account-band')).toContainText('No account');
  await expect(page.getByTestId('net-liquidation')).toContainText('—');
  await expect(page.getByRole('region', { name: 'Watchers' })).toContainText('no usable connection to the broker');
  await expectAccessible(page, 'no TWS');
  // One line, whatever there is to say; the rest of it is one key away.
  const height = async (): Promise<number> => (await problem.boundingBox())?.height ?? 0;
  const line = await height();
  expect(line).toBeLessThan(40);
  await tabTo(page, problem.getByRole('button', { name: 'More', exact: true }));
  await page.keyboard.press('Enter');
  await expect(problem.getByRole('button', { name: 'Less', exact: true })).toBeFocused();
  expect(await height()).toBeGreaterThan(line);
  await page.keyboard.press('Enter');
  await expect.poll(height).toBe(line);
});

test('a broken settings file is shown and keeps the desk from starting', async () => {
  writeFileSync(join(folder, 'settings.json'), '{ "version": 1, "limits": ');
  desk = await launchDaemon({ dataDir: folder });
  const { page } = desk;
  const fault = page.getByTestId('settings-banner');
  await expect(fault).toContainText('settings.json');
  await expect(engineState(page)).toHaveText('IDLE');
  await tabTo(page, page.getByRole('button', { name: 'Start', exact: true }));
  await page.keyboard.press('Enter');
  await expect(page.getByRole('region', { name: 'Messages' })).toContainText('settings.json');
  await expect(engineState(page)).toHaveText('IDLE');
  await expectAccessible(page, 'a broken settings file');
});

test('a kill latch that cannot be read counts as set', async () => {
  writeFileSync(join(folder, 'kill-latch.json'), '\u0000\u0000');
  desk = await launchDaemon({ dataDir: folder });
  const { page } = desk;
  await expect(engineState(page)).toHaveText('EMERGENCY');
  await expect(page.getByTestId('kill-banner')).toContainText('kill-latch.json');
  await expect(page.getByRole('button', { name: 'Start', exact: true })).toBeHidden();
});
